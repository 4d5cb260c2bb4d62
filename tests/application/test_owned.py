"""Sellers' own applications: a new client secret becomes an offer, an expiry a note, and nobody's value is read."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.application.receiving import Became
from provisioning.errors import AmazonRefused, RotationPending, Unreachable, Waiting
from provisioning.payload import Offer
from provisioning.state import State
from tests.fakes.letters import KYOTO, MADE, NEW, NEWER, expiry, new_secret
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from tests.fakes.vendor import Vendor

MESSAGE = new_secret(client_id=KYOTO)
OLD = "PLACEHOLDER-KYOTO-SECRET"


def test_a_new_client_secret_of_a_seller_is_offered_and_taken_up(vendor: Vendor) -> None:
    """Proven here, offered, proven once more by the seller's rotation."""
    vendor.make(NEW, KYOTO)
    assert vendor.receive(MESSAGE) is Became.OFFERED
    assert vendor.credential("kyoto").client_secret == OLD
    vendor.rotate()
    assert vendor.credential("kyoto").client_secret == NEW
    assert vendor.credential("kyoto").refresh_token == "Atzr|PLACEHOLDER-KYOTO"
    assert vendor.seller_state("kyoto").client_secret_expires_on == (MADE + timedelta(days=180)).date()


def test_the_fleets_application_is_untouched(vendor: Vendor) -> None:
    """And so are the sellers who share it."""
    before = dict(vendor.held.values), dict(vendor.seller("maple").values)
    vendor.make(NEW, KYOTO)
    vendor.receive(MESSAGE)
    assert (vendor.held.values, vendor.seller("maple").values) == before


def test_no_sellers_value_is_read(vendor: Vendor) -> None:
    """The function may not (design.md 6): the only value it reads is the application's."""
    vendor.make(NEW, KYOTO)
    vendor.aws.calls.clear()
    vendor.receive(MESSAGE)
    assert vendor.aws.calls.count("GetSecretValue") == 1


def test_a_duplicate_is_harmless(vendor: Vendor) -> None:
    """What was offered is known by its fingerprint."""
    vendor.make(NEW, KYOTO)
    vendor.receive(MESSAGE)
    vendor.rotate()
    vendor.aws.rotated.clear()
    assert vendor.receive(MESSAGE) is Became.DUPLICATE
    assert vendor.aws.rotated == []


def test_an_older_one_is_harmless(vendor: Vendor) -> None:
    """It comes late, and expires earlier."""
    vendor.make(NEWER, KYOTO)
    vendor.receive(new_secret(NEWER, KYOTO, MADE + timedelta(days=2)))
    vendor.rotate()
    assert vendor.receive(MESSAGE) is Became.DUPLICATE
    assert vendor.credential("kyoto").client_secret == NEWER


def test_what_amazon_refuses_stays(vendor: Vendor) -> None:
    """The seller's rotation would drop a refused offer, and this is the only copy."""
    with pytest.raises(AmazonRefused):
        vendor.receive(MESSAGE)
    vendor.fake_amazon.down = True
    with pytest.raises(Unreachable):
        vendor.receive(MESSAGE)
    assert vendor.seller("kyoto").holder("SELLERKEYS_OFFERED") is None


def test_a_rotation_under_way_goes_first(vendor: Vendor) -> None:
    """A value put now could make Secrets Manager abandon it (aws.md 2.6)."""
    vendor.make(NEW, KYOTO)
    vendor.aws.begin_rotation(vendor.seller("kyoto").name)
    with pytest.raises(RotationPending):
        vendor.receive(MESSAGE)
    vendor.fake_amazon.apps[KYOTO] = OLD
    vendor.rotate()
    vendor.make(NEW, KYOTO)
    assert vendor.receive(MESSAGE) is Became.OFFERED


def test_another_offer_goes_first(vendor: Vendor) -> None:
    """Somebody handed in another refresh token in this very hour."""
    vendor.make(NEW, KYOTO)
    other = Offer("kyoto", refresh_token="Atzr|PLACEHOLDER-OTHER")
    vendor.store.put(vendor.seller("kyoto").arn, other.to_json(), version="2" * 32, labels=["SELLERKEYS_OFFERED", "X"])
    with pytest.raises(Waiting, match="another offer is outstanding"):
        vendor.receive(MESSAGE)


def test_who_is_not_rotating_needs_a_person(vendor: Vendor) -> None:
    """Nobody would take the offer up."""
    vendor.make(NEW, KYOTO)
    vendor.seller("kyoto").rotation.clear()
    with pytest.raises(Waiting, match="sellerkeys repair kyoto"):
        vendor.receive(MESSAGE)


def test_an_expiry_is_noted(vendor: Vendor) -> None:
    """The calendar warns by it."""
    assert vendor.receive(expiry(MADE + timedelta(days=53), KYOTO)) is Became.NOTED
    assert vendor.seller_state("kyoto").client_secret_expires_on == date(2026, 5, 16)
    assert vendor.state.client_secret_expires_on is None


def test_a_rotation_makes_an_own_application_known(vendor: Vendor) -> None:
    """Of a seller who was onboarded before there were marks."""
    held = vendor.seller("kyoto")
    mark = held.tags.pop("sellerkeys-state:client")
    vendor.store.rotate(held.arn, function="f", schedule="rate(30 days)", immediately=True)
    vendor.rotate()
    assert held.tags["sellerkeys-state:client"] == mark
    assert KYOTO not in str(held.tags), "a tag tells nobody the client id"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
def test_a_crash_anywhere_is_made_good(vendor: Vendor, when: str, number: int) -> None:
    """At every call of AWS; the message comes again after its time-out."""
    vendor.make(NEW, KYOTO)
    vendor.aws.calls.clear()
    vendor.aws.die(when, number)
    with pytest.raises(Crash):
        vendor.receive(MESSAGE)
    vendor.aws.live()
    vendor.rotate()
    vendor.receive(MESSAGE)
    vendor.rotate()
    assert vendor.credential("kyoto").client_secret == NEW
    state = State.from_tags(vendor.seller("kyoto").tags)
    assert state.client_secret_expires_on == (MADE + timedelta(days=180)).date()
