"""The Login URI: Amazon's Appstore, a renewal in Seller Central, and in the midst of our own workflow."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING

import pytest

from provisioning.consented import Consent, consent_of
from provisioning.fingerprint import partner_print
from provisioning.state import State
from tests.consent.conftest import BERLIN, CONSENT, query_of

if TYPE_CHECKING:
    from provisioning.consent.layout import Reply
    from tests.consent.conftest import Pages

CONFIRM = "https://sellercentral-europe.amazon.com/apps/authorize/confirm/amzn1.sp.solution.PLACEHOLDER"
RENEWED = "Atzr|PLACEHOLDER-RENEWED"


def told(partner: str = "APLACEHOLDER2", callback: str = CONFIRM) -> dict[str, str]:
    """What Amazon says when it opens the Login URI."""
    return {"amazon_callback_uri": callback, "amazon_state": "AMAZONS", "selling_partner_id": partner}


def log_in(pages: Pages, **changed: str) -> Reply:
    """Open the Login URI as Amazon does."""
    return pages.ask("GET", f"/login?{urllib.parse.urlencode(told() | changed)}")


def renew(pages: Pages, token: str = RENEWED, partner: str = "APLACEHOLDER2") -> Reply:
    """Go all the way from Seller Central's button and back."""
    going = pages.ask("POST", "/login", form=told(partner))
    assert going.status == 303, going.told
    return pages.ask("GET", pages.back(query_of(going)["state"], pages.code(token), partner))


def test_a_renewal_becomes_an_offer(pages: Pages) -> None:
    """None of our state comes back: the seller is found by his id, and recognised by his stores."""
    pages.connect()

    reply = renew(pages)

    assert (reply.told, reply.seller) == ("connected", "berlin")
    assert pages.held().holder("SELLERKEYS_OFFERED")
    assert pages.current().refresh_token == CONSENT


def test_the_page_that_amazon_opens(pages: Pages) -> None:
    """A button; opening it makes no state, and it says nothing of whom we know."""
    known, unknown = log_in(pages), log_in(pages, selling_partner_id="AUNKNOWN")

    assert (known.status, known.told, known.cookie) == (200, "login", None)
    assert known.body.replace("APLACEHOLDER2", "AUNKNOWN") == unknown.body
    assert pages.tables.calls == []
    assert pages.aws.calls == []


def test_the_way_back_to_amazon(pages: Pages) -> None:
    """With Amazon's state and ours, and `version` for a draft only."""
    pages.draft = True

    reply = pages.ask("POST", "/login", form=told(callback=f"{CONFIRM}?x=1"))

    assert reply.headers["location"].startswith(f"{CONFIRM}?x=1&")
    asked = query_of(reply)
    assert asked.pop("state")
    assert asked == {
        "x": "1",
        "amazon_state": "AMAZONS",
        "redirect_uri": "https://function.example/callback",
        "version": "beta",
    }


def test_in_the_midst_of_our_own_workflow(pages: Pages) -> None:
    """Today Amazon opens the Login URI after its consent page, too: whoever is under way goes on at once."""
    state = query_of(pages.ask("POST", f"{pages.invite()}/connect"))["state"]

    reply = log_in(pages)

    assert (reply.status, reply.cookie) == (303, None)
    assert query_of(reply)["state"] == state
    assert pages.ask("GET", pages.back(state, pages.code(CONSENT), "APLACEHOLDER2")).told == "connected"


@pytest.mark.parametrize(
    "callback",
    [
        "https://amazon.com.evil.example/apps/authorize/confirm/x",
        "https://evil.example/https://amazon.com/",
        "https://amazon.com@evil.example/",
        "https://amazon.com:8443/",
        "https://amazon.com\\@evil.example/",
        "http://amazon.com/apps/authorize/confirm/x",
        "javascript:alert(1)",
        "//amazon.com/x",
        "https://xamazon.com/",
        "https://amazon.com/#x",
        "https://[amazon.com/",
        "https://amazon.com\r\nX: y",
        "",
    ],
)
def test_a_callback_that_is_not_amazons(pages: Pages, callback: str) -> None:
    """By the button and by the form: no open redirect, no state."""
    replies = [log_in(pages, amazon_callback_uri=callback), pages.ask("POST", "/login", form=told(callback=callback))]

    assert [reply.status for reply in replies] == [400, 400]
    assert all("location" not in reply.headers for reply in replies)
    assert pages.tables.items["sellerkeys-dev"] == {}


