"""A turn finishes what was begun, watches, and counts for the alarms."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.application.lives import Life, Source
from provisioning.application.tick import Metric, Ticked
from provisioning.errors import AmazonRefused, Unreachable
from provisioning.payload import App
from provisioning.state import ACTIVE, OFFER_REFUSED, State
from tests.fakes.letters import CLIENT, MADE, NEW, NEWER, OLD, new_secret
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from tests.fakes.vendor import Vendor

TYPED = Life(MADE + timedelta(days=181), Source.TYPED)


def offer(vendor: Vendor, secret: str = NEW, client_id: str = CLIENT) -> str:
    """Put a client secret on offer, as `sellerkeys app set` does."""
    return vendor.put(App(client_id, secret), "SELLERKEYS_OFFERED", life=TYPED)


def test_a_turn_with_nothing_to_do_reads_the_app_secret_once(vendor: Vendor) -> None:
    """A turn comes every five minutes for ever."""
    vendor.settle()
    vendor.later(minutes=10)
    vendor.aws.calls.clear()
    vendor.tick()
    assert vendor.aws.calls == ["DescribeSecret", "GetSecretValue"]


def test_an_offer_is_proven_and_made_current(vendor: Vendor) -> None:
    """Should nobody have invoked the function, its schedule does it."""
    version = offer(vendor)
    vendor.make()
    assert vendor.tick().made_current == version
    assert vendor.app.client_secret == NEW
    assert vendor.held.holder("SELLERKEYS_OFFERED") is None
    assert vendor.state.changed_at == vendor.now
    assert vendor.state.old_client_secret_ends_at == vendor.now + timedelta(days=7)
    vendor.settle()
    assert vendor.follows("maple")


def test_an_offer_that_is_refused_is_dropped_and_told(vendor: Vendor) -> None:
    """The one in use stays, the alarm goes off, and ends with the next one that works."""
    offer(vendor)
    assert "client secret" in (vendor.tick().failed or "")
    assert (vendor.app.client_secret, vendor.held.holder("SELLERKEYS_OFFERED")) == (OLD, None)
    assert vendor.state.status == OFFER_REFUSED
    assert vendor.numbers[Metric.REFUSED] == 1
    offer(vendor, NEWER)
    vendor.make(NEWER)
    vendor.tick()
    vendor.tick()
    assert (vendor.state.status, vendor.numbers[Metric.REFUSED]) == (ACTIVE, 0)


def test_an_offer_waits_for_amazon(vendor: Vendor) -> None:
    """An outage drops nothing."""
    offer(vendor)
    vendor.fake_amazon.down = True
    assert vendor.tick().failed
    vendor.fake_amazon.down = False
    vendor.make()
    vendor.tick()
    assert vendor.app.client_secret == NEW


def test_another_applications_offer_is_dropped(vendor: Vendor) -> None:
    """Every seller's token is bound to the client id in use."""
    offer(vendor, client_id="amzn1.application-oa2-client.PLACEHOLDER-KYOTO")
    assert "another application" in (vendor.tick().failed or "")
    assert vendor.held.holder("SELLERKEYS_OFFERED") is None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
def test_a_crash_while_an_offer_is_taken_up_is_made_good(vendor: Vendor, when: str, number: int) -> None:
    """At every call of AWS."""
    offer(vendor)
    vendor.make()
    vendor.aws.calls.clear()
    vendor.aws.die(when, number)
    with contextlib.suppress(Crash):
        vendor.keeper.take_up()
    assert len(vendor.aws.calls) == number
    vendor.aws.live()
    vendor.later(minutes=10)
    vendor.settle()
    assert vendor.app.client_secret == NEW
    assert vendor.held.holder("SELLERKEYS_OFFERED") is None
    assert vendor.state.app_version == vendor.held.holder("AWSCURRENT")
    assert vendor.follows("maple")


def test_what_arrived_and_was_not_proven_is_proven(vendor: Vendor) -> None:
    """The message may lie in the dead-letter queue by now: its client secret does not."""
    vendor.fake_amazon.down = True
    with pytest.raises(Unreachable):
        vendor.receive(new_secret())
    vendor.tick()
    vendor.fake_amazon.down = False
    vendor.make()
    assert vendor.tick().made_current == vendor.held.holder("AWSCURRENT")
    assert vendor.app.client_secret == NEW


