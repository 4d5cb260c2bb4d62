"""Our link: from the page to a value, and everything that must not get there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.consent.refusals import AMAZONS_CODES
from tests.consent.conftest import BERLIN, KYOTO, query_of

if TYPE_CHECKING:
    from tests.consent.conftest import Pages

TOKEN = "Atzr|PLACEHOLDER-CONSENT"


def test_a_consent_becomes_a_first_value(pages: Pages) -> None:
    """Proven, current, rotating, noted: with the marketplace that Amazon named and the id of the callback."""
    reply = pages.ask("GET", pages.consent(pages.invite(), pages.code(TOKEN)))

    assert (reply.status, reply.told, reply.seller) == (200, "connected", "berlin")
    current = pages.current()
    assert (current.refresh_token, current.marketplace_id) == (TOKEN, "A1PA6795UKMFR9")
    assert current.selling_partner_id == "APLACEHOLDER2"
    assert pages.held().rotation["RotationEnabled"]
    state = pages.state()
    assert (state["status"], state["consented"]) == ("active", "2026-11-28")
    assert {"proven", "app", "fingerprint", "partner", "stores"} <= state.keys()
    assert "APLACEHOLDER2" not in json.dumps(state)
    assert "A store" not in json.dumps(state)


def test_a_second_consent_is_an_offer(pages: Pages) -> None:
    """AWSCURRENT is the rotation's: the function puts an offer and has it rotated."""
    pages.connect()
    pages.aws.rotated.clear()

    pages.connect("Atzr|PLACEHOLDER-RENEWED")

    assert pages.current().refresh_token == TOKEN
    assert pages.held().holder("SELLERKEYS_OFFERED")
    assert [told["immediately"] for told in pages.aws.rotated] == [True]


def test_no_value_is_read(pages: Pages) -> None:
    """The function may write seller secrets and not read them: it reads the application only."""
    pages.connect()
    pages.connect("Atzr|PLACEHOLDER-RENEWED")

    assert pages.aws.calls.count("GetSecretValue") == 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_changes_nothing(pages: Pages, method: str) -> None:
    """A mail scanner opens every link in a mail, often twice."""
    path = pages.invite()
    before = dict(pages.tables.items["sellerkeys-dev"])

    replies = [pages.ask(method, path) for _ in range(2)]

    assert [(reply.status, reply.told, reply.cookie) for reply in replies] == [(200, "invited", None)] * 2
    assert pages.tables.items["sellerkeys-dev"] == before
    assert pages.aws.calls == []


def test_the_page_shows_what_the_guide_shows(pages: Pages) -> None:
    """Account, store, region, marketplaces, Seller Central, who ships, the areas with their roles; all escaped."""
    body = pages.ask("GET", pages.invite()).body

    for shown in (
        "Berlin &lt;Books&gt;",
        "https://berlinbooks.myAmazon.com",
        "Europe",
        "Germany, France",
        "sellercentral-europe.amazon.com",
        "You ship yourself (FBM)",
        "Customer Details",
        "Direct-to-Consumer Shipping",
        "Treat this like a password",
        "Connect your Amazon account",
        "mailto:keys@example.com",
    ):
        assert shown in body
    assert "Product Listings" not in body
    assert "<script" not in body


def test_a_page_lets_nothing_in_and_tells_nobody(pages: Pages) -> None:
    """No script, no foreign host, no referrer, no cache; its form may lead to this seller's Seller Central only."""
    headers = pages.ask("GET", pages.invite()).headers
    policy = headers["content-security-policy"]

    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "form-action 'self' https://amazon.com https://*.amazon.com;" in policy
    assert "unsafe" not in policy


def test_the_button_leads_to_the_sellers_own_seller_central(pages: Pages) -> None:
    """With the state of this browser, our redirect URI, and no `version` for an application that is no draft."""
    reply = pages.ask("POST", f"{pages.invite()}/connect")

    assert reply.status == 303
    assert reply.headers["location"].startswith("https://sellercentral-europe.amazon.com/apps/authorize/consent?")
    asked = query_of(reply)
    assert asked.pop("state")
    assert asked == {
        "application_id": "amzn1.sp.solution.PLACEHOLDER",
        "redirect_uri": "https://function.example/callback",
    }
    assert reply.cookie
    assert reply.cookie.startswith("__Host-sellerkeys=")
    assert reply.cookie.endswith("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax")


