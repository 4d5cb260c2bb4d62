"""Attacks that succeed, so that nobody takes them for closed, and how near to them others fail (design.md 6).

Login with Amazon and the Sellers API name no selling partner, and whoever sits at the browser can edit the callback's
id. Where Amazon's transactions do not tell the id either, for want of the role or of sales in 90 days, only what is
left below separates two sellers. docs/consent.md, "What remains", lists these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioning.consent.invitations import Invitation
from provisioning.fingerprint import partner_print, stores_print
from provisioning.state import State
from tests.consent.conftest import CONSENT
from tests.consent.test_amazons_entries import renew

if TYPE_CHECKING:
    from tests.consent.conftest import Pages

STRANGER = "Atzr|PLACEHOLDER-STRANGER"
UNKNOWN = Invitation("maple", "Maple Outdoor", "", "shared", "NA", ("US",), "both", ("reports",))
STORES = [("A1PA6795UKMFR9", "A store")]


def test_a_namesake_who_knows_the_id_renews_for_him(pages: Pages) -> None:
    """Remains: B, who never sold, gives all his stores A's names in A's marketplaces, and renews with A's id.

    Nothing that Amazon answers then differs between A and B. It takes A's id, A's exact store names, an account in each
    of A's marketplaces and no sales; B then gives A's vendor access to his own account, and A's ERP reads B's data.
    """
    pages.connect()

    assert renew(pages, STRANGER).told == "connected"
    assert pages.held().holder("SELLERKEYS_OFFERED")


def test_a_namesake_who_has_sold_does_not(pages: Pages) -> None:
    """With the role Finance and Accounting, one sale in 90 days closes it."""
    pages.connect()
    pages.amazon.partners[STRANGER] = "ASTRANGER"

    assert renew(pages, STRANGER).told == "another-id"


def test_two_sellers_with_the_same_stores_are_told_apart_by_a_person(pages: Pages) -> None:
    """Closed: where another seller of the fleet has the very same stores, they recognise neither; it waits."""
    pages.connect()
    double = pages.held("maple")
    double.tags |= State(stores=stores_print(double.arn, STORES)).to_tags()

    assert renew(pages, STRANGER).told == "received"
    assert pages.held().holder("SELLERKEYS_OFFERED") is None


def test_a_store_without_a_name_recognises_nobody(pages: Pages) -> None:
    """Closed: without names the stores are a list of marketplaces, which many sellers share."""
    pages.connect()
    pages.amazon.stores = dict.fromkeys((CONSENT, STRANGER), "")
    secret = pages.held()
    secret.tags |= State(stores=stores_print(secret.arn, [("A1PA6795UKMFR9", "")])).to_tags()

    assert renew(pages, STRANGER).told == "received"


def test_whoever_holds_a_link_of_a_seller_with_an_unknown_id(pages: Pages) -> None:
    """Remains: a link is the approval for its seller, and nobody told us who he is at Amazon.

    Whoever gets at the link first connects his own account. A selling partner id in the roster closes it; so does one
    use of the link, for the id of the first consent is then known and another one waits.
    """
    link = pages.invite(UNKNOWN)
    code = pages.code(STRANGER, ("ATVPDKIKX0DER",))

    assert pages.ask("GET", pages.consent(link, code, "ASTRANGER")).told == "connected"
    assert pages.current("maple").refresh_token == STRANGER


def test_a_link_whose_id_is_in_the_roster(pages: Pages) -> None:
    """Closed: the same, for a seller whose id is known, waits for a person."""
    code = pages.code(STRANGER)

    assert pages.ask("GET", pages.consent(pages.invite(), code, "ASTRANGER")).told == "received"


@pytest.mark.parametrize("by", ["link", "renewal"])
def test_an_id_that_is_another_sellers(pages: Pages, by: str) -> None:
    """Closed: who names himself as another seller of the region waits, although nobody knows the link's seller."""
    pages.held("maple").tags |= State(partner=partner_print("dev", "AMAPLE")).to_tags()
    pages.held("maple").tags |= {"sellerkeys:region": "EU"}
    if by == "link":
        link = pages.invite(Invitation("berlin", "Berlin", "", "shared", "EU", ("DE",), "both", ("reports",)))
        reply = pages.ask("GET", pages.consent(link, pages.code(STRANGER), "AMAPLE"))
    else:
        reply = renew(pages, STRANGER, "AMAPLE")

    assert reply.told == "received"
    assert pages.held().current() is None
