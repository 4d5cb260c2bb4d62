"""The real Pulumi engine on the bench: where it comes from, and the provider and language host attached to it."""
