"""The day of a consent: noted once the rotation has taken the offer up, so that the one in use ends announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.condition import Need, condition
from provisioning.consented import Consent, consent_of
from provisioning.payload import Offer
from provisioning.state import ASSUMED, State
from provisioning.store import Secret
from tests.fakes.desk import BERLIN, RENEWED

if TYPE_CHECKING:
    from tests.fakes.desk import FakeDesk

OLD = date(2026, 1, 1)
NEW = date(2026, 11, 20)
OFFER = "0" * 64
EMPTY = Secret("arn", "name", {}, {})


@pytest.fixture
def desk(on_call: FakeDesk) -> FakeDesk:
    """Berlin's consent in use is of 2026-01-01; the roster names the day of the renewed one."""
    on_call.held.tags |= State(consented_on=OLD, consent_day="").to_tags()
    row = on_call.row.model_copy(update={"consented_on": NEW})
    on_call.fleet = replace(on_call.fleet, sellers=(row,))
    return on_call


def state(desk: FakeDesk) -> State:
    """Berlin's state."""
    return State.from_tags(desk.held.tags)


def ends_on(desk: FakeDesk) -> date | None:
    """The end that `sellerkeys status` shows."""
    secret = desk.store.describe(desk.held.name)
    return condition(desk.fleet, desk.row, secret, None, desk.now.date()).consent_ends_on


def test_a_renewal_counts_once_it_is_taken_up(desk: FakeDesk) -> None:
    """Offered, the consent before goes on counting, for the calendar and for `status`; taken up, the new one does."""
    assert desk.onboard(desk.know(RENEWED)).result == "offered"
    assert (state(desk).consented_on, ends_on(desk)) == (OLD, OLD + timedelta(days=365))

    desk.rotation.play()

    assert desk.current.refresh_token == RENEWED
    assert (state(desk).consented_on, ends_on(desk)) == (NEW, NEW + timedelta(days=365))
    assert [label for label in desk.labels if label.startswith("SELLERKEYS_")] == []


def test_a_renewal_that_amazon_refuses(desk: FakeDesk) -> None:
    """Proven, offered, and then refused by the rotation: the consent in use ends when it always would have."""
    desk.onboard(desk.know(RENEWED))
    del desk.fake_amazon.tokens[RENEWED]
    desk.rotation.play()
    desk.rotate()

    assert desk.current.refresh_token != RENEWED
    assert (state(desk).status, state(desk).consented_on) == ("offer-refused", OLD)
    assert [label for label in desk.labels if label.startswith("SELLERKEYS_")] == []

    desk.know(RENEWED)
    desk.onboard(RENEWED)
    desk.rotation.play()
    assert state(desk).consented_on == NEW


def test_a_renewal_whose_application_is_refused(desk: FakeDesk) -> None:
    """The offer stays, and its day with it, until a rotation can prove it."""
    desk.onboard(desk.know(RENEWED))
    client = desk.current.client_id
    desk.fake_amazon.expired.add(client)
    desk.rotation.play()
    assert state(desk).consented_on == OLD

    desk.fake_amazon.expired.discard(client)
    desk.rotate()

    assert (desk.current.refresh_token, state(desk).consented_on) == (RENEWED, NEW)


def test_a_renewal_of_which_nobody_said_when(desk: FakeDesk) -> None:
    """The day it was handed in on is assumed, once it is in use; people are told again, of the new end."""
    desk.fleet = replace(desk.fleet, sellers=(desk.row.model_copy(update={"consented_on": None}),))
    desk.onboard(desk.know(RENEWED))
    assert (state(desk).consented_on, state(desk).is_day_assumed) == (OLD, False)

    desk.rotation.play()

    assert (state(desk).consented_on, state(desk).consent_day) == (desk.now.date(), ASSUMED)