@pytest.mark.parametrize(
    "callback",
    [
        "https://amazon.com/apps/authorize/confirm/x",
        "https://sellercentral.amazon.com/apps/authorize/confirm/x",
        "https://vendorcentral.amazon.de/apps/authorize/confirm/x",
    ],
)
def test_a_callback_that_is_amazons(pages: Pages, callback: str) -> None:
    """Amazon's own example, Seller Central, Vendor Central."""
    assert log_in(pages, amazon_callback_uri=callback).status == 200


def test_nobody_known_by_that_id(pages: Pages) -> None:
    """The code is not even spent: whoever is new asks for a link."""
    pages.connect()

    reply = renew(pages, partner="AUNKNOWN")

    assert (reply.status, reply.told) == (404, "unknown-seller")
    assert RENEWED in pages.amazon.codes.values()


def test_a_stranger_with_a_sellers_id(pages: Pages) -> None:
    """Seller B starts at the Login URI with A's id and consents with his own account: it waits, unseen."""
    pages.connect()
    pages.amazon.stores["Atzr|STRANGER"] = "B's store"

    reply = renew(pages, "Atzr|STRANGER")

    assert reply.told == "received"
    assert pages.held().holder("SELLERKEYS_OFFERED") is None
    assert pages.held().holder("SELLERKEYS_WAITING")
    waiting = pages.secret().holder("SELLERKEYS_WAITING") or ""
    assert consent_of(pages.secret(), waiting) == Consent(pages.at.date())


def test_a_stranger_whom_amazon_names(pages: Pages) -> None:
    """Where the application may ask, his transactions give him away, and nothing is written."""
    pages.connect()
    written = pages.written()
    pages.amazon.partners["Atzr|STRANGER"] = "ASTRANGER"

    assert renew(pages, "Atzr|STRANGER").told == "another-id"
    assert pages.written() == written


def test_a_renamed_store_that_amazon_confirms(pages: Pages) -> None:
    """The id that Amazon's own answer holds outweighs a new name."""
    pages.connect()
    pages.amazon.stores[RENEWED] = "A new name"
    pages.amazon.partners[RENEWED] = "APLACEHOLDER2"

    assert renew(pages).told == "connected"


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_start_in_the_appstore(pages: Pages, *, confirmed: bool) -> None:
    """An empty secret, known by its seller's id: a first value where Amazon confirms the id, else it is held."""
    pages.held().tags |= State(partner=partner_print("dev", "APLACEHOLDER2")).to_tags()
    if confirmed:
        pages.amazon.partners[RENEWED] = "APLACEHOLDER2"

    reply = renew(pages)

    assert reply.told == ("connected" if confirmed else "received")
    assert (pages.held().current() is not None) == confirmed
    assert (pages.holding.find("berlin", pages.at) is None) == confirmed


def test_an_id_in_two_regions(pages: Pages) -> None:
    """One id, a seller in each region: the credential goes to the one in whose region it works."""
    pages.connect()
    pages.held("maple").tags |= State(partner=partner_print("dev", "APLACEHOLDER2")).to_tags()
    pages.amazon.partners[RENEWED] = "APLACEHOLDER2"

    reply = renew(pages)

    assert (reply.told, reply.seller) == ("connected", "berlin")


def test_the_id_changes_on_the_way(pages: Pages) -> None:
    """What the callback claims has to be what the login claimed."""
    pages.connect()
    going = pages.ask("POST", "/login", form=told())

    reply = pages.ask("GET", pages.back(query_of(going)["state"], pages.code(RENEWED), "ASOMEBODY"))

    assert reply.told == "another-id"


@pytest.mark.parametrize("name", ["amazon_callback_uri", "amazon_state", "selling_partner_id"])
def test_a_login_without_something(pages: Pages, name: str) -> None:
    """Said, and nothing made."""
    assert log_in(pages, **{name: ""}).status == 400


def test_an_own_applications_seller_does_not_consent(pages: Pages) -> None:
    """Known by that id or not: his way in is the form."""
    pages.held("kyoto").tags |= State(partner=partner_print("dev", "AKYOTO")).to_tags()

    assert renew(pages, partner="AKYOTO").told == "unknown-seller"
    assert BERLIN.application == "shared"
