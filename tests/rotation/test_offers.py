"""Offers in a rotation: taken up, refused, put aside; and tokens that Amazon sends unasked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import AmazonRefused
from provisioning.payload import Offer
from provisioning.rotation.steps import Disagreement
from tests.rotation.berlin import (
    FIRST_VERSION,
    LATE_VERSION,
    NEW,
    OFFER_VERSION,
    OFFERED_TOKEN,
    REFUSED_NOW,
    RENEWED,
    SECRET,
    TOKEN,
    Bench,
    credential,
    kept,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.amazon import FakeAmazon


def test_a_refresh_token_that_comes_late_is_offered(bench: Bench) -> None:
    """One that comes only during testSecret cannot go into AWSPENDING any more: it is put on offer."""
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.replaces[TOKEN] = RENEWED
    bench.step("testSecret", token)

    assert json.loads(bench.held.values[bench.labels["SELLERKEYS_OFFERED"]] or "") == {
        "SELLERKEYS_SELLER": "berlin",
        "SP_API_REFRESH_TOKEN": RENEWED,
        "regionCode": "EU",
    }


def test_an_offer_is_taken_up(bench: Bench) -> None:
    """An offered token is laid over AWSCURRENT, proven, made current, and no longer on offer."""
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", RENEWED))

    token = bench.rotate()

    assert bench.current.refresh_token == RENEWED
    assert bench.labels == {"AWSCURRENT": token, "AWSPENDING": token, "AWSPREVIOUS": FIRST_VERSION}


def test_a_refused_offer_leaves_the_old_credential(bench: Bench) -> None:
    """An offered token that Amazon refuses is dropped, the cause noted, and the next rotation starts afresh."""
    bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED"))
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(AmazonRefused):
        bench.step("createSecret", token)

    assert bench.current == credential()
    assert bench.labels == {"AWSCURRENT": FIRST_VERSION}
    assert bench.tags == {"status": "offer-refused", "cause": "invalid_grant"}


def test_an_offer_is_not_blamed_for_the_application(bench: Bench) -> None:
    """Where the shared client secret is wrong, the offered token is kept for a rotation that can prove it."""
    bench.amazon.apps[NEW.client_id] = "PLACEHOLDER-YET-ANOTHER"
    bench.offer(Offer("berlin", RENEWED))
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(AmazonRefused):
        bench.step("createSecret", token)

    assert bench.labels == {"AWSCURRENT": FIRST_VERSION, "SELLERKEYS_OFFERED": OFFER_VERSION}
    assert bench.tags == {"status": "refused", "cause": "invalid_client", **REFUSED_NOW}


def test_an_offer_put_while_a_rotation_runs_is_kept(bench: Bench) -> None:
    """An offer that came after createSecret is not in AWSPENDING, so testSecret leaves it on offer."""
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.offer(Offer("berlin", RENEWED))
    bench.step("testSecret", token)
    bench.step("finishSecret", token)

    assert bench.labels["SELLERKEYS_OFFERED"] == OFFER_VERSION


def test_another_sellers_offer_is_dropped(bench: Bench) -> None:
    """An offer that names another seller never reaches AWSPENDING."""
    bench.offer(Offer("maple", RENEWED))
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(Disagreement, match="was dropped: the offer was made for another seller"):
        bench.step("createSecret", token)

    assert "SELLERKEYS_OFFERED" not in bench.labels


def test_the_only_good_copy_goes_forward(bench: Bench) -> None:
    """A changed refresh token in a version that cannot go on is put on offer before that version is taken back."""
    bench.amazon.replaces[TOKEN] = RENEWED
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.expired.add(NEW.client_id)

    with pytest.raises(AmazonRefused):
        bench.step("testSecret", token)

    assert bench.labels["SELLERKEYS_OFFERED"] == LATE_VERSION
    assert "AWSPENDING" not in bench.labels
    assert bench.current == credential()

    bench.amazon.expired.clear()
    bench.amazon.replaces.clear()
    bench.rotate()

    assert bench.current.refresh_token == RENEWED


def test_a_renewed_offer_that_is_at_fault_is_kept(bench: Bench) -> None:
    """A token that only a refused version holds is put aside where the offer it came from is to blame."""
    bench.amazon.tokens[OFFERED_TOKEN] = (NEW.client_id, ("A1VC38T7YXB528",))
    bench.amazon.replaces[OFFERED_TOKEN] = RENEWED
    bench.offer(Offer("berlin", OFFERED_TOKEN))
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)

    with pytest.raises(AmazonRefused):
        bench.step("testSecret", token)

    assert bench.labels == {"AWSCURRENT": FIRST_VERSION, **kept(LATE_VERSION)}
    assert Offer.from_json(bench.held.values[LATE_VERSION] or "").refresh_token == RENEWED
    assert (bench.tags["status"], bench.tags["cause"]) == ("offer-refused", "marketplace_missing")


def test_neither_of_two_tokens_is_lost(bench: Bench) -> None:
    """A token that comes late while somebody else's offer is outstanding is put aside, and the offer stays."""
    bench.amazon.tokens[OFFERED_TOKEN] = bench.amazon.tokens[TOKEN]
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.offer(Offer("berlin", OFFERED_TOKEN))
    bench.amazon.replaces[TOKEN] = RENEWED
    bench.step("testSecret", token)

    assert bench.labels["SELLERKEYS_OFFERED"] == OFFER_VERSION
    assert bench.labels["SELLERKEYS_KEPT"] == LATE_VERSION


