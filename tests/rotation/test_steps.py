"""The four steps of a rotation, on both kinds of application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioning.errors import AmazonRefused, Unreachable
from provisioning.fingerprint import stores_print
from provisioning.payload import OWN, Credential, Offer
from provisioning.rotation.steps import Disagreement, Recipe
from provisioning.rotation.versions import NotRotating, Standing
from tests.rotation.berlin import (
    APP_SECRET,
    APP_VERSION,
    FIRST_VERSION,
    NEW,
    OFFER_VERSION,
    OFFERED_TOKEN,
    OLD,
    REFUSED_NOW,
    RENEWED,
    SECRET,
    TOKEN,
    Bench,
    credential,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.amazon import FakeAmazon


def test_recomposes_with_the_newest_client_secret(bench: Bench) -> None:
    """A rotation lays the newest client secret over AWSCURRENT and keeps the refresh token."""
    token = bench.rotate()

    assert bench.current == credential(client_secret=NEW.client_secret, app_version=APP_VERSION)
    assert bench.labels == {"AWSCURRENT": token, "AWSPENDING": token, "AWSPREVIOUS": FIRST_VERSION}
    assert bench.tags == {
        "status": "active",
        "cause": "",
        "proven": "2026-11-24T12:00:00Z",
        "app": APP_VERSION,
        "stores": stores_print(bench.held.arn, [("A1PA6795UKMFR9", "A store")]),
    }


def test_a_renamed_store_is_noted(bench: Bench) -> None:
    """A renewal at Amazon's own entries is recognised by the stores of the last proof, whoever proved."""
    bench.rotate()
    bench.amazon.stores[TOKEN] = "Another name"

    bench.rotate()

    assert bench.tags["stores"] == stores_print(bench.held.arn, [("A1PA6795UKMFR9", "Another name")])


def test_calls_of_a_rotation(bench: Bench) -> None:
    """A rotation costs twelve calls to AWS, and one proof and one refresh at Amazon (issue 4's limit)."""
    bench.rotate()
    bench.aws.calls.clear()
    bench.amazon.calls.clear()

    bench.rotate()

    assert bench.aws.calls == [
        *("DescribeSecret", "GetSecretValue", "GetSecretValue", "GetSecretValue", "PutSecretValue"),
        *("DescribeSecret", "GetSecretValue", "GetSecretValue"),
        *("DescribeSecret", "GetSecretValue", "UpdateSecretVersionStage", "TagResource"),
    ]
    assert bench.amazon.calls == ["/auth/o2/token", "/auth/o2/token", "/sellers/v1/marketplaceParticipations"]


def test_own_application_is_left_alone(amazon: FakeAmazon, now: datetime) -> None:
    """A seller's own application is never overwritten by the shared one, nor the app secret read."""
    own = credential(client_secret=NEW.client_secret, app_version=OWN)
    bench = Bench(amazon, now, own)

    bench.rotate()

    assert bench.current == own
    assert bench.tags["app"] == "own"


def test_a_changed_refresh_token_is_stored_before_the_proof(bench: Bench) -> None:
    """Should Amazon answer with another refresh token, it lies in AWSPENDING before anything else can fail."""
    bench.amazon.replaces[TOKEN] = RENEWED
    token = bench.aws.begin_rotation(SECRET)

    bench.step("createSecret", token)

    assert Credential.from_json(bench.held.values[token] or "").refresh_token == RENEWED


def test_another_sellers_pending_version_is_refused(bench: Bench) -> None:
    """A pending version that names another seller than AWSCURRENT is never proven, let alone finished."""
    token = bench.aws.begin_rotation(SECRET)
    bench.held.values[token] = credential(seller="maple").to_json()

    with pytest.raises(Disagreement):
        bench.step("testSecret", token)


def test_refused_for_good(bench: Bench) -> None:
    """Where SP-API refuses the recomposed credential, it is taken back: nothing stays stuck in AWSPENDING."""
    token = bench.aws.begin_rotation(SECRET)
    bench.step("createSecret", token)
    bench.amazon.expired.add(NEW.client_id)

    with pytest.raises(AmazonRefused):
        bench.step("testSecret", token)

    assert bench.labels == {"AWSCURRENT": FIRST_VERSION}
    assert bench.tags == {"status": "refused", "cause": "client_secret_expired", **REFUSED_NOW}


