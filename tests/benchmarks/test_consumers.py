"""A small fleet of consumers through a new client secret: sellerkeys fails no call, the others do."""

import pytest

from benchmarks.consumers import BEHAVIOURS, HITS, Moments, Tally, measure

SELLERS = 24


@pytest.fixture(scope="module")
def measured() -> dict[str, tuple[Moments, Tally]]:
    """Every behaviour under the same calls."""
    return measure(SELLERS)


def test_no_consumer_notices(measured: dict[str, tuple[Moments, Tally]]) -> None:
    """Whatever age cache and token have at each boundary."""
    moments, tally = measured["sellerkeys"]

    assert (tally.failed, tally.statuses) == (0, {})
    assert tally.calls > 1_000
    assert len(moments.follows) == 21


def test_every_boundary_was_stood_at(measured: dict[str, tuple[Moments, Tally]]) -> None:
    """With a cached secret and a token of just those ages, at each boundary that so many consumers can be sent to.

    105 sellers, as `make bench` has them, are sent to all 180.
    """
    assert measured["sellerkeys"][1].stood == set(HITS[: 21 * 3])


@pytest.mark.parametrize("name", [name for name in BEHAVIOURS if name != "sellerkeys"])
def test_the_same_calls_fail_otherwise(measured: dict[str, tuple[Moments, Tally]], name: str) -> None:
    """Or else the benchmark would measure nothing."""
    tally = measured[name][1]

    assert tally.failed > 0
    assert tally.calls == measured["sellerkeys"][1].calls
    assert set(tally.statuses) == ({403} if "lwa-rotation" in name else {401})


def test_consumers_stood_where_it_happened(measured: dict[str, tuple[Moments, Tally]]) -> None:
    """The moments they were sent to are those of the run they lived through."""
    moments, _ = measured["sellerkeys"]

    assert moments.asked < moments.current <= min(moments.follows.values())
    assert max(moments.follows.values()) < moments.dies < moments.expires
    assert len(set(HITS)) == len(HITS) == 5 * 3 * 4 * 3
