"""Messages about a client secret as they may come: twice, late, out of order, lost, garbled; and leaked secrets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.amazon.faults import Fault, FaultKind
from provisioning.application.tick import Metric
from provisioning.payload import App
from provisioning.state import State
from provisioning.store import CURRENT
from simulation.renewal import MOST_RECEIVES
from tests.proof.renewals import Stage


@pytest.fixture
def stage() -> Stage:
    """A fleet of three, onboarded."""
    return Stage()


def spoil(stage: Stage, kind: FaultKind, seconds: float | None = None) -> None:
    """Let Amazon's next message go wrong."""
    stage.world.amazon.faults.put(Fault(kind, answers=1, seconds=seconds))


def current(stage: Stage) -> str | None:
    """The app secret's value."""
    return stage.world.app_secret.text(CURRENT)


@pytest.mark.parametrize("later", [0.0, 60.0, 3600.0, 86_400.0, 5 * 86_400.0])
def test_the_same_message_twice_changes_nothing(stage: Stage, later: float) -> None:
    """At once, or days later."""
    spoil(stage, FaultKind.MESSAGE_TWICE, later)
    stage.renewal.ask("a test")
    stage.go_on()

    assert list(stage.faults()) == []
    assert len(stage.world.amazon.notifying.sent()) == 2


@pytest.mark.parametrize("later", [600.0, 7_200.0, 3 * 86_400.0])
def test_a_late_message_is_waited_for(stage: Stage, later: float) -> None:
    """Nobody asks meanwhile; after an hour people are told that none came."""
    spoil(stage, FaultKind.MESSAGE_LATE, later)
    stage.renewal.ask("a test")
    stage.world.clock.advance(timedelta(seconds=61))
    assert not stage.renewal.ask("somebody else")
    stage.world.clock.advance(timedelta(seconds=min(later, 3_700.0)) - timedelta(seconds=70))
    stage.renewal.tick()
    told = stage.renewal.numbers[Metric.UNANSWERED]
    stage.go_on()

    assert told == (later > 3_600)
    assert list(stage.faults()) == []


def test_what_was_overtaken_is_old(stage: Stage) -> None:
    """The first message comes after that of the second request, which a leak made necessary: it changes nothing."""
    spoil(stage, FaultKind.MESSAGE_LATE, 3 * 3_600.0)
    stage.renewal.ask("a test")
    stage.world.clock.advance(timedelta(minutes=61))
    assert not stage.renewal.ask("on call", leaked=True)
    assert stage.renewal.ask("on call", leaked=True, cut_off=True)
    stage.world.clock.advance(timedelta(minutes=5))
    newest = current(stage)
    stage.world.clock.advance(timedelta(hours=3))
    stage.go_on()

    assert current(stage) == newest == App(stage.world.shared.client_id, stage.newest).to_json()
    assert [wrong for wrong in stage.faults() if "asked twice" not in wrong] == []


def test_a_lost_message_is_told_and_mended_by_hand(stage: Stage) -> None:
    """After an hour the watchdog counts it; a person makes another one in the console, and everybody follows."""
    spoil(stage, FaultKind.MESSAGE_LOST)
    stage.renewal.ask("a test")
    stage.world.clock.advance(timedelta(minutes=65))
    stage.renewal.tick()
    told = stage.renewal.numbers[Metric.UNANSWERED]
    stage.offered()
    stage.go_on()

    assert told == 1
    assert list(stage.faults()) == []


def test_a_garbled_message_is_set_aside_untouched(stage: Stage) -> None:
    """After so many tries; nothing was changed by it."""
    before = current(stage)
    spoil(stage, FaultKind.MESSAGE_MALFORMED)
    stage.renewal.ask("a test")
    stage.world.clock.advance(timedelta(days=1))
    (dead,) = stage.renewal.dead

    assert dead.receives == MOST_RECEIVES
    assert dead.body.startswith('{"notificationVersion": "1.0", "notificationType"')
    assert current(stage) == before
    assert stage.world.watch.broken == []


