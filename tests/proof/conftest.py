"""The size of the proofs, and the tables that they fill."""

from __future__ import annotations

import pytest

from tests.tables import tables_of


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """Tables by title, each a list of lines, printed after the last test."""
    return tables_of(pytestconfig)


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> str:
    """How much to prove: `quick` or `full`."""
    # Unknown where pytest was started from further up, which is how the whole suite runs them: in quick size.
    return str(pytestconfig.getoption("proof", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the proofs run in full size: `pytest tests/proof --proof full`."""
    parser.addoption("--proof", choices=["quick", "full"], default="quick", help="the size of the proofs")
