"""Asks a solver for a request that should not be allowed: all sellers, suffixes and contexts at once (aws.md 9)."""
