"""SP-API answers as sp-api.md 2, 6, 7, 9 and 10 say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from local.amazon.server import AmazonServer
    from local.clock import Clock
    from tests.local.amazon.vendor import Reply, Vendor

DESTINATIONS = "/notifications/v1/destinations"


def denied(details: str) -> tuple[int, object]:
    """Write the 403 body of sp-api.md 2."""
    message = "Access to requested resource is denied."
    return 403, {"errors": [{"code": "Unauthorized", "message": message, "details": details}]}


def answer_of(reply: Reply) -> tuple[int, object]:
    """Take what a client sees of an answer."""
    return reply.status, reply.body


def test_participations_tell_marketplaces_and_store_but_no_seller_id(vendor: Vendor) -> None:
    """The payload is the model's, and there is no seller id in it (sp-api.md 9)."""
    reply = vendor.participations()

    assert answer_of(reply) == (
        200,
        {
            "payload": [
                {
                    "marketplace": {
                        "id": "A1PA6795UKMFR9",
                        "name": "Amazon.de",
                        "countryCode": "DE",
                        "defaultCurrencyCode": "EUR",
                        "defaultLanguageCode": "de_DE",
                        "domainName": "www.amazon.de",
                    },
                    "storeName": "Placeholder Books",
                    "participation": {"isParticipating": True, "hasSuspendedListings": False},
                },
                {
                    "marketplace": {
                        "id": "A13V1IB3VIYZZH",
                        "name": "Amazon.fr",
                        "countryCode": "FR",
                        "defaultCurrencyCode": "EUR",
                        "defaultLanguageCode": "fr_FR",
                        "domainName": "www.amazon.fr",
                    },
                    "storeName": "Placeholder Books",
                    "participation": {"isParticipating": True, "hasSuspendedListings": False},
                },
            ]
        },
    )
    assert vendor.selling_partner_id not in str(reply)


def test_destinations_are_for_a_grantless_token(vendor: Vendor) -> None:
    """`getDestinations` is grantless, scope `sellingpartnerapi::notifications` (sp-api.md 1.2, 5.3)."""
    assert answer_of(vendor.get(DESTINATIONS, vendor.grantless_token())) == (200, {"payload": []})


def test_destinations_refuse_a_sellers_token_and_another_scope(vendor: Vendor) -> None:
    """A grantless operation needs its own scope (sp-api.md 1.2, 13: the scope missing gives 403)."""
    other = {**vendor.grantless, "scope": "sellingpartnerapi::client_credential:rotation"}
    rotation_token = vendor.ask(other).body["access_token"]

    assert answer_of(vendor.get(DESTINATIONS, vendor.access_token())) == denied("")
    assert answer_of(vendor.get(DESTINATIONS, rotation_token)) == denied("")


def test_participations_refuse_a_grantless_token(vendor: Vendor) -> None:
    """A seller's data needs a seller's token (sp-api.md 1.2)."""
    assert answer_of(vendor.participations(vendor.grantless_token())) == denied("")


def test_a_missing_access_token_is_said_twice(vendor: Vendor) -> None:
    """No `x-amz-access-token`: details, and header `x-amzn-ErrorType` (sp-api.md 2)."""
    reply = vendor.send("GET", "/eu/sellers/v1/marketplaceParticipations", User_Agent="tests/1")

    assert answer_of(reply) == denied("Access token is missing in the request header.")
    assert reply.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_an_unknown_access_token_is_malformed(vendor: Vendor) -> None:
    """A bad token is "revoked, malformed or invalid" (sp-api.md 2)."""
    reply = vendor.participations("Atza|PLACEHOLDER-unknown")

    assert answer_of(reply) == denied("The access token you provided is revoked, malformed or invalid.")


def test_an_access_token_works_for_sixty_minutes(vendor: Vendor, clock: Clock) -> None:
    """An access token lives 60 minutes, then it "has expired" (sp-api.md 1.3, 2)."""
    token = vendor.access_token()
    clock.advance(timedelta(minutes=59))
    before = vendor.participations(token)
    clock.advance(timedelta(minutes=1))
    after = vendor.participations(token)

    assert before.status == 200
    assert answer_of(after) == denied("The access token you provided has expired.")


def test_a_client_secret_opens_sp_api_for_180_days(vendor: Vendor, clock: Clock) -> None:
    """Past 180 days SP-API says that the LWA secret has expired, while LWA still says 200 (sp-api.md 2, 5.2)."""
    clock.advance(timedelta(days=179, hours=23))
    before = vendor.participations()
    clock.advance(timedelta(hours=1))
    after = vendor.participations()

    assert before.status == 200
    assert answer_of(after) == denied("The LWA secret token you provided has expired.")


def test_a_grantless_call_shows_an_expired_client_secret_too(vendor: Vendor, clock: Clock) -> None:
    """The 403 is about the secret, whoever the token is for (sp-api.md 2; design.md 2 proves the app secret by it)."""
    clock.advance(timedelta(days=180))

    reply = vendor.get(DESTINATIONS, vendor.grantless_token())

    assert answer_of(reply) == denied("The LWA secret token you provided has expired.")


def test_a_new_client_secret_opens_sp_api_again(amazon: AmazonServer, vendor: Vendor, clock: Clock) -> None:
    """What mends an expired client secret is a new one (sp-api.md 2)."""
    clock.advance(timedelta(days=180))
    vendor.client_secret = amazon.registry.replace_client_secret(vendor.client_id).value

    assert vendor.participations().status == 200


