"""The client-secret function, the calendar and the commands as real processes, killed at each outgoing call.

The deployed zips on the bench; by default every seventh point of two flows, `pytest tests/proof --proof full` all.
tests/proof/test_client_secret_matrix.py strikes the same code at more places, in process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.amazon.faults import FaultKind
from local.bench import Bench
from local.home import Home
from tests.proof.crash.plant import BETWEEN, Plant
from tests.proof.crash.renewing import FLOWS, Flow, Judged, faults, few, judge, points, record, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

#: What every value of a secret begins with on the bench.
VALUES = (b"Atzr|PLACEHOLDER", b"Atza|PLACEHOLDER", b"oa2-cs.v1.PLACEHOLDER")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A fleet that has been renewed once."""
    folder = tmp_path_factory.mktemp("renewal")
    with Bench(Home(folder / "bench")) as bench:
        plant = Plant(bench, "dev", folder / "fleet")
        plant.start()
        yield plant
        plant.stop()


@pytest.fixture(scope="module")
def recorded(plant: Plant, size: str) -> list[tuple[Flow, tuple[str, ...]]]:
    """Every flow of this run and its calls, undisturbed."""
    return [(flow, record(plant, flow)) for flow in FLOWS if size == "full" or not flow.slow]


@pytest.fixture(scope="module")
def judged(
    plant: Plant, recorded: list[tuple[Flow, tuple[str, ...]]], size: str, tables: dict[str, list[str]]
) -> list[Judged]:
    """Every point struck at, and its table for the end of the run."""
    chosen = list(points(recorded))
    found = [judge(plant, point) for point in (chosen if size == "full" else few(chosen))]
    tables["crash matrix of the client secret, real processes"] = table(found)
    return found


def test_every_flow_makes_the_call_that_matters(recorded: list[tuple[Flow, tuple[str, ...]]]) -> None:
    """So that nothing is struck in a process that does nothing."""
    wanted = ("UpdateSecretVersionStage", "RotateSecret", "UpdateSecretVersionStage", "SP-API clientSecret")
    matters = dict(
        zip((flow.name for flow in FLOWS), (*wanted, "SP-API clientSecret", "Lambda invocations"), strict=True)
    )
    assert {flow.name for flow, calls in recorded if matters[flow.name] not in calls} == set()


def test_no_bad_ending(judged: list[Judged]) -> None:
    """Newest in the app secret, every seller follows, nothing asked twice, no message left."""
    assert [f"{one.point}: {one.why}" for one in judged if one.why] == []


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        (FaultKind.MESSAGE_TWICE, 0.0),
        (FaultKind.MESSAGE_TWICE, 86_400.0),
        (FaultKind.MESSAGE_LATE, 7_200.0),
        (FaultKind.MESSAGE_WRAPPED, None),
    ],
)
def test_a_message_twice_late_or_wrapped(plant: Plant, kind: FaultKind, seconds: float | None) -> None:
    """The queue's message, as the mapping hands it to the deployed function."""
    began = begin(plant)
    plant.spoil(kind, seconds)
    plant.ask()
    go_on(plant, days=2)

    assert list(faults(plant, began)) == []


def test_the_later_message_comes_first(plant: Plant) -> None:
    """A leak makes a second request necessary; the first one's message, overtaken, changes nothing."""
    began = begin(plant)
    plant.spoil(FaultKind.MESSAGE_LATE, 6 * 3_600.0)
    plant.ask()
    plant.wait(minutes=61)
    plant.ask(leaked=True, cut_off=True)
    go_on(plant, days=1)

    assert [wrong for wrong in faults(plant, began) if "asked 2 times" not in wrong] == []


def test_nothing_was_logged(plant: Plant, judged: list[Judged]) -> None:
    """No value of a secret is in what functions and commands said while they were struck."""
    logs = b"".join(path.read_bytes() for path in sorted(plant.bench.home.logs.glob("*.log")))
    said = logs + b"".join(plant.said)

    assert judged
    assert said
    assert [value for value in VALUES if value in said] == []


def begin(plant: Plant) -> datetime:
    """Let the last client secret's week pass."""
    plant.wait(days=BETWEEN.days)
    return plant.bench.clock.now()


def go_on(plant: Plant, *, days: int) -> None:
    """Let so many days pass, and the schedule have a turn at the full hour."""
    plant.wait(minutes=1)
    plant.tick()
    plant.wait(days=days)
    plant.wait(minutes=60 - plant.bench.clock.now().minute)
    plant.tick()
    plant.wait(minutes=10)