def test_a_roster_that_was_not_brought_up_to_date(desk: FakeDesk) -> None:
    """A day that it had before is that of the consent in use: the renewal's is assumed, and does not end at once."""
    desk.held.tags |= State(consented_on=NEW, consent_day="").to_tags()
    desk.onboard(desk.know(RENEWED))
    desk.rotation.play()

    assert (state(desk).consented_on, state(desk).consent_day) == (desk.now.date(), ASSUMED)


def test_the_rosters_day_is_not_taken_for_the_older_consents(desk: FakeDesk) -> None:
    """While the renewal is on its way, its day in the roster says nothing of the one in use."""
    desk.held.tags |= State(consent_day=ASSUMED).to_tags()
    desk.onboard(desk.know(RENEWED))

    again = desk.onboard(RENEWED)

    assert (again.result, again.detail) == ("unchanged", "a rotation is to take it up: run this again after it")
    assert (state(desk).consented_on, ends_on(desk)) == (OLD, OLD + timedelta(days=365))


def test_a_day_after_the_onboarding_is_not_believed(desk: FakeDesk) -> None:
    """A credential cannot be older than its consent: such a row of the roster is told of, and not noted."""
    desk.onboard(desk.know(RENEWED))
    desk.rotation.play()
    desk.held.tags |= State(consented_on=OLD, consent_day=ASSUMED).to_tags()

    assert desk.onboard(RENEWED).detail == (
        "the roster's consented_on, 2026-11-20, is after the day on which this credential came: correct it"
    )
    assert state(desk).consented_on == OLD


def test_the_rosters_day_where_none_is_noted(desk: FakeDesk) -> None:
    """The same command again notes it: the calendar reads tags, and knows no roster."""
    tags = desk.held.tags
    desk.held.tags = {key: value for key, value in tags.items() if not key.endswith((":consented", ":consent-day"))}

    outcome = desk.onboard(BERLIN)

    assert (outcome.result, state(desk).consented_on) == ("completed", NEW)
    assert desk.onboard(BERLIN).result == "unchanged"


def test_a_lapse_is_shown_though_a_renewal_was_refused(desk: FakeDesk) -> None:
    """`status` asks for a new consent, whatever day the roster has learned of meanwhile."""
    desk.onboard(desk.know(RENEWED))
    del desk.fake_amazon.tokens[RENEWED]
    desk.rotation.play()

    secret = desk.store.describe(desk.held.name)
    assert condition(desk.fleet, desk.row, secret, None, OLD + timedelta(days=366)).need is Need.LAPSED


def test_a_version_that_lies_there_already_gets_the_day(desk: FakeDesk) -> None:
    """AWS ignores a put of what is there, labels included; the day is then put on by itself."""
    version = desk.offering._put(desk.store.describe(desk.held.name), Offer("berlin", RENEWED))  # noqa: SLF001
    desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED), Consent(NEW))

    assert consent_of(desk.store.describe(desk.held.name), version) == Consent(NEW)


@pytest.mark.parametrize("consent", [Consent(NEW), Consent(NEW, is_assumed=True)])
def test_a_label_says_it_and_fits(consent: Consent) -> None:
    """At most 256 characters (botocore, SecretVersionStageType); the surest and earliest day of an offer counts."""
    label = consent.label(OFFER)
    secret = replace(EMPTY, versions={OFFER: frozenset({label, Consent(NEW, is_assumed=True).label(OFFER)})})

    assert len(label) <= 256
    assert consent_of(secret, OFFER) == consent
    assert consent_of(secret, "1" * 64) is None


def test_two_days_of_one_offer() -> None:
    """The same token handed in twice is one consent: the surest day counts, then the earliest."""
    days = (Consent(OLD, is_assumed=True), Consent(NEW), Consent(NEW + timedelta(days=1)))
    found = replace(EMPTY, versions={OFFER: frozenset(each.label(OFFER) for each in days)})

    assert consent_of(found, OFFER) == Consent(NEW)
