"""Going back to the previous refresh token."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from provisioning.consented import gone_back_to
from provisioning.errors import AmazonRefused, RotationPending, Waiting
from provisioning.operating.rollback import Rollback
from provisioning.payload import Offer
from provisioning.state import State
from tests.fakes.desk import BERLIN, RENEWED, SHARED

if TYPE_CHECKING:
    from tests.fakes.desk import FakeDesk

RENEWED_ON = date(2026, 11, 20)


@pytest.fixture
def desk(on_call: FakeDesk) -> FakeDesk:
    """Berlin was onboarded again with a renewed token, of a day that the roster knows; it is current."""
    row = on_call.row.model_copy(update={"consented_on": RENEWED_ON})
    on_call.fleet = replace(on_call.fleet, sellers=(row,))
    on_call.onboard(on_call.know(RENEWED))
    on_call.rotation.play()
    assert on_call.current.refresh_token == RENEWED
    return on_call


def rollback(desk: FakeDesk) -> Rollback:
    """The rollback of that desk."""
    return Rollback(desk.fleet, desk.store, desk.reading, desk.asking)


def test_the_previous_token(desk: FakeDesk) -> None:
    """It is read as the seller's reader, proven with the newest client secret, offered and made current."""
    secret, offer = rollback(desk).plan(desk.row)

    assert offer == Offer("berlin", BERLIN, region="EU", selling_partner_id="APLACEHOLDER2")
    desk.offering.offer(secret.arn, offer)
    desk.rotation.play()
    assert (desk.current.refresh_token, desk.current.app) == (BERLIN, SHARED)


def test_with_the_newest_client_secret(desk: FakeDesk) -> None:
    """The client secret of the previous version may be long dead: the newest one is what is proven."""
    previous = desk.labels["AWSPREVIOUS"]
    dead = replace(desk.current, refresh_token=BERLIN, client_secret="PLACEHOLDER-DEAD")
    desk.held.values[previous] = dead.to_json()

    _, offer = rollback(desk).plan(desk.row)

    assert offer is not None


def test_one_that_no_longer_works(desk: FakeDesk) -> None:
    """A token that Amazon refuses is not offered."""
    del desk.fake_amazon.tokens[BERLIN]

    with pytest.raises(AmazonRefused):
        rollback(desk).plan(desk.row)


def test_the_day_of_the_consent_before(desk: FakeDesk) -> None:
    """With the token its consent comes back, and ends on the day on which it would have ended."""
    state = State.from_tags(desk.held.tags)
    assert (state.consented_on, state.consent_before) == (
        RENEWED_ON,
        f"{desk.labels['AWSPREVIOUS']} 2026-11-24 ASSUMED",
    )

    secret, offer = rollback(desk).plan(desk.row)
    assert offer is not None
    desk.offering.offer(secret.arn, offer, gone_back_to(secret))
    desk.rotation.play()

    state = State.from_tags(desk.held.tags)
    assert (state.consented_on, state.is_day_assumed) == (desk.now.date(), True)
    assert state.consent_before == f"{desk.labels['AWSPREVIOUS']} {RENEWED_ON}"


def test_the_same_token(desk: FakeDesk) -> None:
    """Where the versions differ in the client secret only there is nothing to go back to."""
    desk.rotate()

    assert rollback(desk).plan(desk.row)[1] is None


def test_no_previous_version(desk: FakeDesk) -> None:
    """A seller who was never rotated has no previous version (exit 3)."""
    desk.held.labels[desk.labels["AWSPREVIOUS"]].clear()

    with pytest.raises(Waiting, match="berlin has no previous version to go back to"):
        rollback(desk).plan(desk.row)


def test_not_while_a_rotation_is_pending(desk: FakeDesk) -> None:
    """A rotation that is under way has to end first."""
    desk.aws.begin_rotation(desk.held.name)

    with pytest.raises(RotationPending):
        rollback(desk).plan(desk.row)
