"""The registry keeps Amazon's truth and refuses what cannot be."""

from __future__ import annotations

import dataclasses
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.amazon.placeholders import Placeholders
from local.amazon.records import ApplicationKind
from local.amazon.registry import Registry, UnknownToAmazon
from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from local.clock import Clock


@pytest.fixture
def registry(clock: Clock) -> Registry:
    """Make an empty registry."""
    return Registry(clock, Placeholders(random.Random(365)))  # noqa: S311 - placeholders


def test_a_private_consent_never_lapses(registry: Registry, clock: Clock) -> None:
    """Self-authorized private applications have no stated expiry (sp-api.md 3)."""
    application = registry.add_application(ApplicationKind.PRIVATE)
    seller = registry.add_seller(Region.NA, ["US"])
    authorization = registry.authorize(application.client_id, seller.selling_partner_id, Region.NA)

    clock.advance(timedelta(days=1000))

    assert authorization.ends_on is None
    assert authorization.is_token_live(clock.now())


def test_a_consent_may_lie_in_the_past(registry: Registry, clock: Clock) -> None:
    """The 365 days count from the consent (sp-api.md 3)."""
    application = registry.add_application(ApplicationKind.PUBLIC_UNLISTED)
    seller = registry.add_seller(Region.NA, ["US"])
    given = clock.now() - timedelta(days=365)

    authorization = registry.authorize(application.client_id, seller.selling_partner_id, Region.NA, given)

    assert not authorization.is_token_live(clock.now())


def test_revoking_takes_back_one_applications_consent_or_all(registry: Registry, clock: Clock) -> None:
    """A seller disables an application by itself (sp-api.md 3)."""
    applications = [registry.add_application(), registry.add_application()]
    seller = registry.add_seller(Region.FE, ["JP"])
    tokens = [
        registry.authorize(application.client_id, seller.selling_partner_id, Region.FE).refresh_token
        for application in applications
    ]

    revoked = registry.revoke(seller.selling_partner_id, applications[0].client_id)

    assert revoked == 1
    assert [registry.authorization(token).is_token_live(clock.now()) for token in tokens] == [False, True]
    assert registry.revoke(seller.selling_partner_id) == 2


def test_only_two_client_secrets_are_kept(registry: Registry) -> None:
    """A replaced secret is followed by one other at most (sp-api.md 5.2)."""
    application = registry.add_application()
    second = registry.replace_client_secret(application.client_id)
    third = registry.replace_client_secret(application.client_id)

    secrets = registry.application(application.client_id).secrets

    assert [secret.value for secret in secrets] == [third.value, second.value]
    assert secrets[1].dies_on == third.made_on + timedelta(days=7)


@pytest.mark.parametrize(
    ("marketplaces", "sentence"),
    [
        (["US"], "marketplace US belongs to NA, not to EU"),
        (["XX"], "Amazon has no marketplace XX"),
    ],
)
def test_a_seller_trades_in_its_own_region(registry: Registry, marketplaces: list[str], sentence: str) -> None:
    """An authorization covers the marketplaces of one region (sp-api.md 4.5)."""
    with pytest.raises(ValueError, match=sentence):
        registry.add_seller(Region.EU, marketplaces)


def test_a_role_has_to_exist(registry: Registry) -> None:
    """Roles are those of sp-api.md 7."""
    with pytest.raises(ValueError, match="SP-API has no role named Tea Making"):
        registry.add_application(roles=frozenset({"Tea Making"}))


def test_whoever_is_not_on_record_is_named(registry: Registry) -> None:
    """A look-up that fails says what was looked for."""
    with pytest.raises(UnknownToAmazon, match="no application has the client id nobody"):
        registry.application("nobody")
    with pytest.raises(UnknownToAmazon, match="no seller A0 is on record in EU"):
        registry.seller("A0", Region.EU)


def test_the_same_seller_is_put_on_record_once(registry: Registry) -> None:
    """A second record of the same id and region replaces the first; another region is another seller (design.md 2)."""
    for region, marketplace, name in [(Region.EU, "DE", "Old"), (Region.EU, "DE", "New"), (Region.NA, "US", "Far")]:
        registry.add_seller(region, [marketplace], selling_partner_id="A0PLACEHOLDER", store_name=name)

    names = [registry.seller("A0PLACEHOLDER", region).store_name for region in (Region.EU, Region.NA)]

    assert names == ["New", "Far"]


def test_an_access_token_is_forgotten_a_day_after_it_ended(registry: Registry, clock: Clock) -> None:
    """Years on the bench do not fill the memory."""
    application = registry.add_application()
    old = registry.grant_access(application.client_id, application.secrets[0])
    clock.advance(timedelta(days=1, hours=1))
    registry.grant_access(application.client_id, application.secrets[0])

    assert registry.access_token(old.value) is None


def test_no_record_shows_its_secret(registry: Registry) -> None:
    """A value that lands in a log or a failed test names nobody's token."""
    application = registry.add_application()
    seller = registry.add_seller(Region.EU, ["DE"])
    authorization = registry.authorize(application.client_id, seller.selling_partner_id, Region.EU)
    access = registry.grant_access(
        application.client_id, application.secrets[0], refresh_token=authorization.refresh_token
    )
    shown = repr([application, authorization, access])

    values = [application.secrets[0].value, authorization.refresh_token, access.value]

    assert [value for value in values if value in shown] == []


def test_many_threads_lose_nothing(registry: Registry) -> None:
    """The registry is safe to use from many threads."""
    application = registry.add_application()
    seller = registry.add_seller(Region.EU, ["DE"])

    def authorize(_: int) -> str:
        return registry.authorize(application.client_id, seller.selling_partner_id, Region.EU).refresh_token

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(authorize, range(200)))

    assert len(tokens) == 200
    assert registry.revoke(seller.selling_partner_id) == 200


def test_records_cannot_be_changed_behind_the_registrys_back(registry: Registry) -> None:
    """What travels is frozen."""
    application = registry.add_application()

    with pytest.raises(dataclasses.FrozenInstanceError):
        application.kind = ApplicationKind.PRIVATE
