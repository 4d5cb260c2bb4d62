"""The benchmarks' page: sections replaced in place, tables as Markdown, and what counts as a straight line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.table import Table

from benchmarks import lines, page

if TYPE_CHECKING:
    from pathlib import Path


def table(held: str) -> Table:
    """A table of one row."""
    made = Table("what", "held")
    made.add_row("a | b", held)
    return made


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured again, a benchmark's section holds the new numbers only; why an aim was missed stays beside it."""
    monkeypatch.setattr(page, "PLOTS", tmp_path)
    (tmp_path / "start-up.md").write_text("Because of botocore.\n")
    file = tmp_path / "benchmarks.md"
    for name, held in (("start-up", "no"), ("rules", "yes"), ("start-up", "perhaps")):
        page.put(name, page, table(held), page=file)

    text = file.read_text()
    assert text.count("<!-- start-up -->") == text.count("<!-- rules -->") == 1
    assert "| a \\| b | perhaps |" in text
    assert "| no |" not in text
    assert text.count("Because of botocore.") == 1
    assert text.index("perhaps") < text.index("<!-- rules -->")


@pytest.mark.parametrize(
    ("times", "line"), [({100: 1.0, 1_000: 10.0}, 30.0), ({100: 2.0, 1_000: 2.0}, 2.0)], ids=["growing", "flat"]
)
def test_a_straight_line(times: dict[int, float], line: float) -> None:
    """What 3,000 sellers may take follows from 100 and 1,000."""
    assert lines.straight(times, 3_000) == pytest.approx(line)
