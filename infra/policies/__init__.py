"""IAM documents as pure functions: who may do what, and why, for a reviewer to read (design.md 6).

Two locks lie on every value. Secrets Manager: the reader's role policy and the secret's own policy. KMS: the key serves
Secrets Manager alone, and only for the secret that the encryption context names. Neither relies on the other.
"""