def test_an_abandoned_rotations_labels_go_with_the_next(bench: Bench) -> None:
    """A rotation that was abandoned never says that its labels have served; the next createSecret takes them off."""
    bench.aws.any_label_abandons = True
    bench.amazon.tokens[OFFERED_TOKEN] = bench.amazon.tokens[TOKEN]
    bench.offer(Offer("berlin", OFFERED_TOKEN))
    abandoned = bench.aws.begin_rotation(SECRET)
    bench.held.attach(f"SELLERKEYS_OFFER_{OFFER_VERSION}", OFFER_VERSION)
    bench.step("createSecret", abandoned)
    bench.amazon.replaces[OFFERED_TOKEN] = RENEWED
    bench.step("testSecret", abandoned)
    assert bench.labels[f"SELLERKEYS_OFFER_{OFFER_VERSION}"] == abandoned

    bench.step("createSecret", bench.aws.begin_rotation(SECRET))

    assert f"SELLERKEYS_OFFER_{OFFER_VERSION}" not in bench.labels
    assert "SELLERKEYS_OFFERED" in bench.labels


def test_a_secret_that_never_had_a_value(now: datetime, amazon: FakeAmazon) -> None:
    """Rotation turned on too early leaves an empty AWSPENDING; the step takes it back, so that a value can come."""
    bench = Bench(amazon, now)
    bench.held.values.clear()
    bench.held.labels.clear()
    token = bench.aws.begin_rotation(SECRET)

    with pytest.raises(NotRotating, match="never held a value"):
        bench.step("createSecret", token)

    assert bench.labels == {}


def test_an_outage_is_no_refusal(bench: Bench) -> None:
    """While Amazon is down nothing is noted against the seller and the pending version stays for the retry."""
    token = bench.aws.begin_rotation(SECRET)
    bench.amazon.down = True

    with pytest.raises(Unreachable):
        bench.step("createSecret", token)

    assert bench.labels["AWSPENDING"] == token
    assert bench.tags == {}


def test_test_alone(bench: Bench) -> None:
    """Under RotateImmediately=false testSecret runs alone, with no value pending: AWSCURRENT is tested (aws.md 2.4)."""
    bench.amazon.apps[OLD.client_id] = OLD.client_secret
    token = bench.aws.begin_rotation(SECRET)

    bench.step("testSecret", token)

    assert bench.amazon.calls == ["/auth/o2/token", "/sellers/v1/marketplaceParticipations"]
    assert bench.current == credential()


@pytest.mark.parametrize("step", ["createSecret", "testSecret"])
def test_a_finished_version_is_left_alone(bench: Bench, step: str) -> None:
    """A step for a version that is current already succeeds and does nothing (aws.md 2.2)."""
    token = bench.rotate()
    bench.aws.calls.clear()

    assert bench.step(step, token) is Standing.FINISHED
    assert bench.aws.calls == ["DescribeSecret"]


def test_what_was_not_said_is_said_by_the_retry(bench: Bench) -> None:
    """A finish that died behind the label move has not written its tags; AWS's retry writes them."""
    token = bench.rotate()
    said = dict(bench.held.tags)
    stores = said["sellerkeys-state:stores"]
    bench.held.tags.clear()
    bench.held.tags["sellerkeys-state:stores"] = stores

    assert bench.step("finishSecret", token) is Standing.FINISHED
    assert bench.held.tags == said


@pytest.mark.parametrize("step", ["createSecret", "testSecret", "finishSecret"])
def test_only_the_pending_version(bench: Bench, step: str) -> None:
    """A step for a version that is not pending fails and does nothing."""
    token = bench.aws.begin_rotation(SECRET)
    bench.held.labels[token].clear()

    with pytest.raises(NotRotating):
        bench.step(step, token)


def test_a_fleets_further_names_come_with_the_next_rotation(bench: Bench) -> None:
    """A profile that the configuration gained is in the next version; one that it lost is gone from the one after."""
    bench.recipe = Recipe(APP_SECRET, ("npm", "laravel"))
    bench.rotate()
    assert bench.current.profiles == ("npm", "laravel")

    bench.recipe = Recipe(APP_SECRET)
    bench.rotate()
    assert bench.current.profiles == ()


def test_a_label_that_has_served_goes_while_the_seller_is_refused(bench: Bench) -> None:
    """Found by the simulation: a crash left it behind, and no rotation succeeded for months that would have swept."""
    served = f"SELLERKEYS_OFFER_{OFFER_VERSION}"
    bench.leave(served)
    del bench.amazon.tokens[TOKEN]

    with pytest.raises(AmazonRefused):
        bench.step("createSecret", bench.aws.begin_rotation(SECRET))

    assert served not in bench.labels
