"""Proving: three stages for a seller, two for an application, and a changed token is kept before all else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning import causes
from provisioning.amazon import Participation
from provisioning.errors import AmazonRefused, Unreachable
from provisioning.payload import App, Credential
from provisioning.proving import prove, prove_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.amazon import Amazon
    from provisioning.causes import Cause
    from tests.fakes.amazon import FakeAmazon

US, CA, DE = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1PA6795UKMFR9"
SHARED = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
TOKEN, RENEWED = "Atzr|PLACEHOLDER-MAPLE", "Atzr|PLACEHOLDER-RENEWED"
MAPLE = Credential(
    seller="maple",
    region="NA",
    marketplace_id=US,
    client_id=SHARED.client_id,
    client_secret=SHARED.client_secret,
    refresh_token=TOKEN,
    app_version="00000000-0000-4000-8000-00000000000a",
)
TOKEN_PATH, SELLERS_PATH, DESTINATIONS_PATH = (
    "/auth/o2/token",
    "/sellers/v1/marketplaceParticipations",
    "/notifications/v1/destinations",
)


def test_three_stages(amazon: FakeAmazon, client: Amazon) -> None:
    """LWA's token, the call on the regional host, the expected marketplaces: only all three prove (sp-api.md 9)."""
    proof = prove(client, MAPLE, {US, CA})

    assert proof.participations == (Participation(US, "A store"), Participation(CA, "A store"))
    assert proof.refresh_token == TOKEN
    assert amazon.calls == [TOKEN_PATH, SELLERS_PATH]


def test_more_marketplaces_than_expected(client: Amazon) -> None:
    """Taking part in more marketplaces than the roster names is no fault."""
    assert prove(client, MAPLE, {US}).refresh_token == TOKEN


def revoke(amazon: FakeAmazon) -> None:
    """The seller took the consent back."""
    del amazon.tokens[TOKEN]


def expire(amazon: FakeAmazon) -> None:
    """The client secret is older than 180 days, which only SP-API says (sp-api.md 2)."""
    amazon.expired.add(SHARED.client_id)


@pytest.mark.parametrize(
    ("spoil", "expected", "cause"),
    [
        pytest.param(revoke, {US}, causes.REVOKED, id="LWA refuses"),
        pytest.param(expire, {US}, causes.SECRET_EXPIRED, id="SP-API refuses"),
        pytest.param(lambda _: None, {US, DE}, causes.MARKETPLACE_MISSING, id="a marketplace is missing"),
    ],
)
def test_each_stage_can_refuse(
    amazon: FakeAmazon, client: Amazon, spoil: Callable[[FakeAmazon], None], expected: set[str], cause: Cause
) -> None:
    """A refusal in any of the three stages carries its cause."""
    spoil(amazon)

    with pytest.raises(AmazonRefused) as refusal:
        prove(client, MAPLE, expected)

    assert refusal.value.cause is cause


def test_a_changed_token_is_the_proofs(amazon: FakeAmazon, client: Amazon) -> None:
    """Should LWA answer with another refresh token, it is kept and is the one to go on with (sp-api.md 3)."""
    amazon.replaces[TOKEN] = RENEWED
    kept: list[str] = []

    assert prove(client, MAPLE, {US}, kept.append).refresh_token == RENEWED
    assert kept == [RENEWED]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(expire, {US}, id="SP-API refuses"),
        pytest.param(lambda _: None, {DE}, id="a marketplace is missing"),
    ],
)
def test_a_changed_token_is_kept_before_anything_can_fail(
    amazon: FakeAmazon, client: Amazon, spoil: Callable[[FakeAmazon], None], expected: set[str]
) -> None:
    """The answer may hold the only copy of the new token: it is kept before the next request, whatever that brings."""
    amazon.replaces[TOKEN] = RENEWED
    spoil(amazon)
    calls_when_kept: list[list[str]] = []

    with pytest.raises(AmazonRefused):
        prove(client, MAPLE, expected, lambda _: calls_when_kept.append(list(amazon.calls)))

    assert calls_when_kept == [[TOKEN_PATH]]


def test_nothing_to_keep(client: Amazon) -> None:
    """The same token again, as Amazon really answers, is not kept a second time."""
    kept: list[str] = []
    prove(client, MAPLE, {US}, kept.append)

    assert kept == []


def test_a_token_that_cannot_be_kept(amazon: FakeAmazon, client: Amazon) -> None:
    """Where keeping fails, nothing is proven: the failure goes through."""
    amazon.replaces[TOKEN] = RENEWED

    def keep(_: str) -> None:
        raise Unreachable("AWS is away")

    with pytest.raises(Unreachable, match="AWS is away"):
        prove(client, MAPLE, {US}, keep)

    assert amazon.calls == [TOKEN_PATH]


def test_an_outage_proves_nothing(amazon: FakeAmazon, client: Amazon) -> None:
    """An outage is no refusal."""
    amazon.down = True

    with pytest.raises(Unreachable):
        prove(client, MAPLE, {US})


def test_an_application(amazon: FakeAmazon, client: Amazon) -> None:
    """An application is proven by a grantless token and a grantless call (design.md 2)."""
    prove_app(client, SHARED)

    assert amazon.calls == [TOKEN_PATH, DESTINATIONS_PATH]


@pytest.mark.parametrize(
    ("app", "spoil", "cause"),
    [
        pytest.param(
            replace(SHARED, client_secret="PLACEHOLDER-WRONG"), lambda _: None, causes.INVALID_CLIENT, id="wrong"
        ),
        pytest.param(SHARED, expire, causes.SECRET_EXPIRED, id="expired"),
    ],
)
def test_an_application_that_is_none(
    amazon: FakeAmazon, client: Amazon, app: App, spoil: Callable[[FakeAmazon], None], cause: Cause
) -> None:
    """LWA says 200 for an expired client secret; the second stage does not (sp-api.md 2)."""
    spoil(amazon)

    with pytest.raises(AmazonRefused) as refusal:
        prove_app(client, app)

    assert refusal.value.cause is cause


def test_no_token_in_a_repr(client: Amazon) -> None:
    """A proof that is printed shows where the seller takes part, not the token."""
    assert TOKEN not in repr(prove(client, MAPLE, {US}))
