"""Decides whether a principal may do a thing, by IAM's documents alone, and proves what nobody may.

`evaluator` answers for one request, the bench asks it at every call. `proof/` puts the same parsed documents to a
solver, for all requests at once. Rules cite pages of AWS's documentation: IAM = IAM User Guide, KMS = KMS Developer
Guide. What is not modelled: organizations' policies, KMS grants, role chaining's hour. Whatever a document says that
this folder does not know is refused by name; nothing is guessed.
"""
