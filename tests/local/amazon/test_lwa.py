"""Login with Amazon answers as sp-api.md 1, 3 and 5.2 say."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from local.amazon.server import AmazonServer
    from local.clock import Clock
    from tests.local.amazon.vendor import Reply, Vendor

GRANTED = {"access_token", "token_type", "expires_in", "refresh_token"}


def error_of(reply: Reply) -> tuple[int, str, str]:
    """Take the body of 1.4 apart: all four fields have to be there, two of them differ every time."""
    assert set(reply.body) == {"error", "error_description", "error_index", "request_id"}
    return reply.status, reply.body["error"], reply.body["error_description"]


def test_the_refresh_grant_returns_the_refresh_token_it_was_sent(vendor: Vendor) -> None:
    """The refresh grant does not rotate the refresh token (sp-api.md 3)."""
    first, second = vendor.ask(vendor.refresh), vendor.ask(vendor.refresh)

    assert [first.status, second.status] == [200, 200]
    assert first.body == {
        "access_token": first.body["access_token"],
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": vendor.refresh_token,
    }
    assert second.body["refresh_token"] == vendor.refresh_token
    assert second.body["access_token"] != first.body["access_token"]


def test_an_access_token_has_the_documented_shape(vendor: Vendor) -> None:
    """Prefix `Atza|`, 350 characters or more, at most 2048 bytes (sp-api.md 1.3)."""
    token = vendor.access_token()

    assert token.startswith("Atza|PLACEHOLDER-")
    assert 350 <= len(token) <= 2048


def test_json_works_as_well_as_a_form(vendor: Vendor) -> None:
    """Amazon's Java client posts JSON (sp-api.md 1.1)."""
    content = json.dumps(vendor.refresh)

    reply = vendor.send("POST", "/auth/o2/token", content, Content_Type="application/json")

    assert (reply.status, set(reply.body)) == (200, GRANTED)


@pytest.mark.parametrize(
    "scopes",
    [
        "sellingpartnerapi::notifications",
        "sellingpartnerapi::client_credential:rotation",
        "sellingpartnerapi::shipments:track",
        "sellingpartnerapi::notifications sellingpartnerapi::client_credential:rotation",
    ],
)
def test_the_grantless_answer_has_no_refresh_token(vendor: Vendor, scopes: str) -> None:
    """`refresh_token` is absent for `client_credentials` (sp-api.md 1.3); the scopes are those of 1.2."""
    reply = vendor.ask({**vendor.grantless, "scope": scopes})

    assert (reply.status, set(reply.body)) == (200, GRANTED - {"refresh_token"})


NO_GRANT = (
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission."
)
MISSING = "The request is missing a required parameter : "
UNSUPPORTED = (
    400,
    "unsupported_grant_type",
    "The authorization grant type is not supported by the authorization server",
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"client_id": "amzn1.application-oa2-client.UNKNOWN"},
            (401, "invalid_client", "Client authentication failed"),
        ),
        ({"client_id": "amzn1.sp.solution.UNKNOWN"}, (401, "invalid_client", "Client authentication failed")),
        ({"client_secret": "amzn1.oa2-cs.v1.UNKNOWN"}, (401, "invalid_client", "Client authentication failed")),
        ({"refresh_token": "Atzr|UNKNOWN"}, (400, "invalid_grant", NO_GRANT)),
        ({"refresh_token": ""}, (400, "invalid_request", MISSING + "refresh_token")),
        ({"client_id": ""}, (400, "invalid_request", MISSING + "client_id")),
        ({"client_secret": ""}, (400, "invalid_request", MISSING + "client_secret")),
        (
            {"scope": "sellingpartnerapi::notifications"},
            (400, "invalid_scope", "The request has an invalid parameter : scope"),
        ),
        ({"grant_type": "refresh-token"}, UNSUPPORTED),
        ({"grant_type": "authorization_code"}, (400, "invalid_request", MISSING + "code")),
        ({"grant_type": ""}, UNSUPPORTED),
    ],
    ids=[
        "unknown client id",
        "application id for client id",
        "wrong client secret",
        "unknown refresh token",
        "no refresh token",
        "no client id",
        "no client secret",
        "a scope beside a refresh token",
        "misspelt grant",
        "a code grant without a code",
        "no grant",
    ],
)
def test_a_refused_refresh_says_why(vendor: Vendor, changed: dict[str, str], expected: tuple[int, str, str]) -> None:
    """Each error of sp-api.md 1.4 that a refresh can meet, status and words."""
    assert error_of(vendor.ask({**vendor.refresh, **changed})) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"scope": ""}, (400, "invalid_request", MISSING + "scope")),
        (
            {"scope": "sellingpartnerapi::migration"},
            (400, "invalid_scope", "The request has an invalid parameter : scope"),
        ),
        (
            {"refresh_token": "Atzr|PLACEHOLDER"},
            (400, "invalid_request", "The request has an invalid parameter : refresh_token"),
        ),
        ({"client_secret": "bad"}, (401, "invalid_client", "Client authentication failed")),
    ],
    ids=["no scope", "dead scope", "a refresh token beside a scope", "wrong client secret"],
)
def test_a_refused_grantless_request_says_why(
    vendor: Vendor, changed: dict[str, str], expected: tuple[int, str, str]
) -> None:
    """Each error of sp-api.md 1.4 that a grantless request can meet, status and words."""
    assert error_of(vendor.ask({**vendor.grantless, **changed})) == expected


