"""Every client of the matrix reads a seller's credential, as its users configure it, and makes a call that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clients.matrix import Matrix
from clients.rows import ROWS
from clients.running import Answer, Program, is_here
from tests.clients.conftest import need

if TYPE_CHECKING:
    from pathlib import Path

    from clients.fleet import Fleet
    from clients.rows import Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_client_reads(fleet: Fleet, row: Row) -> None:
    """A token and a call that names the seller's marketplaces; for a rule, a token."""
    need(row.package, is_here=is_here(row))

    (result,) = Matrix(fleet, lambda _: None, [row]).read()

    answer = result.answers["reads"]
    assert answer == Answer(worked=True, said=answer.said)


def test_a_client_that_does_not_work_is_seen(fleet: Fleet, tmp_path: Path) -> None:
    """The matrix can be red: a client whose file nobody wrote says so."""
    row = next(row for row in ROWS if row.name == "amzn-sp-api, a file")

    with Program(row, fleet, tmp_path, copy=False) as program:
        answer = program.call()

    assert not answer.worked
    assert answer.said.startswith("FileNotFoundError")
