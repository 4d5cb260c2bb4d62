"""The consent function: the pages on which a seller hands over access, and what becomes of it (design.md 6)."""
