"""Whole fleets through whole years, on a virtual clock: production code as it is, AWS and Amazon stood in for."""
