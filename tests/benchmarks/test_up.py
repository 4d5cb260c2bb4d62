"""What the benchmark of `sellerkeys up` makes of its measurements, and the fleet it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.up_table import Times, laid_out, predicted, straight

if TYPE_CHECKING:
    from benchmarks.up_table import Found


def rows(found: Found) -> list[list[str]]:
    """Lay out, and give the table's rows."""
    table = laid_out(found, 1.25)
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

    assert told == [
        ["from nothing", "100", "10 s", "100 s", "10.0 x", "", ""],
        ["unchanged", "100", "2.0 s", "50 s", "25.0 x", "", ""],
        ["one seller added", "100", "5.0 s", "60 s", "12.0 x", "", ""],
        ["unchanged, every stack updated (`--all`)", "100", "8.0 s", "", "", "", ""],
        ["from nothing", "300", "30 s", "330 s", "11.0 x", "10 x", "yes"],
        ["unchanged", "300", "3.0 s", "150 s", "50.0 x", "", ""],
        ["one seller added", "300", "5.0 s", "90 s", "18.0 x", "20 x", "no"],
        ["unchanged, every stack updated (`--all`)", "300", "20 s", "", "", "", ""],
        ["from nothing", "1,000", "90 s", "", "", "", ""],
        ["unchanged", "1,000", "9.0 s", "", "", "", ""],
        ["one seller added", "1,000", "6.0 s", "", "", "", ""],
        ["unchanged, every stack updated (`--all`)", "1,000", "70 s", "", "", "", ""],
        ["from nothing, predicted", "1,000", "", "about 24 min", "", "", ""],
        ["a program that declares nothing", "0", "", "1.2 s", "", "", ""],
    ]


def test_what_the_naive_stack_would_take_goes_through_what_was_measured() -> None:
    """It is n and n²: exact at both sizes, and nothing is foretold where one of them is missing."""
    quadratic = {size: (Times(1, 1, 1), Times(2 * size + size**2 / 10, 1, 1)) for size in (100, 300)}

    assert predicted(quadratic, 300) == pytest.approx(9_600)
    assert predicted(quadratic, 1_000) == pytest.approx(102_000)
    assert predicted({100: quadratic[100]}, 1_000) is None


def test_three_thousand_lie_on_the_line_or_do_not() -> None:
    """The line goes through ours at 100 and 1,000; 15 % above it is the noise of a shared machine, more is growth."""
    grown = {size: (Times(size / 10, 1, 1), None) for size in (100, 1_000)}
    within, above = (rows(grown | {3_000: (Times(seconds, 1, 1), None)})[-2] for seconds in (340, 350))

    assert straight(grown, 1_000) is None
    assert within == ["from nothing, a straight line", "3,000", "300 s", "", "", "not above it", "yes"]
    assert above[-1] == "no"