def test_a_draft_says_so(pages: Pages) -> None:
    """Without `version=beta` Amazon shows error MD1000 for a draft."""
    pages.draft, pages.address = True, "https://connect.example.com"

    asked = query_of(pages.ask("POST", f"{pages.invite()}/connect"))

    assert asked["version"] == "beta"
    assert asked["redirect_uri"] == "https://connect.example.com/callback"


@pytest.mark.parametrize(
    ("spoil", "status", "told"),
    [
        (lambda path: path.replace("state=", "state=x"), 403, "no-cookie"),
        (lambda path: path + "&state=x", 400, "unreadable"),
        (lambda path: path.replace("spapi_oauth_code", "code"), 400, "missing-parameter"),
        (lambda path: path.replace("CODE", "%00"), 400, "missing-parameter"),
        (lambda path: path.replace("CODE", "%ff"), 400, "unreadable"),
        (lambda path: path.replace("selling_partner_id=A", "selling_partner_id=%3C"), 400, "missing-parameter"),
        (None, 403, "no-cookie"),
        (lambda path: path + "&x=" + "x" * 9_000, 414, "too-long"),
    ],
    ids=["forged", "twice", "missing", "no code", "no text", "no id", "no cookie", "megabytes"],
)
def test_a_callback_that_does_not_fit(pages: Pages, spoil, status: int, told: str) -> None:
    """A page with the right status, nothing written; and the next honest try works."""
    path = pages.invite()
    back, cookies = pages.consent(path, pages.code(TOKEN)), dict(pages.cookies)

    if spoil is None:
        pages.cookies.clear()

    reply = pages.ask("GET", spoil(back) if spoil else back)

    assert (reply.status, reply.told) == (status, told)
    assert pages.written() == []
    pages.cookies = cookies
    assert pages.ask("GET", back).told == "connected"


def test_another_browsers_state(pages: Pages) -> None:
    """Who sends his own callback to somebody else gets nothing into that browser."""
    back = pages.consent(pages.invite(), pages.code(TOKEN))
    pages.cookies.clear()
    pages.ask("POST", f"{pages.invite()}/connect")

    reply = pages.ask("GET", back)

    assert (reply.status, reply.told) == (403, "no-cookie")
    assert pages.written() == []


def test_a_state_ends_after_ten_minutes(pages: Pages) -> None:
    """The whole flow has to end by then, whatever DynamoDB has deleted yet."""
    back = pages.consent(pages.invite(), pages.code(TOKEN))
    pages.at += timedelta(minutes=10)

    assert pages.ask("GET", back).told == "state-ended"
    assert pages.written() == []


def test_the_back_button_tells_the_same_again(pages: Pages) -> None:
    """The code is spent and the state used; the browser that was connected still is."""
    back = pages.consent(pages.invite(), pages.code(TOKEN))
    pages.ask("GET", back)
    written = pages.written()

    assert pages.ask("GET", back).told == "connected"
    assert pages.written() == written


def test_a_code_that_amazon_does_not_take(pages: Pages) -> None:
    """Older than five minutes, or spent: start again; the same link then works."""
    path = pages.invite()

    reply = pages.ask("GET", pages.consent(path, "CODE-OF-YESTERDAY"))

    assert (reply.status, reply.told) == (410, "code-refused")
    assert pages.written() == []
    assert pages.ask("GET", pages.consent(path, pages.code(TOKEN))).told == "connected"


