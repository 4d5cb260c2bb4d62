"""A client secret leaks while Amazon's answer to an earlier request is outstanding or overdue: all ways end well.

The simulated world's Amazon keeps two client secrets of an application, as the real one is taken to (sp-api.md 5.2).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.amazon.faults import Fault, FaultKind
from provisioning.payload import App
from simulation.watch import credential_of
from tests.proof.renewals import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A small fleet; whatever a test does, nothing may be broken in the end."""
    made = Stage()
    yield made
    assert made.world.watch.broken == []


def asked(stage: Stage, kind: FaultKind, seconds: float = 0.0) -> None:
    """Let the calendar have asked a day ago and something have happened to Amazon's answer."""
    stage.world.amazon.faults.put(Fault(kind, answers=1, seconds=seconds))
    assert stage.renewal.ask("the calendar")
    pass_time(stage, timedelta(days=1), HOUR)


def pass_time(stage: Stage, span: timedelta, step: timedelta = timedelta(minutes=5)) -> None:
    """Let time pass, with a turn of the schedule after each step."""
    for _ in range(span // step):
        stage.world.clock.advance(step)
        stage.renewal.tick()


def working(stage: Stage) -> int:
    """Count the sellers whose consumers' calls would go through."""
    found = [credential_of(held.text("AWSCURRENT")) for held in stage.world.held]
    return sum(credential is not None and stage.world.amazon.works(credential) for credential in found)


def test_the_console_ends_a_leak_without_a_failed_call(stage: Stage) -> None:
    """Amazon's message was lost: what the console shows is handed in, and the leaked one dies a week after it was made.

    Nobody who reads his secret sees a credential that does not work, at any hour.
    """
    asked(stage, FaultKind.MESSAGE_LOST)
    assert not stage.renewal.ask("on call", leaked=True)
    stage.renewal.offer(App(stage.world.shared.client_id, stage.newest))
    for _ in range(8 * 24):
        pass_time(stage, HOUR, HOUR)
        assert working(stage) == len(stage.world.held)
    assert list(stage.faults()) == []
    leaked = stage.world.shared.client_secret
    application = stage.world.amazon.registry.application(stage.world.shared.client_id)
    assert application.secret_in_force(leaked, stage.world.clock.now()) is None


def test_cutting_off_ends_the_leaked_one_at_once_and_everybody_follows(stage: Stage) -> None:
    """What the operator was warned of happens, for as long as the new one takes to reach everybody."""
    asked(stage, FaultKind.MESSAGE_LOST)
    assert stage.renewal.ask("on call", leaked=True, cut_off=True)
    assert working(stage) == 0
    pass_time(stage, timedelta(minutes=10))
    assert working(stage) == len(stage.world.held)
    held = credential_of(stage.world.held[0].text("AWSCURRENT"))
    assert held is not None
    assert held.client_secret == stage.newest


@pytest.mark.parametrize(("overdue", "second"), [(timedelta(hours=26), 0), (timedelta(days=1, minutes=1), 600)])
def test_the_overdue_answer_that_comes_after_all_changes_nothing(stage: Stage, overdue: timedelta, second: int) -> None:
    """After the second answer or before it: the newest client secret wins, and no message stays."""
    asked(stage, FaultKind.MESSAGE_LATE, overdue.total_seconds())
    if second:
        stage.world.amazon.faults.put(Fault(FaultKind.MESSAGE_LATE, answers=1, seconds=second))
    assert stage.renewal.ask("on call", leaked=True, cut_off=True)
    pass_time(stage, timedelta(hours=3))
    assert stage.world.app_secret.text("AWSCURRENT") == App(stage.world.shared.client_id, stage.newest).to_json()
    assert (stage.renewal.waiting, stage.renewal.dead) == ([], [])
    assert working(stage) == len(stage.world.held)
