"""Amazon goes wrong as told, for whom it is told, as often as it is told."""

from __future__ import annotations

import http.client
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.amazon.faults import Fault, FaultKind
from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from local.amazon.server import AmazonServer
    from local.clock import Clock
    from tests.local.amazon.vendor import Reply, Vendor


def seen(reply: Reply) -> tuple[int, str]:
    """Name the part of an answer that says what went wrong."""
    if isinstance(reply.body, str):
        return reply.status, "html"
    if "errors" in reply.body:
        return reply.status, reply.body["errors"][0]["details"] or reply.body["errors"][0]["code"]
    return reply.status, reply.body.get("error", "fine")


INVALID = "The access token you provided is revoked, malformed or invalid."


@pytest.mark.parametrize(
    ("kind", "at_lwa", "at_sp_api"),
    [
        ("revoked", (400, "invalid_grant"), (403, INVALID)),
        ("lapsed", (400, "invalid_grant"), (403, INVALID)),
        ("revoked-403", (403, "invalid_grant"), (403, INVALID)),
        ("wrong-client", (400, "unauthorized_client"), (200, "fine")),
        ("dead-client-secret", (401, "invalid_client"), (200, "fine")),
        ("expired-client-secret", (200, "fine"), (403, "The LWA secret token you provided has expired.")),
        ("missing-role", (200, "fine"), (403, "Unauthorized")),
        ("wrong-region", (200, "fine"), (403, "Unauthorized")),
        (
            "wrong-marketplace",
            (200, "fine"),
            (403, "The marketplaces you provided are not valid for region."),
        ),
        ("outage", (503, "temporarily_unavailable"), (503, "ServiceUnavailable")),
        ("throttled", (429, "temporarily_unavailable"), (429, "QuotaExceeded")),
        ("html", (200, "html"), (200, "html")),
    ],
)
def test_a_fault_looks_like_amazons_own_answer(
    amazon: AmazonServer, vendor: Vendor, kind: str, at_lwa: tuple[int, str], at_sp_api: tuple[int, str]
) -> None:
    """The table of `faults.py`, which names each source."""
    token = vendor.access_token()
    amazon.faults.put(Fault(FaultKind(kind)))

    assert seen(vendor.ask(vendor.refresh)) == at_lwa
    assert seen(vendor.participations(token)) == at_sp_api


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_a_dropped_connection_gives_no_answer(amazon: AmazonServer, vendor: Vendor, kind: str) -> None:
    """`reset` and `lost` break the connection with RST."""
    amazon.faults.put(Fault(FaultKind(kind), answers=1))

    with pytest.raises(ConnectionResetError):
        vendor.ask(vendor.refresh)
    assert vendor.ask(vendor.refresh).status == 200


def test_a_lost_answer_took_effect(amazon: AmazonServer, vendor: Vendor) -> None:
    """`lost`: done, then reset; here a new refresh token whose answer never arrives."""
    amazon.faults.put(Fault(FaultKind.NEW_REFRESH_TOKEN, seconds=0, answers=1))
    amazon.faults.put(Fault(FaultKind.LOST, answers=1))

    with pytest.raises(ConnectionResetError):
        vendor.ask(vendor.refresh)
    assert seen(vendor.ask(vendor.refresh)) == (400, "invalid_grant")


def test_a_slow_answer_is_the_ordinary_one_later(amazon: AmazonServer, vendor: Vendor) -> None:
    """`slow` waits its seconds, then answers."""
    amazon.faults.put(Fault(FaultKind.SLOW, seconds=0.3, answers=1))
    started = time.monotonic()

    reply = vendor.ask(vendor.refresh)

    assert reply.status == 200
    assert time.monotonic() - started >= 0.3


def test_an_answer_may_lack_the_refresh_token(amazon: AmazonServer, vendor: Vendor) -> None:
    """An answer without `refresh_token` broke a connector (sp-api.md 13)."""
    amazon.faults.put(Fault(FaultKind.NO_REFRESH_TOKEN, answers=1))

    assert set(vendor.ask(vendor.refresh).body) == {"access_token", "token_type", "expires_in"}
    assert "refresh_token" in vendor.ask(vendor.refresh).body


