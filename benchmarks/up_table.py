"""What the benchmark of `sellerkeys up` makes of its measurements: the table, what growth predicts, the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.table import Table

from benchmarks import lines

if TYPE_CHECKING:
    from pathlib import Path

#: As issue 8 wants them; one naive stack of 1,000 would take hours.
SIZES: Final = (100, 300)
#: Ours goes on.
OURS: Final = lines.SIZES
_AIMS: Final = {"from nothing": 10.0, "one seller added": 20.0}
_AT: Final = SIZES[-1]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for one fleet: made from nothing, run again unchanged, and with one seller more.

    `everything` is an unchanged run in which every stack is updated, None where there is no other.
    """

    from_nothing: float
    unchanged: float
    one_added: float
    everything: float | None = None


Found = dict[int, tuple[Times, Times | None]]


def laid_out(found: Found, least: float) -> Table:
    """Lay out what was measured, by the number of sellers: ours, the naive stack where there is one, an empty one."""
    made = Table("declaring a fleet", "sellers", "sellerkeys up", "one naive stack", "times", "aim", "held")
    for sellers, (mine, peer) in found.items():
        rows: list[tuple[str, float | None, float | None]] = [
            ("from nothing", mine.from_nothing, peer.from_nothing if peer else None),
            ("unchanged", mine.unchanged, peer.unchanged if peer else None),
            ("one seller added", mine.one_added, peer.one_added if peer else None),
            ("unchanged, every stack updated (`--all`)", mine.everything, None),
        ]
        for what, seconds, other in rows:
            if seconds is not None:
                times = f"{other / seconds:.1f} x" if other else ""
                cells = (
                    _short(seconds),
                    _short(other) if other else "",
                    times,
                    *_judged(what, sellers, seconds, other),
                )
                made.add_row(what, f"{sellers:,}", *cells)
        if not peer and (foretold := predicted(found, sellers)):
            made.add_row("from nothing, predicted", f"{sellers:,}", "", f"about {foretold / 60:,.0f} min", "", "", "")
        if line := straight(found, sellers):
            held = "yes" if mine.from_nothing <= line * lines.SLACK else "no"
            made.add_row("from nothing, a straight line", f"{sellers:,}", _short(line), "", "", "not above it", held)
    made.add_row("a program that declares nothing", "0", "", _short(least), "", "", "")
    return made


def predicted(found: Found, sellers: int) -> float | None:
    """Say what the naive stack's growth from nothing predicts: n and n² through the two sizes that were measured."""
    (low, early), (high, late) = [(size, found[size][1] if size in found else None) for size in SIZES]
    if not (early and late):
        return None
    square = (late.from_nothing / high - early.from_nothing / low) / (high - low)
    return sellers * (early.from_nothing / low + square * (sellers - low))


def straight(found: Found, sellers: int) -> float | None:
    """Give the straight line's time from nothing at the largest size; None for any other, or without its ends."""
    if sellers != OURS[-1] or not {OURS[0], OURS[-2]} <= found.keys():
        return None
    return lines.straight({size: times.from_nothing for size, (times, _) in found.items()}, sellers)


def plot(found: Found, folder: Path) -> dict[str, str]:
    """Draw how both grow from nothing; gives the picture's name and its words."""
    mine = {sellers: times.from_nothing for sellers, (times, _) in found.items()}
    peer = {sellers: times.from_nothing for sellers, (_, times) in found.items() if times}
    last = max(mine)
    with lines.drawn(folder / "up.svg", "seconds from nothing") as axes:
        if line := straight(found, last):
            ends = [OURS[0], last]
            axes.plot(ends, [mine[OURS[0]], line], linestyle="--", color=lines.GREY, label="a straight line")
        axes.plot(list(mine), list(mine.values()), "o-", color=lines.OURS, label="sellerkeys up")
        axes.plot(list(peer), list(peer.values()), "s-", color=lines.PEER, label="one naive stack")
    return {"up.svg": "Seconds to declare a fleet from nothing, ours and one naive stack, by the number of sellers"}


def _judged(what: str, sellers: int, seconds: float, other: float | None) -> tuple[str, str]:
    aim = _AIMS.get(what) if sellers == _AT else None
    if aim is None or other is None:
        return "", ""
    return f"{aim:.0f} x", "yes" if other / seconds >= aim else "no"


def _short(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"  # noqa: PLR2004 - where a tenth says nothing
