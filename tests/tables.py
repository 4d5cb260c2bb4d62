"""What the proofs print at the end of a run: their tables, also where several processes ran the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLES = pytest.StashKey[dict[str, list[str]]]()
_SENT = "sellerkeys_tables"


def tables_of(config: pytest.Config) -> dict[str, list[str]]:
    """Tables by title, each a list of lines, printed after the last test."""
    return config.stash.setdefault(_TABLES, {})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a process of pytest-xdist's, hand the tables to the one that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_SENT] = tables_of(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the tables of a process that has ended."""
    sent: Mapping[str, list[str]] = getattr(node, "workeroutput", {}).get(_SENT, {})
    for title, lines in sent.items():
        tables_of(node.config).setdefault(title, []).extend(lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print every table that a test filled."""
    for title, lines in tables_of(config).items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
