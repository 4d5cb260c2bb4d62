"""Whether `onboard` and `status` grow in a straight line with the fleet, no faster: 100, 300, 1,000 and 3,000 sellers.

The line goes through the origin of what a start costs and the time of 1,000 sellers; 3,000 may lie 15 % above it, which
is what two runs on a shared machine differ by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.lines import GREY, OURS, SIZES, SLACK, drawn, straight
from benchmarks.onboarding import FREE, onboard
from benchmarks.stage import stage

if TYPE_CHECKING:
    from pathlib import Path

#: Measured by `table`, for `plots`: seconds by command and size.
found: dict[str, dict[int, float]] = {}


def table() -> Table:
    """Measure and lay out."""
    found.update({"onboard": {}, "status": {}})
    for size in SIZES:
        with stage(size) as at:
            at.set_app()
            found["onboard"][size] = onboard(at, *FREE).seconds
            found["status"][size] = at.sellerkeys("status").seconds
    made = Table("growth", *(f"{size:,}" for size in SIZES), "a straight line at 3,000", "held")
    for name, times in found.items():
        line = straight(times, SIZES[-1])
        held = times[SIZES[-1]] <= line * SLACK
        cells = [f"{times[size]:.1f} s" for size in SIZES]
        made.add_row(f"`sellerkeys {name}`", *cells, f"{line:.1f} s", "yes" if held else "no")
    return made


def plots(folder: Path) -> dict[str, str]:
    """Draw what was measured; gives each picture's name and its words."""
    told = {}
    for name, times in found.items():
        with drawn(folder / f"growth-{name}.svg", "seconds") as axes:
            line = [straight(times, size) for size in SIZES]
            axes.plot(SIZES, line, linestyle="--", color=GREY, label="a straight line")
            axes.plot(SIZES, [times[size] for size in SIZES], marker="o", color=OURS, label=f"sellerkeys {name}")
        told[f"growth-{name}.svg"] = f"Seconds that sellerkeys {name} takes, by the number of sellers"
    return told
