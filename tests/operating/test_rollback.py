"""Going back to the previous refresh token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import AmazonRefused, RotationPending, Waiting
from provisioning.operating.rollback import Rollback
from provisioning.payload import Offer
from tests.fakes.desk import BERLIN, RENEWED, SHARED

if TYPE_CHECKING:
    from tests.fakes.desk import FakeDesk


@pytest.fixture
def desk(on_call: FakeDesk) -> FakeDesk:
    """Berlin was onboarded again with a renewed token, which is current."""
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
