"""docs/clients.md is what the run says, and says all of it."""

from __future__ import annotations

from pathlib import Path

from clients.matrix import STAGES, Result
from clients.page import page
from clients.rows import ROWS
from clients.running import Answer

PAGE = Path(__file__).resolve().parents[2] / "docs/clients.md"
WORKS = Answer(worked=True, said="[]")


def results() -> list[Result]:
    """Every row, green; the files' copies were too old in the end."""
    found = [Result(row, dict.fromkeys(STAGES, WORKS)) for row in ROWS]
    for result in found:
        if result.row.way == "file":
            result.stale = Answer(worked=False, said="Error: 401 | invalid")
    return found


def test_a_row() -> None:
    """A client, its package and version, each stage, and what it says with an old copy."""
    lines = page(results(), "2026-11-28", "a machine").splitlines()

    works = " | ".join(["works"] * len(STAGES))
    assert f"| amzn-sp-api, a file | amzn-sp-api 1.13.0 (PyPI) | {works} | `Error: 401 \\| invalid` |" in lines
    assert "17 of 17 rows green, 9 packages; 2026-11-28, a machine." in lines


def test_a_row_that_failed() -> None:
    """What a client said stands in the stage at which it failed, and the row does not count as green."""
    found = results()
    found[0].answers["renewed"] = Answer(worked=False, said="HTTP 403")

    text = page(found, "2026-11-28", "a machine")

    assert "| works | works | HTTP 403 | works |" in text
    assert "16 of 17 rows green" in text


def test_a_copy_ends_with_the_old_client_secret() -> None:
    """Whoever reads the secret has to outlive it; whoever was given a copy need not, and the page says what he says."""
    found = results()
    for result in found:
        result.answers["outlived"] = Answer(worked=False, said="invalid_client")

    assert {result.row.way for result in found if result.is_green} == {"exec", "file"}
    assert "| works | works | works | works | invalid_client | works |" in page(found, "2026-11-28", "a machine")


def test_a_machine_whose_clients_clocks_do_not_move() -> None:
    """What was not tried is not said to work, and the page says why."""
    found = results()
    for result in found:
        del result.answers["hour"], result.answers["outlived"]

    text = page(found, "2026-11-28", "a machine")

    assert "| works | works | works | not tried | not tried | works |" in text
    assert "clocks could not be moved" in text
    assert "17 of 17 rows green" in text


def test_the_page_in_docs_has_every_row() -> None:
    """The page was written by a run of these rows, all of them green."""
    text = PAGE.read_text(encoding="utf-8")

    assert [row.name for row in ROWS if f"| {row.name} |" not in text] == []
    assert f"{len(ROWS)} of {len(ROWS)} rows green" in text
