"""Who is calling and what they may: every call is signed by somebody, and the policies in the account decide it.

The bench's own keys stand for an administrator whom no policy holds back. Everybody else has the keys of a role's
session, and is allowed or denied by `isolation`, from the policies that `pulumi up` made.
"""
