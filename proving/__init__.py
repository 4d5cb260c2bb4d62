"""Puts the program's own policies to the proof: `make prove`, `make mutants`, and the table of what actors need."""
