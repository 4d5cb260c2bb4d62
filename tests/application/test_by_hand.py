"""Nothing older passes for newer, whoever put what into the app secret beside `sellerkeys app set`."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.application.lives import LIFETIME, Source, known, life_of
from provisioning.application.receiving import Became
from provisioning.causes import INVALID_CLIENT
from provisioning.errors import AmazonRefused, Unreachable
from provisioning.payload import App
from provisioning.state import ACTIVE, OFFER_REFUSED
from tests.fakes.letters import CLIENT, MADE, NEW, NEWER, new_secret
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from tests.fakes.vendor import Vendor

NEWEST = "amzn1.oa2-cs.v1.PLACEHOLDER-NEWEST"
#: How many calls of AWS a turn takes that takes up an offer without a life.
CALLS = 12


@pytest.fixture
def sent(vendor: Vendor) -> Vendor:
    """A fleet whose client secret Amazon sent; that one goes on working at Amazon, whatever comes after it."""
    vendor.make()
    vendor.receive(new_secret())
    vendor.settle()
    vendor.later(days=1)
    vendor.fake_amazon.old = {NEW}
    return vendor


def by_hand(vendor: Vendor, secret: str, label: str = "SELLERKEYS_OFFERED") -> str:
    """Put a client secret, which Amazon has just made, with no word of its life."""
    vendor.make(secret)
    return vendor.put(App(CLIENT, secret), label)


@pytest.mark.parametrize("label", ["SELLERKEYS_OFFERED", "AWSCURRENT"])
def test_a_second_one_by_hand_does_not_bring_back_what_amazon_sent_before(sent: Vendor, label: str) -> None:
    """After it, the one that Amazon sent is neither current nor the one before: it must not pass for just arrived."""
    for secret in (NEWER, NEWEST):
        by_hand(sent, secret, label)
        if secret == NEWER or label == "SELLERKEYS_OFFERED":
            sent.tick()
        sent.later(minutes=5)
    for _ in range(4):
        sent.settle()
        assert sent.app.client_secret == NEWEST
    assert sent.follows("maple")


def test_nor_does_amazons_message_once_more(sent: Vendor) -> None:
    """SQS may deliver it twice, or a person redrives it."""
    for secret in (NEWER, NEWEST):
        by_hand(sent, secret, "AWSCURRENT")
    assert sent.receive(new_secret()) is Became.OLD
    assert sent.app.client_secret == NEWEST


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_a_crash_while_a_second_one_is_taken_up_brings_nothing_back(sent: Vendor, when: str, number: int) -> None:
    """At every call of AWS; and the refusal before it is over, for this one was proven."""
    by_hand(sent, NEWER)
    sent.tick()
    sent.keeper.refuse(AmazonRefused(INVALID_CLIENT))
    sent.later(minutes=5)
    by_hand(sent, NEWEST)
    sent.aws.calls.clear()
    sent.aws.die(when, number)
    with contextlib.suppress(Crash):
        sent.tick()
    assert len(sent.aws.calls) == number
    sent.aws.live()
    sent.later(minutes=10)
    sent.settle()
    assert sent.app.client_secret == NEWEST
    assert (sent.state.status, sent.state.app_version) == (ACTIVE, sent.held.holder("AWSCURRENT"))
    assert sent.held.holder("SELLERKEYS_OFFERED") is None
    assert sent.follows("maple")


def test_what_came_by_hand_lives_at_most_so_long(sent: Vendor) -> None:
    """It was made before it came in; and it is marked as nobody's word, so that people are asked."""
    version = by_hand(sent, NEWER)
    sent.tick()
    life = known(sent.store.describe(sent.held.arn))
    assert life == life_of(sent.store.describe(sent.held.arn), version)
    assert life
    assert (life.expires_at, life.source) == (sent.now + LIFETIME, Source.UNTOLD)
    assert sent.state.client_secret_expires_on == life.expires_at.date()


@pytest.mark.parametrize("label", ["SELLERKEYS_OFFERED", "AWSCURRENT"])
def test_when_it_was_put_counts_and_not_when_it_was_seen(sent: Vendor, label: str) -> None:
    """Amazon's next one may come before the function has had a turn."""
    by_hand(sent, NEWER, label)
    sent.later(minutes=3)
    sent.make(NEWEST)
    made = sent.now
    sent.later(minutes=1)
    sent.aws.calls.clear()
    assert sent.receive(new_secret(NEWEST, made=made)) is Became.CURRENT
    assert sent.app.client_secret == NEWEST


def test_a_client_secret_that_amazon_makes_after_it_is_newer(sent: Vendor) -> None:
    """The fleet goes on by itself."""
    by_hand(sent, NEWER)
    sent.settle()
    sent.later(days=30)
    sent.make(NEWEST)
    assert sent.receive(new_secret(NEWEST, made=sent.now)) is Became.CURRENT
    sent.settle()
    assert sent.follows("maple")


def test_a_value_put_over_the_current_one_is_not_said_to_be_proven(sent: Vendor) -> None:
    """Nobody has shown it to Amazon."""
    proven_at = sent.state.proven_at
    by_hand(sent, NEWER, "AWSCURRENT")
    sent.tick()
    assert sent.state.app_version == sent.held.holder("AWSCURRENT")
    assert sent.state.proven_at == proven_at


def test_what_arrived_and_is_refused_for_good_is_told_though_its_message_was_set_aside(vendor: Vendor) -> None:
    """Where the tries ended within Amazon's lag, the schedule's turns are the only ones that still ask."""
    sent_at = MADE
    with pytest.raises(Unreachable, match="does not accept"):
        vendor.receive(new_secret(), sent_at)
    vendor.now = sent_at + timedelta(minutes=59)
    vendor.tick()
    assert vendor.state.status == ACTIVE
    vendor.now = sent_at + timedelta(minutes=61)
    vendor.tick()
    assert (vendor.state.status, vendor.state.cause) == (OFFER_REFUSED, "invalid_client")