@pytest.mark.parametrize("abandons", [False, True])
def test_a_late_token_is_current_after_the_next_rotation(bench: Bench, *, abandons: bool) -> None:
    """Whether or not the put of a late token abandons the rotation (aws.md 2.6), the next one makes it current."""
    bench.aws.any_label_abandons = abandons
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.replaces[TOKEN] = RENEWED
    bench.step("testSecret", token)
    del bench.amazon.tokens[TOKEN]

    assert ("AWSPENDING" in bench.labels) is not abandons
    if not abandons:
        bench.step("finishSecret", token)
    bench.rotate()
    assert bench.current.refresh_token == RENEWED
    assert "SELLERKEYS_OFFERED" not in bench.labels


def test_another_selling_partner_waits(amazon: FakeAmazon, now: datetime) -> None:
    """An offer that changes the selling partner id is sent to wait, and AWSCURRENT is rotated without it."""
    bench = Bench(amazon, now, credential(selling_partner_id="APLACEHOLDER2"))
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))

    token = bench.rotate()

    assert (bench.current.refresh_token, bench.current.selling_partner_id) == (TOKEN, "APLACEHOLDER2")
    assert bench.labels == {
        "AWSCURRENT": token,
        "AWSPENDING": token,
        "AWSPREVIOUS": FIRST_VERSION,
        "SELLERKEYS_WAITING": OFFER_VERSION,
    }


def test_an_approved_selling_partner_is_taken_up(amazon: FakeAmazon, now: datetime) -> None:
    """With a person's approval the same offer is proven and made current, and its labels go."""
    bench = Bench(amazon, now, credential(selling_partner_id="APLACEHOLDER2"))
    bench.amazon.tokens[RENEWED] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", RENEWED, selling_partner_id="APLACEHOLDER9"))
    bench.held.attach("SELLERKEYS_APPROVED", OFFER_VERSION)

    token = bench.rotate()

    assert (bench.current.refresh_token, bench.current.selling_partner_id) == (RENEWED, "APLACEHOLDER9")
    assert bench.labels == {"AWSCURRENT": token, "AWSPENDING": token, "AWSPREVIOUS": FIRST_VERSION}


def test_a_refusal_of_an_offer_is_not_forgotten(bench: Bench) -> None:
    """The rotations after it prove the old credential and leave the refusal for whoever handed the offer in."""
    bench.offer(Offer("berlin", "Atzr|PLACEHOLDER-REVOKED"))
    refused = bench.aws.begin_rotation(SECRET)
    with pytest.raises(AmazonRefused):
        bench.step("createSecret", refused)

    bench.rotate()

    assert (bench.tags["status"], bench.tags["cause"]) == ("offer-refused", "invalid_grant")
    assert bench.tags["proven"] == "2026-11-24T12:00:00Z"
