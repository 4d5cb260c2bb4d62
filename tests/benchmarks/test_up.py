"""What the benchmark of `sellerkeys up` makes of its measurements, and the fleet it measures."""

from __future__ import annotations

from benchmarks import up
from benchmarks.up import Times


def rows(found: dict[int, tuple[Times, Times | None]]) -> list[list[str]]:
    """Lay out, and give the table's rows."""
    table = up.laid_out(found)
    return [list(map(str, row)) for row in zip(*(column.cells for column in table.columns), strict=True)]


def test_aims_are_for_300_sellers_beside_the_naive_stack() -> None:
    """10 times from nothing, 20 times for one seller more; other sizes and ours alone are told without an aim."""
    told = rows(
        {
            100: (Times(10, 2, 5, 8), Times(100, 50, 60)),
            300: (Times(30, 3, 5, 20), Times(330, 150, 90)),
            1000: (Times(90, 9, 6, 70), None),
        }
    )

    assert told[0] == ["from nothing", "100", "10 s", "100 s", "10.0 x", "", ""]
    assert told[4] == ["from nothing", "300", "30 s", "330 s", "11.0 x", "10 x", "yes"]
    assert told[6] == ["one seller added", "300", "5 s", "90 s", "18.0 x", "20 x", "no"]
    assert told[7] == ["unchanged, every stack updated (`--all`)", "300", "20 s", "", "", "", ""]
    assert told[8] == ["from nothing", "1,000", "90 s", "", "", "", ""]