def test_what_was_refused_for_good_is_tried_once_an_hour(vendor: Vendor) -> None:
    """Should Amazon come to know it after all."""
    with pytest.raises(AmazonRefused):
        vendor.receive(new_secret(), vendor.now - timedelta(hours=2))
    vendor.fake_amazon.calls.clear()
    for minute, asked in ((5, 0), (55, 0), (60, 1)):
        vendor.now = vendor.now.replace(minute=0) + timedelta(minutes=minute)
        vendor.tick()
        assert len(vendor.fake_amazon.calls) == asked
        vendor.now = vendor.now.replace(minute=0) - timedelta(hours=minute == 60)
    vendor.make()
    vendor.now = vendor.now.replace(minute=0)
    vendor.tick()
    assert vendor.app.client_secret == NEW


def test_a_change_from_elsewhere_reaches_the_sellers_too(vendor: Vendor) -> None:
    """Somebody put a value by hand, beside the protocol: it is current, so everybody has to hold it."""
    vendor.make()
    vendor.put(App(CLIENT, NEW), "AWSCURRENT")
    vendor.settle()
    assert vendor.state.app_version == vendor.held.holder("AWSCURRENT")
    assert vendor.state.changed_at is not None
    assert vendor.follows("maple")


def test_a_fleet_from_before_is_noted_and_not_rotated(vendor: Vendor) -> None:
    """Its app secret had no version in its tags; nothing has changed."""
    del vendor.held.tags["sellerkeys-state:app"]
    vendor.tick()
    assert (vendor.state.app_version, vendor.state.changed_at) == (vendor.held.holder("AWSCURRENT"), None)
    assert vendor.aws.rotated == vendor.aws.rotated[:3]


def test_a_request_without_an_answer_is_counted_after_an_hour(vendor: Vendor) -> None:
    """The watchdog; it ends with the answer."""
    vendor.asker.ask("calendar")
    vendor.later(minutes=59)
    assert vendor.tick().unanswered is False
    vendor.later(minutes=1)
    assert vendor.tick().unanswered is True
    assert vendor.numbers[Metric.UNANSWERED] == 1
    vendor.make()
    vendor.receive(new_secret(made=vendor.now))
    vendor.tick()
    assert vendor.numbers[Metric.UNANSWERED] == 0


def test_an_answer_that_is_being_proven_is_no_silence(vendor: Vendor) -> None:
    """It has come; that it is refused has an alarm of its own."""
    vendor.asker.ask("calendar")
    vendor.later(hours=2)
    vendor.fake_amazon.down = True
    with pytest.raises(Unreachable):
        vendor.receive(new_secret(made=vendor.now))
    assert vendor.tick().unanswered is False


def test_a_refused_request_is_no_silence(vendor: Vendor) -> None:
    """Nothing was made."""
    vendor.fake_amazon.enrolled = False
    with pytest.raises(Exception, match="subscribe"):
        vendor.asker.ask("calendar")
    vendor.later(hours=2)
    assert vendor.tick().unanswered is False


def test_labels_that_have_served_are_taken_off(vendor: Vendor) -> None:
    """A secret holds about a hundred versions, and one with a label is kept for ever (aws.md 2.10)."""
    for number in range(1, 5):
        secret = f"{NEW}-{number}"
        vendor.make(secret)
        vendor.receive(new_secret(secret, made=MADE + timedelta(days=number)))
        vendor.tick()
    lives = [label for labels in vendor.held.labels.values() for label in labels if "UNTIL" in label]
    assert len(lives) == 1


def test_a_fleet_without_an_application_has_nothing_to_do(vendor: Vendor) -> None:
    """Every seller brings his own."""
    vendor.held.labels.clear()
    vendor.held.values.clear()
    assert vendor.tick() == Ticked()
    assert vendor.numbers == {}


def test_a_turn_says_nothing_of_the_future(vendor: Vendor) -> None:
    """No tag but the state's is written, and no value of a client secret in one."""
    vendor.make()
    vendor.receive(new_secret())
    vendor.settle()
    tags = {key: value for key, value in vendor.held.tags.items() if not key.startswith("sellerkeys-state:")}
    assert tags == {}
    assert NEW not in str(vendor.held.tags)
    assert isinstance(vendor.state, State)