def test_a_seller_who_says_no(pages: Pages) -> None:
    """Nothing is written, and he may think again."""
    path = pages.invite()
    state = query_of(pages.ask("POST", f"{path}/connect"))["state"]

    reply = pages.ask("GET", f"/callback?error=access_denied&state={state}")

    assert (reply.status, reply.told) == (403, "access-denied")
    assert pages.written() == []
    assert pages.ask("GET", pages.consent(path, pages.code(TOKEN))).told == "connected"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SPSA2043", "A vendor&#x27;s account cannot be connected here: sign in with a seller&#x27;s account."),
        ("spdc8143", "Have the account&#x27;s primary user open your link."),
        ("MD5101", "Our application is not set up at Amazon"),
        ("access_denied", "If that was a mistake"),
        ("SPSA9999", "If that was a mistake"),
    ],
)
def test_an_error_of_amazons_in_plain_words(pages: Pages, code: str, words: str) -> None:
    """Should Amazon lead back with one; what it sends is never shown, and the next honest try works."""
    path = pages.invite()
    state = query_of(pages.ask("POST", f"{path}/connect"))["state"]

    reply = pages.ask("GET", f"/callback?state={state}&error={code}")

    assert reply.status == 403
    assert words in reply.body
    assert code not in reply.body
    assert pages.written() == []
    assert pages.ask("GET", pages.consent(path, pages.code(TOKEN))).told == "connected"


@pytest.mark.parametrize("code", AMAZONS_CODES)
def test_the_page_says_what_amazons_errors_mean(pages: Pages, code: str) -> None:
    """Amazon shows them on its own pages and leads nobody back, so a seller is told before he goes."""
    assert code in pages.ask("GET", pages.invite()).body


def test_amazon_down_in_the_middle(pages: Pages) -> None:
    """The code may be spent: nothing was stored, and the page says to start again."""
    back = pages.consent(pages.invite(), pages.code(TOKEN))
    pages.amazon.mute.add("/sellers/v1/marketplaceParticipations")

    with pytest.raises(Exception, match="SP-API gave no usable answer"):
        pages.ask("GET", back)

    assert pages.written() == []


@pytest.mark.parametrize(("path", "status"), [("/i/short", 404), ("/i/" + "A" * 43, 404), ("/", 404), ("/i/a/b", 404)])
def test_no_such_link(pages: Pages, path: str, status: int) -> None:
    """What is not ours, or not whole, finds nothing."""
    assert pages.ask("GET", path).status == status


def test_a_link_expires(pages: Pages) -> None:
    """By its own time limit, page and button alike."""
    path = pages.invite(days=14)
    pages.at += timedelta(days=14)

    assert [pages.ask("GET", path).told, pages.ask("POST", f"{path}/connect").told] == ["invitation-expired"] * 2


def test_a_link_that_was_used(pages: Pages) -> None:
    """A forwarded mail must not bring another account in later."""
    path = pages.invite()
    pages.ask("GET", pages.consent(path, pages.code(TOKEN)))

    assert [pages.ask("GET", path).told, pages.ask("POST", f"{path}/connect").told] == ["invitation-used"] * 2


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "", "GET, HEAD"),
        ("GET", "/connect", "POST"),
        ("PUT", "/own", "POST"),
    ],
)
def test_wrong_method(pages: Pages, method: str, path: str, allowed: str) -> None:
    """Said with what would be right."""
    reply = pages.ask(method, pages.invite() + path)

    assert (reply.status, reply.headers["allow"]) == (405, allowed)


def test_a_button_on_another_website(pages: Pages) -> None:
    """A page of somebody else cannot press it for a seller."""
    reply = pages.ask("POST", f"{pages.invite()}/connect", headers={"sec-fetch-site": "cross-site"})

    assert (reply.status, reply.cookie) == (403, None)


def test_too_much(pages: Pages) -> None:
    """A megabyte of form is not read."""
    assert pages.ask("POST", f"{pages.invite()}/connect", form="x=" + "x" * 1_000_000).status == 413


def test_the_wrong_account_waits_for_a_person(pages: Pages) -> None:
    """The roster knows another id: sealed in the table while the secret is empty, and nothing in it."""
    path = pages.invite()

    reply = pages.ask("GET", pages.consent(path, pages.code(TOKEN), partner="AOTHER"))

    assert (reply.status, reply.told) == (202, "received")
    assert pages.held().current() is None
    assert pages.state()["status"] == "held"
    offer = pages.holding.find("berlin", pages.at)
    assert offer is not None
    assert (offer.refresh_token, offer.selling_partner_id) == (TOKEN, "AOTHER")
    assert TOKEN not in str(pages.tables.items)


