"""Putting a replacement on offer: alone, beside another operator, beside the schedule."""

from __future__ import annotations

import pytest

from provisioning.errors import LabelMoved, RotationPending, Waiting
from provisioning.payload import Offer
from provisioning.store import KEPT, OFFERED, WAITING
from tests.fakes.desk import RENEWED, FakeDesk
from tests.fakes.secrets_manager import Crash

OTHERS = "Atzr|PLACEHOLDER-OTHERS"


@pytest.fixture
def desk(on_call: FakeDesk) -> FakeDesk:
    """Amazon knows two more refresh tokens of the same seller."""
    on_call.know(RENEWED)
    on_call.know(OTHERS)
    return on_call


def test_an_offer(desk: FakeDesk) -> None:
    """It is put under its own name, wins the label, and starts the rotation that takes it up."""
    token = desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED))

    assert desk.aws.calls == ["DescribeSecret", "PutSecretValue", "UpdateSecretVersionStage", "RotateSecret"]
    desk.rotation.play()
    assert desk.current.refresh_token == RENEWED
    assert set(desk.labels) == {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}
    assert desk.labels["AWSCURRENT"] == token


def test_not_while_a_rotation_is_pending(desk: FakeDesk) -> None:
    """Nothing is put while a rotation is under way: the put would abandon it."""
    desk.aws.begin_rotation(desk.held.name)

    with pytest.raises(RotationPending):
        desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED))
    assert "PutSecretValue" not in desk.aws.calls


def test_what_is_replaced_stays_findable(desk: FakeDesk) -> None:
    """An offer in place of another keeps the other's version under a label: it may hold the only copy of a token."""
    replaced = desk.lay_out(OFFERED, Offer("berlin", OTHERS))

    desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED))

    assert desk.labels[KEPT] == replaced
    desk.rotation.play()
    assert desk.current.refresh_token == RENEWED


def test_what_waits_is_promoted(desk: FakeDesk) -> None:
    """A version that waits goes on offer as it is, and waits no longer."""
    version = desk.lay_out(WAITING, Offer("berlin", RENEWED))

    desk.offering.promote(desk.store.describe(desk.held.arn), version)

    assert (desk.labels[OFFERED], desk.labels.get(WAITING)) == (version, None)


@pytest.mark.parametrize(
    ("taken", "label"), [(None, WAITING), (WAITING, KEPT)], ids=["nothing waits", "something waits"]
)
def test_put_aside(desk: FakeDesk, taken: str | None, label: str) -> None:
    """A token that came unexpectedly waits for a person; where another waits already, neither is lost."""
    other = desk.lay_out(taken, Offer("berlin", OTHERS)) if taken else None

    desk.offering.put_aside(desk.held.arn, Offer("berlin", RENEWED))

    held = Offer.from_json(desk.held.values[desk.labels[label]] or "")
    assert held.refresh_token == RENEWED
    assert other is None or desk.labels[WAITING] == other


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_two_operators(desk: FakeDesk, when: str, number: int) -> None:
    """Whenever another operator's whole offer comes in between, one of the two tokens ends current, the other is told.

    An offer that was told to be on offer is the one that becomes current.
    """
    told: dict[str, bool] = {}

    def offer(token: str) -> None:
        try:
            desk.offering.offer(desk.held.arn, Offer("berlin", token))
        except (RotationPending, LabelMoved):
            told[token] = False
        else:
            told[token] = True

    def interfere(_name: str, at: int) -> None:
        if at == number:
            desk.aws.live()
            offer(OTHERS)

    setattr(desk.aws, when, interfere)
    offer(RENEWED)
    desk.aws.live()
    desk.rotation.play()

    (winner,) = [token for token, was_offered in told.items() if was_offered]
    assert desk.current.refresh_token == winner
    assert OFFERED not in desk.labels


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_operator_and_the_schedule(desk: FakeDesk, when: str, number: int) -> None:
    """Whenever a scheduled rotation comes in between, the offer becomes current or the operator is told to wait."""
    before = desk.current.refresh_token

    def interfere(_name: str, at: int) -> None:
        if at == number and not desk.store.describe(desk.held.arn).is_pending:
            desk.aws.live()
            desk.aws.begin_rotation(desk.held.name)

    setattr(desk.aws, when, interfere)
    try:
        desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED))
        expected = RENEWED
    except Waiting:
        expected = before
    desk.aws.live()
    desk.rotation.play()

    assert desk.current.refresh_token == expected
    assert OFFERED not in desk.labels


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_offer_that_was_interrupted(desk: FakeDesk, when: str, number: int) -> None:
    """Killed at any call, the same offer again ends with its token current and no label left."""
    desk.aws.die(when, number)
    with pytest.raises(Crash):
        desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED))
    desk.aws.live()
    desk.rotation.play()
    desk.offering.offer(desk.held.arn, Offer("berlin", RENEWED))
    desk.rotation.play()

    assert desk.current.refresh_token == RENEWED
    assert set(desk.labels) == {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}