def test_a_scope_the_application_lacks_is_refused(amazon: AmazonServer, vendor: Vendor) -> None:
    """`invalid_scope`: not valid for the application (sp-api.md 1.4)."""
    poor = amazon.registry.add_application(scopes=frozenset())
    fields = {**vendor.grantless, "client_id": poor.client_id, "client_secret": poor.secrets[0].value}

    reply = vendor.ask(fields)

    assert error_of(reply) == (400, "invalid_scope", "The request has an invalid parameter : scope")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", ""])
def test_a_form_that_says_it_is_something_else_has_no_grant(vendor: Vendor, content_type: str) -> None:
    """A wrong content type gives `unsupported_grant_type` (sp-api.md 1.1)."""
    reply = vendor.send("POST", "/auth/o2/token", urlencode(vendor.refresh), Content_Type=content_type)

    assert error_of(reply) == UNSUPPORTED


def test_a_token_of_another_client_is_unauthorized(amazon: AmazonServer, vendor: Vendor) -> None:
    """A refresh token is bound to one client id; another gets `unauthorized_client` (sp-api.md 1.3, 1.4)."""
    other = amazon.registry.add_application()
    fields = {**vendor.refresh, "client_id": other.client_id, "client_secret": other.secrets[0].value}

    reply = vendor.ask(fields)

    assert error_of(reply) == (400, "unauthorized_client", "Not authorized for requested operation")


def test_a_revoked_token_is_no_grant(amazon: AmazonServer, vendor: Vendor) -> None:
    """400 `invalid_grant` is expected after a revocation (sp-api.md 3)."""
    amazon.registry.revoke(vendor.selling_partner_id)

    assert error_of(vendor.ask(vendor.refresh)) == (400, "invalid_grant", NO_GRANT)


def test_a_public_consent_lapses_after_365_days(vendor: Vendor, clock: Clock) -> None:
    """Every seller of a public application must authorize again every 365 days (sp-api.md 3)."""
    clock.advance(timedelta(days=364, hours=23))
    before = vendor.ask(vendor.refresh)
    clock.advance(timedelta(hours=1))
    after = vendor.ask(vendor.refresh)

    assert before.status == 200
    assert error_of(after) == (400, "invalid_grant", NO_GRANT)


def test_an_expired_client_secret_still_gets_tokens(vendor: Vendor, clock: Clock) -> None:
    """Past 180 days LWA still answers 200 (sp-api.md 5.2)."""
    clock.advance(timedelta(days=181))

    assert vendor.ask(vendor.refresh).status == 200


def test_a_replaced_client_secret_works_seven_more_days(amazon: AmazonServer, vendor: Vendor, clock: Clock) -> None:
    """The old secret works 7 days after a rotation; then it is 401 `invalid_client` (sp-api.md 5.2)."""
    new = amazon.registry.replace_client_secret(vendor.client_id)
    with_new = {**vendor.refresh, "client_secret": new.value}
    clock.advance(timedelta(days=6, hours=23))
    in_time = [vendor.ask(vendor.refresh).status, vendor.ask(with_new).status]
    clock.advance(timedelta(hours=1))
    too_late = vendor.ask(vendor.refresh)

    assert in_time == [200, 200]
    assert error_of(too_late) == (401, "invalid_client", "Client authentication failed")
    assert vendor.ask(with_new).status == 200


def test_replacing_the_client_secret_leaves_refresh_tokens_valid(amazon: AmazonServer, vendor: Vendor) -> None:
    """Refresh tokens are tied to the client id, not to the secret (sp-api.md 3)."""
    new = amazon.registry.replace_client_secret(vendor.client_id)

    assert vendor.ask({**vendor.refresh, "client_secret": new.value}).body["refresh_token"] == vendor.refresh_token


def test_a_second_authorization_leaves_the_first_token_alone(amazon: AmazonServer, vendor: Vendor) -> None:
    """A new self-authorization token does not invalidate older ones (sp-api.md 3)."""
    amazon.registry.authorize(vendor.client_id, vendor.selling_partner_id, Region.EU)

    assert vendor.ask(vendor.refresh).status == 200