def test_the_wrong_account_waits_in_a_secret_that_has_a_value(pages: Pages) -> None:
    """Under the label that no rotation touches."""
    pages.connect()

    reply = pages.ask("GET", pages.consent(pages.invite(), pages.code("Atzr|OTHER"), partner="AOTHER"))

    assert reply.told == "received"
    assert pages.held().holder("SELLERKEYS_WAITING")
    assert pages.held().holder("SELLERKEYS_OFFERED") is None


@pytest.mark.parametrize("connected", [False, True])
def test_one_waits_at_a_time(pages: Pages, *, connected: bool) -> None:
    """Who comes later, with whatever account, does not push out what a person is to look at."""
    if connected:
        pages.connect()
    pages.ask("GET", pages.consent(pages.invite(), pages.code("Atzr|FIRST"), partner="AOTHER"))
    waiting = pages.held().holder("SELLERKEYS_WAITING")

    reply = pages.ask("GET", pages.consent(pages.invite(), pages.code("Atzr|SECOND"), partner="AFOREIGN"))

    assert (reply.status, reply.told) == (409, "waits-already")
    assert pages.held().holder("SELLERKEYS_WAITING") == waiting
    if not connected:
        offer = pages.holding.find("berlin", pages.at)
        assert offer is not None
        assert offer.refresh_token == "Atzr|FIRST"


def test_an_edited_id_that_amazon_disproves(pages: Pages) -> None:
    """Amazon's transactions name the seller: who edited the callback gets nothing written at all."""
    pages.amazon.partners[TOKEN] = "AMINE"

    reply = pages.ask("GET", pages.consent(pages.invite(), pages.code(TOKEN)))

    assert (reply.status, reply.told) == (403, "another-id")
    assert pages.written() == []


def test_another_sellers_account_waits(pages: Pages) -> None:
    """A link whose seller is not known by an id yet takes no account that belongs to another seller of the region."""
    pages.connect()
    tags = {"sellerkeys:seller": "paris", "sellerkeys:region": "EU", "sellerkeys:application": "shared"}
    pages.aws.declare("sellerkeys/dev/sellers/paris/sp-api", tags)
    paris = replace(BERLIN, seller="paris", selling_partner_id="")

    reply = pages.ask("GET", pages.consent(pages.invite(paris), pages.code("Atzr|AGAIN")))

    assert reply.told == "received"
    assert pages.held("paris").current() is None


def test_an_account_of_another_region(pages: Pages) -> None:
    """Amazon names no marketplace of the link's region."""
    reply = pages.ask("GET", pages.consent(pages.invite(), pages.code(TOKEN, ("ATVPDKIKX0DER",))))

    assert (reply.status, reply.told) == (409, "no-marketplace")
    assert pages.written() == []


def test_marketplaces_are_amazons(pages: Pages) -> None:
    """Germany was typed; Amazon says France."""
    pages.ask("GET", pages.consent(pages.invite(), pages.code(TOKEN, ("A13V1IB3VIYZZH",))))

    assert pages.current().marketplace_id == "A13V1IB3VIYZZH"


def test_a_rotation_under_way_is_waited_for_and_then_nothing_is_lost(pages: Pages) -> None:
    """A value put now would abandon it, so the credential waits in the secret for a person."""
    pages.connect()
    pages.aws.begin_rotation(pages.held().name)

    reply = pages.ask("GET", pages.consent(pages.invite(), pages.code("Atzr|RENEWED")))

    assert reply.told == "received"
    assert pages.waited
    assert pages.held().holder("SELLERKEYS_WAITING")


def test_a_link_without_an_application(pages: Pages) -> None:
    """The stack names no application to consent to."""
    pages.application_id = ""

    assert pages.ask("POST", f"{pages.invite()}/connect").told == "no-application"


def test_the_ways_are_not_mixed(pages: Pages) -> None:
    """Who brings an application of his own does not consent to ours, and the other way round."""
    assert pages.ask("POST", f"{pages.invite(KYOTO)}/connect").told == "wrong-way"
    assert pages.ask("POST", f"{pages.invite(BERLIN)}/own", form={"client_id": "x"}).told == "wrong-way"
