"""The client-secret function, killed or cut off at each outgoing call, and interrupted before each by another process.

In a simulated world, whose Amazon is the bench's; tests/end_to_end runs the deployed zip.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from simulation.line import Disturbance
from tests.proof.renewals import FLOWS, OTHERS, Flow, Stage, table

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS: Counter[tuple[str, str]] = Counter()
BAD: Counter[tuple[str, str]] = Counter()


@pytest.fixture(scope="module", autouse=True)
def told(tables: dict[str, list[str]]) -> Iterator[None]:
    """Print what was struck at the end of the run."""
    yield
    tables["client-secret matrix"] = table(COUNTS, BAD)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_undisturbed_everybody_follows(flow: Flow) -> None:
    """Each flow has calls to strike at, and ends well by itself."""
    stage = Stage()
    flow.prepare(stage)
    flow.act(stage)
    stage.go_on()

    assert flow.calls() > 3
    assert list(stage.faults()) == []


@pytest.mark.parametrize("how", Disturbance)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_struck_at_any_call_it_ends_the_same(flow: Flow, how: Disturbance) -> None:
    """Newest secret in the app secret, every seller follows, nothing asked twice."""
    found = {call: flow.struck(how, call) for call in range(1, flow.calls() + 1)}
    COUNTS[flow.name, how.value] += len(found)
    BAD[flow.name, how.value] += sum(map(bool, found.values()))

    assert {call: wrong for call, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_interrupted_before_any_call_it_ends_the_same(flow: Flow, other: str) -> None:
    """The message's visibility ends midway, the schedule's turn comes, somebody asks, rotations run."""
    found = {call: flow.interrupted(OTHERS[other], call) for call in range(1, flow.calls() + 1)}
    COUNTS[flow.name, other] += len(found)
    BAD[flow.name, other] += sum(map(bool, found.values()))

    assert {call: wrong for call, wrong in found.items() if wrong} == {}
