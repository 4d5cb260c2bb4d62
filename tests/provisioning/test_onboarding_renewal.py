"""A refresh token that Amazon sends while a credential is being onboarded, in place of the one handed in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from provisioning.app import AppSetter
from provisioning.credentials import HandedIn
from provisioning.onboarding import Executor, Prover, apply
from provisioning.payload import Offer
from provisioning.planning import Planner
from provisioning.store import WAITING
from tests.fakes.desk import BERLIN, SHARED
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.outcomes import Outcome
    from provisioning.store import Store
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.desk import FakeDesk
    from tests.fakes.secrets_manager import FakeSecretsManager

HANDED_IN = "Atzr|PLACEHOLDER-HANDED-IN"
RENEWED = "Atzr|PLACEHOLDER-RENEWED"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
SECRET = "sellerkeys/dev/sellers/berlin/sp-api"


def fail_later(amazon: FakeAmazon) -> None:
    """LWA answers with another token and forgets the one handed in; SP-API gives no usable answer."""
    amazon.tokens[HANDED_IN] = amazon.tokens[BERLIN]
    amazon.replaces[HANDED_IN] = RENEWED
    amazon.mute.add(PARTICIPATIONS)


def test_it_waits_beside_a_value(on_call: FakeDesk) -> None:
    """Where the secret has a value, the token waits in it before anything else can fail, and approval takes it up."""
    fail_later(on_call.fake_amazon)

    outcome = on_call.onboard(HANDED_IN)

    assert (outcome.result, outcome.exit_code) == ("unreachable", 5)
    assert outcome.detail.endswith(
        "; Amazon sent another refresh token in this moment: it waits in the secret: `sellerkeys approve berlin` takes "
        "it up"
    )
    assert Offer.from_json(on_call.held.values[on_call.labels[WAITING]] or "").refresh_token == RENEWED
    assert on_call.current.refresh_token == BERLIN


def test_it_is_offered_where_all_goes_well(on_call: FakeDesk) -> None:
    """Where the proof succeeds it is the offer, and nothing goes on waiting."""
    fail_later(on_call.fake_amazon)
    on_call.fake_amazon.mute.clear()

    assert on_call.onboard(HANDED_IN).result == "offered"
    on_call.rotation.play()
    assert on_call.current.refresh_token == RENEWED
    assert set(on_call.labels) == {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"}


@pytest.mark.parametrize("number", range(6, 12))
def test_killed_behind_the_put(on_call: FakeDesk, number: int) -> None:
    """Killed before any call after the one that put it, the token is under a label of ours, or in use."""
    fail_later(on_call.fake_amazon)
    on_call.fake_amazon.mute.clear()
    on_call.aws.die("before", number)

    with pytest.raises(Crash):
        on_call.onboard(HANDED_IN)

    assert "PutSecretValue" in on_call.aws.calls[: number - 1]
    assert RENEWED in _findable(on_call)


def _findable(desk: FakeDesk) -> set[str]:
    ours = [version for label, version in desk.labels.items() if label.startswith("SELLERKEYS_")]
    held = [desk.held.values[version] for version in ours]
    return {json.loads(text or "")["SP_API_REFRESH_TOKEN"] for text in held} | {desk.current.refresh_token}


@pytest.fixture
def onboard(amazon: FakeAmazon, client: Amazon, store: Store, fleet: Fleet, now: datetime) -> Callable[[], Outcome]:
    """Onboard berlin, whose secret is empty, with a token that Amazon replaces while it is proven."""
    AppSetter(fleet, store, client, lambda: now).set(SHARED, None, dry_run=False)
    fail_later(amazon)

    def run() -> Outcome:
        carrier = Executor(fleet, store, Prover(fleet, store, client), lambda: now)
        (outcome,) = apply(Planner(fleet, store).plan([HandedIn("berlin", HANDED_IN)]), carrier)
        return outcome

    return run


def test_it_is_stored_in_an_empty_secret(
    aws: FakeSecretsManager, amazon: FakeAmazon, onboard: Callable[[], Outcome]
) -> None:
    """Where nothing speaks against it, it is stored unproven, and a rotation is started."""
    outcome = onboard()

    assert (outcome.result, outcome.exit_code) == ("unreachable", 5)
    assert outcome.detail.endswith("it was stored, and the rotation that was started proves it")
    assert json.loads(aws.secrets[SECRET].current() or "")["SP_API_REFRESH_TOKEN"] == RENEWED
    assert aws.rotated[-1]["immediately"]
    del amazon.tokens[HANDED_IN]
    assert onboard().result == "unchanged"


def test_it_is_not_stored_where_amazon_refuses(
    aws: FakeSecretsManager, amazon: FakeAmazon, onboard: Callable[[], Outcome]
) -> None:
    """A token that opens another store never becomes the first value of this seller's secret."""
    amazon.mute.clear()
    amazon.tokens[HANDED_IN] = (SHARED.client_id, ("A1VC38T7YXB528",))

    outcome = onboard()

    assert (outcome.result, outcome.exit_code) == ("refused", 4)
    assert outcome.detail.endswith("it was not stored, so the one handed in may not work any more: get a new one")
    assert aws.secrets[SECRET].values == {}
