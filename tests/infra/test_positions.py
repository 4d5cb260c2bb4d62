"""What is declared keeps no source positions, and errors keep theirs."""

from __future__ import annotations

import sys
import traceback

import pytest

from infra.positions import without_source_positions


def test_an_error_is_told_with_its_whole_trace() -> None:
    """The limit holds while something is declared, and ends with it, by an error, too."""

    def fails() -> None:
        with without_source_positions():
            raise ValueError

    with pytest.raises(ValueError, match=r"^$") as found:
        fails()

    assert not hasattr(sys, "tracebacklimit")
    assert "in fails" in "".join(traceback.format_exception(found.value))


def test_a_limit_of_somebody_else_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever had set a limit has it again."""
    monkeypatch.setattr(sys, "tracebacklimit", 7, raising=False)

    with without_source_positions():
        pass

    assert sys.tracebacklimit == 7
