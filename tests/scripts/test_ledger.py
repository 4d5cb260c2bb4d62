"""Ledgers: the file's order kept, however results come; what a person sees of many; what a spreadsheet may not obey."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.outcomes import Outcome
from scripts.ledger import Ledger, harmless

if TYPE_CHECKING:
    from pathlib import Path


def outcome(number: int) -> Outcome:
    """Seller number so and so: every tenth is refused."""
    bad = number % 10 == 0
    return Outcome(f"s{number}", "refused" if bad else "onboarded", "why", 4 if bad else 0, number + 2)


def test_the_files_order_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Results that come from the last to the first stand in a report from the first to the last."""
    with Ledger([str(tmp_path / "r.csv"), str(tmp_path / "r.json")], (), as_json=False) as ledger:
        ledger.begin()
        for number in reversed([ledger.room() for _ in range(30)]):
            ledger.add(number, outcome(number))

    with (tmp_path / "r.csv").open(newline="") as file:
        rows = [int(row["row"]) for row in csv.DictReader(file)]
    assert rows == [row["row"] for row in json.loads((tmp_path / "r.json").read_text())["sellers"]] == [*range(2, 32)]
    assert ledger.exit_code == 4
    assert capsys.readouterr().out.splitlines()[-1] == "30 sellers: 3 refused, 27 onboarded"


def test_of_many_a_person_sees_those_who_are_not_well(capsys: pytest.CaptureFixture[str]) -> None:
    """Past a hundred sellers the others are counted only, and the report is pointed at."""
    with Ledger([], (), as_json=False) as ledger:
        ledger.begin()
        for number in range(101):
            ledger.add(ledger.room(), outcome(number))

    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1 + 11 + 2
    assert told.out.splitlines()[-1] == "101 sellers: 11 refused, 90 onboarded"
    assert told.err == "90 of them are not listed; `--report FILE.csv` writes down what became of everybody\n"


def test_interrupted_in_a_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is known when it ends is told, also what came before something that never did; the JSON is whole."""

    def interrupted() -> None:
        with Ledger([str(tmp_path / "r.json")], ("Mail",), as_json=True) as ledger:
            ledger.begin()
            ledger.add(0, outcome(0))
            ledger.add(2, outcome(2))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    document = json.loads(capsys.readouterr().out)
    assert [seller["seller"] for seller in document["sellers"]] == ["s0", "s2"]
    assert (document["summary"], document["dropped_columns"]) == ({"refused": 1, "onboarded": 1}, ["Mail"])
    assert json.loads((tmp_path / "r.json").read_text()) == document


def test_nothing_begun_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What fails before the first seller has no result."""
    with Ledger([], (), as_json=True):
        pass

    assert capsys.readouterr().out == ""


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    """Whatever stands in a cell, a spreadsheet takes it for text; nothing of it is lost."""
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert harmless(cell).removeprefix("'") in {cell, cell.removeprefix("'")}