def test_a_message_through_sns_is_read(stage: Stage) -> None:
    """Some queues get theirs in an envelope (sp-api.md 5.4, unconfirmed)."""
    spoil(stage, FaultKind.MESSAGE_WRAPPED)
    stage.renewal.ask("a test")
    stage.go_on()

    assert list(stage.faults()) == []


def test_another_applications_message_is_not_taken(stage: Stage) -> None:
    """It stays, and no secret changes."""
    before = current(stage)
    other = stage.world.amazon.registry.add_application()
    stage.world.amazon.notifying.subscribe(
        other.client_id,
        new_secret_queue_arn="arn:aws:sqs:eu-west-1:123456789012:q",
        expiry_queue_arn=None,
        notice_days=(90,),
    )
    stage.world.amazon.notifying.replace(other.client_id, tell=True)
    stage.world.clock.advance(timedelta(days=1))

    assert (current(stage), len(stage.renewal.dead)) == (before, 1)


def test_an_outage_of_hours_is_waited_out(stage: Stage) -> None:
    """What arrived is stored and proven when Amazon is back; the message is not given up."""
    stage.asked()
    stage.world.amazon.faults.put(Fault(FaultKind.OUTAGE))
    stage.world.clock.advance(timedelta(hours=6))
    stage.world.amazon.faults.clear()
    stage.go_on()

    assert list(stage.faults()) == []


def test_a_new_secret_that_amazon_refuses_is_not_used(stage: Stage) -> None:
    """The old one stays in use, people are told, and nobody's secret is touched."""
    before = current(stage)
    stage.world.amazon.faults.put(Fault(FaultKind.DEAD_CLIENT_SECRET))
    stage.world.amazon.faults.clear()
    stage.asked()
    (message,) = stage.renewal.waiting
    message.body = message.body.replace(stage.newest, "amzn1.oa2-cs.v1.PLACEHOLDER-WRONG")
    stage.world.clock.advance(timedelta(hours=2))
    stage.renewal.tick()

    assert current(stage) == before
    assert stage.renewal.numbers[Metric.REFUSED] == 1
    assert {State.from_tags(held.tags).status for held in stage.world.held} == {"active"}


def test_a_manual_rotation_reaches_everybody(stage: Stage) -> None:
    """Somebody used Amazon's console, and hands the new client secret in two days later."""
    new = stage.world.amazon.registry.replace_client_secret(stage.world.shared.client_id).value
    stage.world.clock.advance(timedelta(days=2))
    stage.renewal.offer(App(stage.world.shared.client_id, new))
    stage.go_on()

    assert list(stage.faults()) == []


def test_a_leak_is_answered_within_the_week(stage: Stage) -> None:
    """`--leaked` asks although the last request is days old, and everybody follows again."""
    stage.renewal.ask("a test")
    for _ in range(24):
        stage.world.clock.advance(timedelta(minutes=5))
        stage.renewal.tick()
    stage.world.clock.advance(timedelta(days=2))
    refused = stage.renewal.ask("on call")
    asked = stage.renewal.ask("on call", leaked=True)
    stage.go_on()

    assert (refused, asked) == (False, True)
    assert [wrong for wrong in stage.faults() if "asked twice" not in wrong] == []


def test_who_was_given_up_in_an_outage_follows_after_it(stage: Stage) -> None:
    """Secrets Manager stops trying after a while and AWSPENDING stays; the next full hour's turn starts it again."""
    stage.arrived()
    stage.world.amazon.faults.put(Fault(FaultKind.OUTAGE))
    stage.renewal.keep_ticking(timedelta(days=1))
    stage.world.clock.advance(timedelta(hours=15))
    stuck = [held.unfinished is not None for held in stage.world.held]
    stage.world.amazon.faults.clear()
    stage.world.clock.advance(timedelta(hours=2))

    assert stuck == [True, True, True]
    assert list(stage.faults()) == []
