"""Mutants that nothing catches, and why that is right."""

from typing import Final

#: What the solver proves of a mutant. A missing permission is not the proof's to find: every end-to-end test runs each
#: actor under its own role on the enforcing bench, and fails where one lacks a permission.
NOT_MORE: Final = "proven to allow nobody anything more: another statement says the same, or it is narrower"

#: By what was done to which statement.
EXPLAINED: Final[dict[str, str]] = {}
