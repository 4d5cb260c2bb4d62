"""A credential that waits: whose it is, and what a person's approval does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioning.errors import AmazonRefused, RotationPending, Waiting
from provisioning.operating.approving import Approving, Candidate
from provisioning.payload import MalformedPayload, Offer
from provisioning.store import WAITING
from tests.fakes.desk import BERLIN, RENEWED
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from tests.fakes.desk import FakeDesk

THEIRS = Offer("berlin", RENEWED, region="EU", selling_partner_id="APLACEHOLDER9")


@pytest.fixture
def desk(on_call: FakeDesk) -> FakeDesk:
    """A credential of another selling partner waits at berlin."""
    on_call.know(RENEWED)
    on_call.lay_out(WAITING, THEIRS)
    return on_call


def approving(desk: FakeDesk) -> Approving:
    """The approving of that desk."""
    return Approving(desk.fleet, desk.store, desk.reading, desk.asking, desk.offering)


def test_whose_it_is(desk: FakeDesk) -> None:
    """Amazon is asked with what waits; store name, marketplaces and ids are shown, and no value."""
    candidate = approving(desk).candidate(desk.row)

    assert candidate == Candidate(
        seller="berlin",
        secret=candidate.secret,
        version=desk.labels[WAITING],
        stores=(("A1PA6795UKMFR9", "A store"),),
        selling_partner_id="APLACEHOLDER9",
        current_partner_id="APLACEHOLDER2",
    )
    assert "Atzr|" not in repr(candidate)


def test_approved(desk: FakeDesk) -> None:
    """The approved credential goes on offer, and the rotation that was started makes it current."""
    at = approving(desk)

    token = at.approve(at.candidate(desk.row))
    desk.rotation.play()

    assert (desk.labels["AWSCURRENT"], desk.current.refresh_token) == (token, RENEWED)
    assert desk.current.selling_partner_id == "APLACEHOLDER9"
    assert set(desk.labels) == {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_call(desk: FakeDesk, when: str, number: int) -> None:
    """Killed at any call of the approval, the same command again ends with it current."""
    at = approving(desk)
    candidate = at.candidate(desk.row)
    desk.aws.calls.clear()
    desk.aws.die(when, number)
    with pytest.raises(Crash):
        at.approve(candidate)
    desk.aws.live()
    desk.rotation.play()
    if desk.current.refresh_token != RENEWED:
        at.approve(at.candidate(desk.row))
        desk.rotation.play()

    assert desk.current.refresh_token == RENEWED
    assert WAITING not in desk.labels


def test_a_token_that_was_replaced_while_we_looked(desk: FakeDesk) -> None:
    """Should Amazon answer with another token, that one waits in its place, and the person looks again."""
    desk.fake_amazon.replaces[RENEWED] = "Atzr|PLACEHOLDER-NEWEST"

    with pytest.raises(Waiting, match="it was kept: run this again"):
        approving(desk).candidate(desk.row)
    waiting = Offer.from_json(desk.held.values[desk.labels[WAITING]] or "")
    assert (waiting.refresh_token, waiting.selling_partner_id) == ("Atzr|PLACEHOLDER-NEWEST", "APLACEHOLDER9")


def test_nothing_waits(on_call: FakeDesk) -> None:
    """Without a waiting credential there is nothing to approve (exit 3), and nothing is read."""
    with pytest.raises(Waiting, match="nothing waits for approval at berlin"):
        approving(on_call).candidate(on_call.row)
    assert on_call.roles.lent == []


def test_one_that_does_not_work(desk: FakeDesk) -> None:
    """What Amazon refuses cannot be approved."""
    del desk.fake_amazon.tokens[RENEWED]

    with pytest.raises(AmazonRefused):
        approving(desk).candidate(desk.row)


def test_another_sellers(on_call: FakeDesk) -> None:
    """What was made for another seller of ours cannot be approved here."""
    on_call.lay_out(WAITING, Offer("maple", BERLIN))

    with pytest.raises(MalformedPayload, match="the offer was made for another seller"):
        approving(on_call).candidate(on_call.row)


def test_not_while_a_rotation_is_pending(desk: FakeDesk) -> None:
    """A rotation that is under way has to end first."""
    desk.aws.begin_rotation(desk.held.name)

    with pytest.raises(RotationPending):
        approving(desk).candidate(desk.row)
