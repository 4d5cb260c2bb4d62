"""Growth beside a straight line: its sizes, what counts as above it, and the picture of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

#: Numbers of sellers; the line goes through the first and the last but one.
SIZES: Final = (100, 300, 1_000, 3_000)
#: What may lie above a straight line: as much as two runs on a shared machine differ by.
SLACK: Final = 1.15
GREY: Final = "#8a94a0"
OURS: Final = "#14506b"
PEER: Final = "#b5542c"


def straight(times: Mapping[int, float], size: int) -> float:
    """Go on in a straight line from the smallest and the last but one size to `size`."""
    low, high = SIZES[0], SIZES[-2]
    slope = (times[high] - times[low]) / (high - low)
    return times[low] + slope * (size - low)


@contextmanager
def drawn(file: Path, what: str) -> Iterator[Axes]:
    """Give the axes of a picture of `what` by the number of sellers, and write it; the same numbers, the same file."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only this needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    mpl.rcParams.update({"svg.hashsalt": "sellerkeys", "font.family": "sans-serif"})
    figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    yield axes
    axes.set(xlabel="sellers", ylabel=what, xlim=(0, None), ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
