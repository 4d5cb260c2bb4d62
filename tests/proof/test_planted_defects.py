"""The watch is watched: each planted defect breaks an invariant in a small simulation; without one, nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulation.world import Product
from simulation.years import Years
from tests.proof.defects import DEFECTS, Defect, KeepsOldSecret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.invariants import Broken, Invariant

SELLERS, YEARS, SEEDS = 8, 1.2, (3, 1, 2, 6, 9)
#: So much more trouble than usual that a small world meets every kind of it.
INTENSITY = 5


def lived(product: Product, looked_for: frozenset[Invariant] | None = None) -> list[Broken]:
    """What breaks in a few small worlds, lived until all that was looked for has broken: defects go on for ever."""
    seen: list[Broken] = []

    def all_seen(broken: Sequence[Broken]) -> bool:
        return looked_for is not None and {one.invariant for one in (*seen, *broken)} >= looked_for

    for seed in SEEDS:
        if not all_seen(()):
            seen += Years(seed, SELLERS, product=product, intensity=INTENSITY).live(YEARS, all_seen).broken
    return seen


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.says)
def test_is_caught(defect: Defect, monkeypatch: pytest.MonkeyPatch, tables: dict[str, list[str]]) -> None:
    """A planted defect breaks the invariant that speaks of it."""
    if defect.patch:
        monkeypatch.setattr(*defect.patch)
    KeepsOldSecret.first.clear()

    broken = {one.invariant for one in lived(defect.product, defect.caught_by)}

    tables.setdefault("planted defects, and what caught them", []).append(
        f"{defect.says}\n    {', '.join(sorted(invariant.name for invariant in broken))}"
    )
    assert broken >= defect.caught_by


def test_nothing_breaks_without_one() -> None:
    """The same worlds, with the product as it is, break nothing."""
    assert lived(Product()) == []


def test_at_least_ten() -> None:
    """Issue 4 asks for ten planted defects at least."""
    assert len(DEFECTS) >= 10
