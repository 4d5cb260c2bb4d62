"""What no error may hold; for every test that plants a canary where a secret could stand."""

from __future__ import annotations

import traceback


def assert_silent(error: BaseException, canary: str) -> None:
    """Neither the error's text, its arguments nor a printed traceback with its chain hold the canary."""
    told = "".join((str(error), repr(error), repr(error.args), *traceback.format_exception(error)))
    assert canary not in told, f"{type(error).__name__} quotes a value"
    assert error.__cause__ is None, f"{type(error).__name__} is chained to its cause"
    assert error.__suppress_context__ or error.__context__ is None, f"{type(error).__name__} is chained"
