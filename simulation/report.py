"""What a simulation prints at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.years import Tally


def told(years: float, sellers: int, seed: int, tally: Tally, seconds: float) -> str:
    """Lay a tally out, a figure a line."""
    figures = {
        "sellers": f"{sellers:,}",
        "years": f"{years:g}",
        "seed": str(seed),
        "rotations": f"{tally.rotations:,} (of {tally.attempts:,} attempts)",
        "calls to AWS and Amazon": f"{tally.calls:,}",
        "calls disturbed": f"{tally.disturbances:,}",
        **{name: f"{count:,}" for name, count in tally.troubles.items()},
        "tokens lost with the only process that knew them": f"{tally.lost:,}",
        "broken invariants": f"{len(tally.broken):,}",
        "took": f"{seconds:.0f} s",
    }
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {figure}" for name, figure in figures.items())
