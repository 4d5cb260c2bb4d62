"""The consent function, struck at each of its outgoing calls: no code is spent for nothing without the seller knowing.

By default two ways in, every call in one mode; `pytest tests/proof --proof full` strikes six ways in every mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.bench import Bench
from local.home import Home
from tests.proof.crash.exchange import WAYS, Exchange, Judged, Way, every_call_once, points, table
from tests.proof.crash.wire import Wire
from tests.site.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What every value of a secret begins with on the bench, and every code.
VALUES = (b"Atzr|PLACEHOLDER", b"Atza|PLACEHOLDER", b"oa2-cs.v1.PLACEHOLDER", b"ANPLACEHOLDER")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Wire]]:
    """A fleet whose consent function calls over a wire."""
    with Bench(Home(tmp_path_factory.mktemp("exchange"))) as bench:
        wire = Wire(bench.aws.url, bench.amazon.url)
        wire.start()
        shop = Shop(bench, wire.environment())
        shop.start()
        yield shop, wire
        wire.stop()


@pytest.fixture(scope="module")
def recorded(shop: tuple[Shop, Wire], size: str) -> list[tuple[Way, tuple[str, ...]]]:
    """Every way of this run and its calls, undisturbed."""
    exchange = Exchange(*shop)
    return [(way, exchange.record(way)) for way in WAYS if size == "full" or not way.slow]


@pytest.fixture(scope="module")
def judged(
    shop: tuple[Shop, Wire],
    recorded: list[tuple[Way, tuple[str, ...]]],
    size: str,
    tables: dict[str, list[str]],
) -> list[Judged]:
    """Every point struck at, and its table for the end of the run."""
    chosen = list(points(recorded))
    exchange = Exchange(*shop)
    found = [exchange.judge(point) for point in (chosen if size == "full" else every_call_once(chosen))]
    tables["crash matrix of the exchange"] = table(found)
    return found


def test_every_way_has_its_calls(recorded: list[tuple[Way, tuple[str, ...]]]) -> None:
    """Each way is recorded with the call that matters, so nothing is matched against an empty recording."""
    for way, calls in recorded:
        wanted = "LWA refresh_token" if "form" in way.name else "LWA authorization_code"
        assert wanted in calls, way.name


def test_no_bad_ending(judged: list[Judged]) -> None:
    """Kept, or told to start again; then a new start ends with a value that works and rotates."""
    assert [f"{one.point}: {one.why}" for one in judged if one.why] == []


def test_both_endings_occur(judged: list[Judged]) -> None:
    """The matrix strikes before and after the token is kept."""
    assert {one.told for one in judged} == {"kept", "start again"}


@pytest.mark.usefixtures("judged")
def test_nothing_was_logged(shop: tuple[Shop, Wire]) -> None:
    """No value of a secret and no code is in what the functions said while they were struck."""
    logs = shop[0].logs()

    assert logs
    assert [value for value in VALUES if value in logs] == []
