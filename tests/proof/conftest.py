"""What the proofs print at the end of a run: their tables."""

from __future__ import annotations

import pytest

_TABLES = pytest.StashKey[dict[str, list[str]]]()


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """Tables by title, each a list of lines, printed after the last test."""
    return pytestconfig.stash.setdefault(_TABLES, {})


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> str:
    """How much to prove: `quick` or `full`."""
    # Unknown where pytest was started from further up, which is how the whole suite runs them: in quick size.
    return str(pytestconfig.getoption("proof", "quick"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print every table that a test filled."""
    for title, lines in config.stash.get(_TABLES, {}).items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the proofs run in full size: `pytest tests/proof --proof full`."""
    parser.addoption("--proof", choices=["quick", "full"], default="quick", help="the size of the proofs")
