"""Whether `onboard` and `status` grow in a straight line with the fleet, no faster: 100, 300, 1,000 and 3,000 sellers.

The line goes through the origin of what a start costs and the time of 1,000 sellers; 3,000 may lie 15 % above it, which
is what two runs on a shared machine differ by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

from benchmarks.onboarding import FREE, onboard
from benchmarks.stage import stage

if TYPE_CHECKING:
    from pathlib import Path

SIZES: Final = (100, 300, 1_000, 3_000)
_SLACK: Final = 1.15
#: Measured by `table`, for `plot`: seconds by command and size.
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
        held = times[SIZES[-1]] <= line * _SLACK
        cells = [f"{times[size]:.1f} s" for size in SIZES]
        made.add_row(f"`sellerkeys {name}`", *cells, f"{line:.1f} s", "yes" if held else "no")
    return made


def straight(times: dict[int, float], size: int) -> float:
    """Go on in a straight line from the smallest and the third size to `size`."""
    low, high = SIZES[0], SIZES[2]
    slope = (times[high] - times[low]) / (high - low)
    return times[low] + slope * (size - low)


def plots(folder: Path) -> dict[str, str]:
    """Draw what was measured; gives each picture's name and its words."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only this needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    mpl.rcParams.update({"svg.hashsalt": "sellerkeys", "font.family": "sans-serif"})
    told = {}
    for name, times in found.items():
        figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
        line = [straight(times, size) for size in SIZES]
        axes.plot(SIZES, line, linestyle="--", color="#8a94a0", label="a straight line")
        axes.plot(SIZES, [times[size] for size in SIZES], marker="o", color="#14506b", label=f"sellerkeys {name}")
        axes.set(xlabel="sellers", ylabel="seconds", ylim=(0, None), xlim=(0, None))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        figure.savefig(folder / f"growth-{name}.svg", metadata={"Date": None})
        plt.close(figure)
        told[f"growth-{name}.svg"] = f"Seconds that sellerkeys {name} takes, by the number of sellers"
    return told