@pytest.mark.parametrize(
    ("seconds", "statuses"),
    [(0, [400, 400]), (1800, [200, 400]), (None, [200, 200])],
    ids=["dies at once", "dies after half an hour", "lives on"],
)
def test_amazon_may_send_a_new_refresh_token(
    amazon: AmazonServer, vendor: Vendor, clock: Clock, seconds: float | None, statuses: list[int]
) -> None:
    """A differing token is what Amazon's sample calls `amazon_token_rotation` (sp-api.md 3)."""
    amazon.faults.put(Fault(FaultKind.NEW_REFRESH_TOKEN, seconds=seconds, answers=1))
    answer = vendor.ask(vendor.refresh).body
    at_once = vendor.ask(vendor.refresh).status
    clock.advance(timedelta(hours=1))
    later = vendor.ask(vendor.refresh).status

    assert answer["refresh_token"].startswith("Atzr|PLACEHOLDER-")
    assert answer["refresh_token"] != vendor.refresh_token
    assert [at_once, later] == statuses
    assert vendor.ask({**vendor.refresh, "refresh_token": answer["refresh_token"]}).status == 200


def test_the_access_token_beside_a_new_refresh_token_works(amazon: AmazonServer, vendor: Vendor) -> None:
    """Retiring a refresh token is no revocation: access tokens go on."""
    amazon.faults.put(Fault(FaultKind.NEW_REFRESH_TOKEN, seconds=0, answers=1))

    assert vendor.participations().status == 200


def test_a_fault_can_be_for_one_seller(amazon: AmazonServer, vendor: Vendor) -> None:
    """A fault that names a seller leaves the others alone."""
    other = amazon.registry.add_seller(Region.EU, ["IT"])
    amazon.faults.put(Fault(FaultKind.REVOKED, selling_partner_id=other.selling_partner_id))
    first = vendor.ask(vendor.refresh).status
    vendor.refresh_token = amazon.registry.authorize(
        vendor.client_id, other.selling_partner_id, Region.EU
    ).refresh_token

    assert (first, vendor.ask(vendor.refresh).status) == (200, 400)


def test_a_fault_can_be_for_one_application(amazon: AmazonServer, vendor: Vendor) -> None:
    """A fault that names an application strikes its grantless calls too, and nobody else's."""
    other = amazon.registry.add_application()
    amazon.faults.put(Fault(FaultKind.OUTAGE, client_id=other.client_id))
    fields = {**vendor.grantless, "client_id": other.client_id, "client_secret": other.secrets[0].value}

    assert (vendor.ask(vendor.grantless).status, vendor.ask(fields).status) == (200, 503)


def test_a_fault_of_a_consent_leaves_grantless_calls_alone(amazon: AmazonServer, vendor: Vendor) -> None:
    """A grantless call has no consent to revoke."""
    amazon.faults.put(Fault(FaultKind.REVOKED))

    assert vendor.ask(vendor.grantless).status == 200


def test_a_fault_ends_after_its_answers(amazon: AmazonServer, vendor: Vendor) -> None:
    """`answers` counts down as the fault is shown."""
    amazon.faults.put(Fault(FaultKind.OUTAGE, answers=2))

    assert [vendor.ask(vendor.refresh).status for _ in range(3)] == [503, 503, 200]
    assert amazon.faults.all() == ()


def test_a_fault_stays_until_it_is_cleared(amazon: AmazonServer, vendor: Vendor) -> None:
    """Without `answers` a fault stays."""
    amazon.faults.put(Fault(FaultKind.OUTAGE))
    during = [vendor.ask(vendor.refresh).status for _ in range(3)]
    amazon.faults.clear()

    assert during == [503, 503, 503]
    assert vendor.ask(vendor.refresh).status == 200


def test_a_fault_that_was_not_shown_is_not_spent(amazon: AmazonServer, vendor: Vendor) -> None:
    """A reset connection shows nothing of the outage behind it."""
    amazon.faults.put(Fault(FaultKind.RESET, answers=1))
    amazon.faults.put(Fault(FaultKind.OUTAGE, answers=1))

    with pytest.raises((ConnectionResetError, http.client.HTTPException)):
        vendor.ask(vendor.refresh)
    assert [vendor.ask(vendor.refresh).status for _ in range(2)] == [503, 200]


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"answers": 0}, "answers: at least 1, or left out for a fault that stays"),
        ({"seconds": -1}, "seconds: 0 or more"),
        ({}, "seconds: a slow answer needs to be told how slow"),
    ],
)
def test_a_senseless_fault_is_refused(numbers: dict[str, float], sentence: str) -> None:
    """A number that makes no sense is said at once."""
    with pytest.raises(ValueError, match=sentence):
        Fault(FaultKind.SLOW, **numbers)
