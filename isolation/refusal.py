"""What is said of a document that cannot be judged."""


class Refused(ValueError):
    """A policy says something the evaluator does not know; the text names it."""