def test_a_live_access_token_is_revoked_with_the_consent(amazon: AmazonServer, vendor: Vendor) -> None:
    """`revoked` is one of the three things that details name (sp-api.md 2)."""
    token = vendor.access_token()
    amazon.registry.revoke(vendor.selling_partner_id)

    assert answer_of(vendor.participations(token)) == denied(
        "The access token you provided is revoked, malformed or invalid."
    )


@pytest.mark.parametrize(("prefix", "status"), [("/eu", 200), ("/na", 403), ("/fe", 403), ("", 200)])
def test_a_seller_is_at_home_in_one_region(vendor: Vendor, prefix: str, status: int) -> None:
    """Authorizations are regional: another region's host gives 403 (sp-api.md 2, 4.5). No prefix, no check."""
    assert vendor.participations(prefix=prefix).status == status


def test_another_region_denies_with_empty_details(vendor: Vendor) -> None:
    """Wrong region for the seller: details are empty (sp-api.md 2)."""
    assert answer_of(vendor.participations(prefix="/na")) == denied("")


def test_a_missing_role_denies_with_empty_details(amazon: AmazonServer, vendor: Vendor) -> None:
    """A missing role gives 403 with empty details (sp-api.md 2, 7)."""
    amazon.registry.set_roles(vendor.client_id, frozenset())

    assert answer_of(vendor.participations()) == denied("")


def test_a_role_newer_than_the_consent_does_not_count(amazon: AmazonServer, vendor: Vendor) -> None:
    """After a new role every seller has to authorize again (sp-api.md 3, 7)."""
    late = amazon.registry.add_application(roles=frozenset())
    vendor.client_id, vendor.client_secret = late.client_id, late.secrets[0].value
    vendor.refresh_token = amazon.registry.authorize(late.client_id, vendor.selling_partner_id, Region.EU).refresh_token
    amazon.registry.set_roles(late.client_id, frozenset({"Product Listing"}))
    before = vendor.participations()
    vendor.refresh_token = amazon.registry.authorize(late.client_id, vendor.selling_partner_id, Region.EU).refresh_token

    assert answer_of(before) == denied("")
    assert vendor.participations().status == 200


def test_a_marketplace_of_another_region_is_not_valid(vendor: Vendor) -> None:
    """Marketplaces of another region are refused by name (sp-api.md 2, sandbox); those of this one are not (10)."""
    token = vendor.access_token()
    path = "/eu/sellers/v1/marketplaceParticipations?marketplaceIds="

    assert answer_of(vendor.get(path + "A1PA6795UKMFR9,ATVPDKIKX0DER", token)) == denied(
        "The marketplaces you provided are not valid for region."
    )
    assert vendor.get(path + "A1PA6795UKMFR9", token).status == 200


def test_an_unknown_path_is_denied_rather_than_not_found(vendor: Vendor) -> None:
    """In the sandbox an unknown path gives 403 with empty details, not 404 (sp-api.md 2)."""
    assert answer_of(vendor.get("/eu/sellers/v2/nothing", vendor.access_token())) == denied("")


def test_a_token_request_at_the_wrong_host_has_no_token(vendor: Vendor) -> None:
    """403 `MissingAuthenticationToken` (sp-api.md 1.1)."""
    reply = vendor.send("POST", "/eu/auth/o2/token")

    assert (reply.status, reply.body["errors"][0]["code"]) == (403, "MissingAuthenticationToken")


@pytest.mark.parametrize(("user_agent", "status"), [("", 400), ("x" * 501, 400), ("x" * 500, 200)])
def test_a_user_agent_is_required(vendor: Vendor, user_agent: str, status: int) -> None:
    """`User-Agent` is required, at most 500 characters (sp-api.md 2)."""
    path = "/eu/sellers/v1/marketplaceParticipations"

    reply = vendor.send("GET", path, x_amz_access_token=vendor.access_token(), User_Agent=user_agent)

    assert reply.status == status


def test_fifteen_calls_then_one_a_minute(vendor: Vendor, clock: Clock) -> None:
    """0.016 rps, burst 15: about one call a minute after the burst (sp-api.md 9)."""
    token = vendor.access_token()
    burst = [vendor.participations(token).status for _ in range(15)]
    refused = vendor.participations(token)
    clock.advance(timedelta(seconds=1 / 0.016))

    assert burst == [200] * 15
    assert refused.status == 429
    assert refused.body["errors"] == [
        {"code": "QuotaExceeded", "message": "You exceeded your quota for the requested resource.", "details": ""}
    ]
    assert [vendor.participations(token).status for _ in range(2)] == [200, 429]


def test_sellers_do_not_share_a_budget(amazon: AmazonServer, vendor: Vendor) -> None:
    """The rate is per seller-application pair (sp-api.md 9)."""
    token = vendor.access_token()
    for _ in range(15):
        vendor.participations(token)
    other = amazon.registry.add_seller(Region.EU, ["IT"])
    vendor.refresh_token = amazon.registry.authorize(
        vendor.client_id, other.selling_partner_id, Region.EU
    ).refresh_token

    assert vendor.participations(token).status == 429
    assert vendor.participations().status == 200


def test_the_rate_is_named_in_good_answers_only(vendor: Vendor) -> None:
    """`x-amzn-RateLimit-Limit` comes with 20x and is absent on 403 (sp-api.md 10)."""
    good, bad = vendor.participations(), vendor.participations(prefix="/na")

    assert good.headers["x-amzn-RateLimit-Limit"] == "0.016"
    assert "x-amzn-RateLimit-Limit" not in bad.headers
