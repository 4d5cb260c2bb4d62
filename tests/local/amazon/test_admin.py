"""The bench's own way into Amazon: what it makes works at Amazon, what it refuses it explains."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.amazon import admin

if TYPE_CHECKING:
    from local.amazon.server import AmazonServer
    from local.clock import Clock
    from tests.local.amazon.vendor import Connection, Vendor


def test_everything_a_vendor_needs_can_be_made_over_http(vendor: Vendor) -> None:
    """Application, seller and authorization; the token they end in opens SP-API."""
    application = vendor.admin("POST", "applications", kind="private")
    seller = vendor.admin("POST", "sellers", region="FE", marketplaces=["JP"], selling_partner_id="A0PLACEHOLDER")
    authorization = vendor.admin(
        "POST",
        "authorizations",
        client_id=application.body["client_id"],
        selling_partner_id=seller.body["selling_partner_id"],
        region="FE",
    )
    vendor.client_id, vendor.client_secret = application.body["client_id"], application.body["client_secret"]
    vendor.refresh_token = authorization.body["refresh_token"]

    assert [application.status, seller.status, authorization.status] == [201, 201, 201]
    assert set(application.body) == {"client_id", "client_secret", "application_id"}
    assert seller.body == {"selling_partner_id": "A0PLACEHOLDER"}
    assert vendor.participations(prefix="/fe").status == 200


def test_a_consent_can_be_dated(vendor: Vendor, clock: Clock) -> None:
    """`consented_on` is ISO 8601 with an offset; the 365 days count from it."""
    body = {"client_id": vendor.client_id, "selling_partner_id": vendor.selling_partner_id, "region": "EU"}
    given = (clock.now() - timedelta(days=366)).isoformat()
    vendor.refresh_token = vendor.admin("POST", "authorizations", **body, consented_on=given).body["refresh_token"]

    assert vendor.ask(vendor.refresh).status == 400


def test_a_client_secret_can_be_replaced(vendor: Vendor, clock: Clock) -> None:
    """As somebody does in the developer console (sp-api.md 5.2)."""
    new = vendor.admin("POST", "client-secrets", client_id=vendor.client_id)
    clock.advance(timedelta(days=7))
    old = vendor.ask(vendor.refresh).status
    vendor.client_secret = new.body["client_secret"]

    assert (new.status, old, vendor.ask(vendor.refresh).status) == (201, 401, 200)


def test_a_consent_can_be_revoked(vendor: Vendor) -> None:
    """As a seller does in Manage Your Apps (sp-api.md 3)."""
    reply = vendor.admin("POST", "revoke", selling_partner_id=vendor.selling_partner_id)

    assert (reply.status, reply.body) == (200, {"revoked": 1})
    assert vendor.ask(vendor.refresh).status == 400


def test_faults_can_be_put_listed_and_cleared(vendor: Vendor) -> None:
    """PUT adds one, or replaces the one of the same kind for the same caller; DELETE ends all."""
    vendor.admin("PUT", "faults", kind="outage", answers=5)
    put = vendor.admin("PUT", "faults", kind="outage", answers=2)
    struck = vendor.ask(vendor.refresh).status
    listed = vendor.admin("GET", "faults")
    cleared = vendor.admin("DELETE", "faults")

    fault = {"kind": "outage", "client_id": None, "selling_partner_id": None, "answers": 2, "seconds": None}
    assert (put.status, put.body) == (200, {"faults": [fault]})
    assert struck == 503
    assert listed.body == {"faults": [{**fault, "answers": 1}]}
    assert cleared.body == {"faults": []}


def test_calls_can_be_read_and_name_no_token(vendor: Vendor, clock: Clock) -> None:
    """Who asked for what and how it ended; ids, never a token or a body."""
    before = clock.now().isoformat()
    token = vendor.access_token()
    vendor.participations(token)
    vendor.get("/eu/notifications/v1/destinations", vendor.grantless_token())

    calls = vendor.admin("GET", "calls")

    at = [call.pop("at") for call in calls.body["calls"]]
    lwa = {"method": "POST", "path": "/auth/o2/token", "status": 200, "client_id": vendor.client_id}
    sp_api = {"method": "GET", "status": 200, "client_id": vendor.client_id}
    assert before <= at[0] <= at[1] <= at[2] <= at[3]
    assert calls.body["calls"] == [
        {**lwa, "operation": "refresh_token", "selling_partner_id": vendor.selling_partner_id},
        {
            **sp_api,
            "path": "/eu/sellers/v1/marketplaceParticipations",
            "operation": "getMarketplaceParticipations",
            "selling_partner_id": vendor.selling_partner_id,
        },
        {**lwa, "operation": "client_credentials", "selling_partner_id": None},
        {
            **sp_api,
            "path": "/eu/notifications/v1/destinations",
            "operation": "getDestinations",
            "selling_partner_id": None,
        },
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        (
            "applications",
            {"kind": "secret"},
            400,
            "kind: Input should be 'public-listed', 'public-unlisted' or 'private'",
        ),
        ("applications", {"rolls": []}, 400, "unknown: rolls; known are application_id, kind, roles, scopes"),
        ("applications", {"roles": ["Baker"]}, 400, "SP-API has no role named Baker (sp-api.md 7)"),
        ("sellers", {"region": "EU"}, 400, "marketplaces: Field required"),
        ("sellers", {"region": "EU", "marketplaces": ["US"]}, 400, "marketplace US belongs to NA, not to EU"),
        ("client-secrets", {"client_id": "nobody"}, 404, "no application has the client id nobody"),
        ("revoke", {}, 400, "selling_partner_id: Field required"),
        ("nonsense", {}, 404, "the bench's Amazon has no POST /_bench/nonsense"),
    ],
)
def test_what_does_not_fit_is_answered_with_a_sentence(
    connection: Connection, path: str, body: dict[str, object], status: int, sentence: str
) -> None:
    """400 for a body that does not fit, 404 for what nobody has."""
    reply = connection.admin("POST", path, **body)

    assert (reply.status, reply.body) == (status, {"error": sentence})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "slow"}, "seconds: a slow answer needs to be told how slow"),
        (
            {"kind": "outage", "for": "everyone"},
            "unknown: for; known are answers, client_id, kind, seconds, selling_partner_id",
        ),
        (
            {"kind": "outage", "answers": "many"},
            "answers: Input should be a valid integer, unable to parse string as an integer",
        ),
    ],
)
def test_a_fault_that_makes_no_sense_is_not_put(
    amazon: AmazonServer, connection: Connection, body: dict[str, object], sentence: str
) -> None:
    """A misspelt fault would be a test that tests nothing."""
    reply = connection.admin("PUT", "faults", **body)

    assert (reply.status, reply.body) == (400, {"error": sentence})
    assert amazon.faults.all() == ()


@pytest.mark.parametrize("content", ["[]", "{", "\xff"])
def test_a_body_that_is_no_object_is_refused(connection: Connection, content: str) -> None:
    """Only a JSON object is a body."""
    reply = connection.send("POST", "/_bench/applications", content.encode("latin-1"))

    assert (reply.status, reply.body) == (400, {"error": "the body is not a JSON object"})


def test_every_action_is_in_the_table() -> None:
    """The table in the module's docstring is complete: what a person can find there is what there is."""
    documented = {line.split("`")[1] for line in admin.__doc__.splitlines() if line.startswith("| `")}

    assert documented == {f"{method} /_bench/{path}" for method, path in admin.Admin.ACTIONS}
