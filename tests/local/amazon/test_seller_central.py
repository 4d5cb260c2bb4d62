"""Seller Central's side of an authorization, and the exchange of its code (sp-api.md 1.2, 4.1 to 4.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local.amazon.records import ApplicationKind, Registration
from local.amazon.seller_central import SignedIn
from provisioning.marketplaces import Region
from tests.local.amazon.browsing import Browser

if TYPE_CHECKING:
    from local.amazon.records import Application
    from local.amazon.server import AmazonServer
    from local.clock import Clock
    from tests.local.amazon.browsing import Page
    from tests.local.amazon.vendor import Reply, Vendor

CONSENT = "/apps/authorize/consent"
CALLBACK = "https://vendor.example/callback"
SECOND = "https://vendor.example/second"
LOGIN = "https://vendor.example/login"
REGISTERED = Registration(name="Example ERP", login_uri=LOGIN, redirect_uris=(CALLBACK, SECOND))


@pytest.fixture
def browser(vendor: Vendor) -> Browser:
    """A seller's browser."""
    return Browser(vendor.port)


@pytest.fixture
def application(amazon: AmazonServer, vendor: Vendor) -> Application:
    """The vendor's application, its addresses registered."""
    return amazon.registry.register(vendor.client_id, REGISTERED)


@pytest.fixture
def asked(application: Application) -> dict[str, str]:
    """The parameters of a consent page."""
    return {"application_id": application.application_id, "state": "s t&te"}


def confirm(browser: Browser, asked: dict[str, str]) -> Page:
    """Open the consent page and confirm."""
    return browser.submit(browser.get(CONSENT, **asked), decision="confirm")


def exchange(vendor: Vendor, code: str, **more: str) -> Reply:
    """Post a code to Login with Amazon."""
    fields = {"grant_type": "authorization_code", "code": code}
    return vendor.ask(fields | {"client_id": vendor.client_id, "client_secret": vendor.client_secret} | more)


def test_a_consent_becomes_a_token_that_works(browser: Browser, vendor: Vendor, asked: dict[str, str]) -> None:
    """Page, button, redirect with state, selling partner id and code; the code gives tokens (sp-api.md 1.3, 4.1)."""
    page = browser.get(CONSENT, **asked)
    back = browser.submit(page, decision="confirm")
    granted = exchange(vendor, back.went["spapi_oauth_code"])

    assert (page.status, "Example ERP" in page.text) == (200, True)
    assert (back.status, back.at) == (302, CALLBACK)
    assert back.went.keys() == {"state", "selling_partner_id", "spapi_oauth_code"}
    assert back.went["state"] == asked["state"]
    assert back.went["selling_partner_id"] == vendor.selling_partner_id
    assert (granted.status, granted.body["token_type"], granted.body["expires_in"]) == (200, "bearer", 3600)
    assert granted.body["refresh_token"] != vendor.refresh_token
    assert vendor.participations(granted.body["access_token"]).status == 200


def test_an_opened_page_authorizes_nothing(browser: Browser, amazon: AmazonServer, asked: dict[str, str]) -> None:
    """Only the button does; and a second consent leaves the first token alive (sp-api.md 3)."""
    before = len(amazon.registry.consents())
    browser.get(CONSENT, **asked)

    assert len(amazon.registry.consents()) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"redirect_uri": "https://vendor.example/callback/"}, "MD5101"),
        ({"redirect_uri": "https://VENDOR.example/callback"}, "MD5101"),
        ({"redirect_uri": CALLBACK + "#there"}, "MD5110"),
        ({"version": "beta"}, "MD1000"),
        ({"state": ""}, "incomplete"),
        ({"application_id": "amzn1.sp.solution.PLACEHOLDER-none"}, "incomplete"),
    ],
)
def test_what_amazon_refuses_is_a_page_with_a_code(browser, asked, change, code) -> None:
    """An error page of 4.1, at the page and at its button: the form is the browser's to edit."""
    form = browser.get(CONSENT, **asked).forms[0][1]
    page, button = (
        browser.get(CONSENT, **{**asked, **change}),
        browser.post(CONSENT, {**form, **change, "decision": "confirm"}),
    )

    assert [(found.status, code in found.text) for found in (page, button)] == [(400, True), (400, True)]


def test_a_draft_needs_beta(browser: Browser, amazon: AmazonServer, vendor: Vendor, asked: dict[str, str]) -> None:
    """`version=beta` while the application is a draft, and only then; MD1000 without (sp-api.md 4.1)."""
    amazon.registry.register(vendor.client_id, replace(REGISTERED, draft=True))

    assert "MD1000" in browser.get(CONSENT, **asked).text
    assert confirm(browser, {**asked, "version": "beta"}).at == CALLBACK


def test_without_a_registered_address_nothing_goes(browser, amazon, vendor, asked) -> None:
    """MD9100: login or redirect URI missing (sp-api.md 4.1)."""
    amazon.registry.register(vendor.client_id, Registration())
    store = browser.submit(browser.get(f"/apps/store/{asked['application_id']}"))

    assert ("MD9100" in browser.get(CONSENT, **asked).text, "MD9100" in store.text) == (True, True)


@pytest.mark.parametrize(
    "address",
    [
        "http://vendor.example/callback",
        "https://localhost/callback",
        "http://localhost:8000/callback",
        "https://vendor.example/callback#there",
        "vendor.example/callback",
    ],
)
def test_an_address_has_to_be_public_and_https(amazon: AmazonServer, vendor: Vendor, address: str) -> None:
    """https, no fragment, no localhost (sp-api.md 4.1); the bench excepts 127.0.0.1, for itself."""
    replies = [
        vendor.admin("PUT", "registration", client_id=vendor.client_id, redirect_uris=[address]),
        vendor.admin("PUT", "registration", client_id=vendor.client_id, login_uri=address),
    ]

    assert [(reply.status, "Amazon registers" in reply.body["error"]) for reply in replies] == [(400, True)] * 2
    amazon.registry.register(vendor.client_id, Registration(redirect_uris=("http://127.0.0.1:8000/callback",)))


def test_cancel_leads_back_with_an_error(browser: Browser, amazon: AmazonServer, asked: dict[str, str]) -> None:
    """`error=access_denied` and the state, as LWA's authorization-code-grant.html has it; no consent is written."""
    before = len(amazon.registry.consents())
    back = browser.submit(browser.get(CONSENT, **asked), decision="cancel")

    assert (back.at, back.went["error"], back.went["state"]) == (CALLBACK, "access_denied", asked["state"])
    assert len(amazon.registry.consents()) == before


def test_a_code_works_once(browser: Browser, vendor: Vendor, asked: dict[str, str]) -> None:
    """Used before: 400 invalid_grant (sp-api.md 1.4); the token it gave goes on working."""
    code = confirm(browser, asked).went["spapi_oauth_code"]
    first, second = exchange(vendor, code), exchange(vendor, code)

    assert (second.status, second.body["error"]) == (400, "invalid_grant")
    assert second.body["error_description"] == "The request has an invalid grant parameter : code"
    assert vendor.participations(first.body["access_token"]).status == 200


def test_a_code_lives_five_minutes(browser: Browser, vendor: Vendor, asked: dict[str, str], clock: Clock) -> None:
    """Older than that: invalid_grant (sp-api.md 1.4, 4.1)."""
    early, late = (confirm(browser, asked).went["spapi_oauth_code"] for _ in range(2))
    clock.advance(timedelta(minutes=4, seconds=50))
    in_time = exchange(vendor, early).status
    clock.advance(timedelta(seconds=11))

    assert (in_time, exchange(vendor, late).body["error"]) == (200, "invalid_grant")


@pytest.mark.parametrize(
    ("asked_with", "sent", "status"),
    [(None, None, 200), (None, SECOND, 200), (SECOND, SECOND, 200), (SECOND, CALLBACK, 400), (SECOND, None, 400)],
)
def test_the_redirect_uri_is_checked_where_the_page_had_one(browser, vendor, asked, asked_with, sent, status) -> None:
    """Amazon's samples omit it and work; it is to be sent where the consent URL had one (sp-api.md 1.2)."""
    back = confirm(browser, asked | ({"redirect_uri": asked_with} if asked_with else {}))
    granted = exchange(vendor, back.went["spapi_oauth_code"], **({"redirect_uri": sent} if sent else {}))

    assert (back.at, granted.status) == (asked_with or CALLBACK, status)


def test_a_code_is_its_applications_own(browser, amazon, vendor, asked) -> None:
    """Another client cannot exchange it, a wrong secret is a 401, and neither uses it up (sp-api.md 1.4)."""
    other = amazon.registry.add_application()
    code = confirm(browser, asked).went["spapi_oauth_code"]
    foreign = exchange(vendor, code, client_id=other.client_id, client_secret=other.secrets[0].value)
    wrong = exchange(vendor, code, client_secret="PLACEHOLDER-wrong")

    assert (foreign.status, foreign.body["error"]) == (400, "invalid_grant")
    assert (wrong.status, wrong.body["error"]) == (401, "invalid_client")
    assert exchange(vendor, code).status == 200


def test_a_call_names_the_seller_behind_the_code(browser, amazon, vendor, asked) -> None:
    """Faults for one seller strike the exchange too; the code is in no record."""
    code = confirm(browser, asked).went["spapi_oauth_code"]
    exchange(vendor, code)
    call = amazon.calls.all()[-1]

    assert (call.caller.operation, call.caller.selling_partner_id) == ("authorization_code", vendor.selling_partner_id)
    assert code not in repr(amazon.calls.all())


def test_the_appstore_starts_at_the_login_uri(browser, vendor, asked) -> None:
    """Login URI with callback, state and id; there and back to the redirect URI (sp-api.md 4.2)."""
    login = browser.submit(browser.submit(browser.get(f"/apps/store/{asked['application_id']}")), decision="confirm")
    callback = login.went["amazon_callback_uri"]
    told = {"amazon_state": login.went["amazon_state"], "state": "ours", "redirect_uri": SECOND}
    back = browser.get(urlsplit(callback).path, **told)

    assert (login.at, login.went["selling_partner_id"]) == (LOGIN, vendor.selling_partner_id)
    assert (urlsplit(callback).hostname, "version" in login.went) == ("localhost", False)
    assert (back.at, back.went["state"]) == (SECOND, "ours")
    assert exchange(vendor, back.went["spapi_oauth_code"], redirect_uri=SECOND).status == 200
    assert browser.get(urlsplit(callback).path, **told).status == 400


def test_amazons_own_state_ends_and_belongs_to_one_application(browser, amazon, asked, clock) -> None:
    """The flow has to end in ten minutes; a foreign application, a missing state or no beta for a draft end it too."""
    store = f"/apps/store/{asked['application_id']}"
    confirm_path = f"/apps/authorize/confirm/{asked['application_id']}"

    def start() -> str:
        return browser.submit(browser.submit(browser.get(store)), decision="confirm").went["amazon_state"]

    late = start()
    clock.advance(timedelta(minutes=11))
    other = amazon.registry.add_application(registration=REGISTERED)

    assert browser.get(confirm_path, amazon_state=late, state="ours").status == 400
    assert (
        browser.get(f"/apps/authorize/confirm/{other.application_id}", amazon_state=start(), state="ours").status == 400
    )
    assert browser.get(confirm_path, amazon_state=start()).status == 400
    assert "MD1000" in browser.get(confirm_path, amazon_state=start(), state="ours", version="beta").text


def test_a_draft_is_told_to_be_one(browser, amazon, vendor, asked) -> None:
    """The Login URI gets version=beta, and the way back has to bring it (sp-api.md 4.2)."""
    amazon.registry.register(vendor.client_id, replace(REGISTERED, draft=True))
    login = browser.submit(browser.submit(browser.get(f"/apps/store/{asked['application_id']}")), decision="confirm")
    told = {"amazon_state": login.went["amazon_state"], "state": "ours", "version": "beta"}

    assert login.went["version"] == "beta"
    assert browser.get(urlsplit(login.went["amazon_callback_uri"]).path, **told).at == CALLBACK


@pytest.mark.usefixtures("application")
def test_a_renewal_starts_in_manage_your_apps(browser, amazon) -> None:
    """Re-Authorize leads to the Login URI, with nothing of ours in it (sp-api.md 4.3)."""
    page = browser.get("/apps/manage")
    login = browser.submit(browser.submit(page), decision="confirm")

    assert "Example ERP" in page.text
    assert login.at == LOGIN
    assert login.went.keys() == {"amazon_callback_uri", "amazon_state", "selling_partner_id"}
    assert browser.submit(browser.submit(page), decision="cancel").status == 200
    assert len(amazon.registry.consents()) == 1


def test_a_website_flow_may_pass_by_the_login_uri_first(browser, amazon, vendor, asked) -> None:
    """The current page has Amazon call the Login URI first, then the redirect URI (sp-api.md 4.1)."""
    amazon.registry.register(vendor.client_id, replace(REGISTERED, login_first=True))

    assert confirm(browser, asked).at == LOGIN


def test_who_is_signed_in_decides_whose_consent_it_is(browser, amazon, vendor, asked) -> None:
    """Nobody signed in: the page asks. Somebody: the form's own word counts no more. A secondary user may not."""
    other = amazon.registry.add_seller(Region.NA, ["US"], selling_partner_id="APLACEHOLDEROTHER")
    chosen = browser.submit(browser.get(CONSENT, **asked), seller="APLACEHOLDEROTHER@NA", decision="confirm")
    amazon.seller_central.sign_in(SignedIn(amazon.registry.seller(vendor.selling_partner_id, Region.EU)))
    forged = browser.submit(browser.get(CONSENT, **asked), seller="APLACEHOLDEROTHER@NA", decision="confirm")
    amazon.seller_central.sign_in(SignedIn(other, primary_user=False))

    assert chosen.went["selling_partner_id"] == "APLACEHOLDEROTHER"
    assert forged.went["selling_partner_id"] == vendor.selling_partner_id
    assert "SPDC8143" in browser.get(CONSENT, **asked).text


@pytest.mark.parametrize("seller", ["", "APLACEHOLDERNOBODY@EU", "APLACEHOLDERNOBODY@XX"])
def test_a_seller_nobody_knows_is_a_page(browser, asked, seller) -> None:
    """Not a crash."""
    page = browser.submit(browser.get(CONSENT, **asked), seller=seller, decision="confirm")

    assert page.status == 400


@pytest.mark.parametrize(("kind", "limit"), [(ApplicationKind.PUBLIC_UNLISTED, 25), (ApplicationKind.PRIVATE, 10)])
def test_caps(amazon: AmazonServer, browser: Browser, kind: ApplicationKind, limit: int) -> None:
    """25 sellers of an unlisted application, 10 of a private one and none by consent (sp-api.md 4.5)."""
    application = amazon.registry.add_application(kind, registration=REGISTERED)
    sellers = [amazon.registry.add_seller(Region.NA, ["US"]) for _ in range(limit + 1)]
    for seller in sellers[:limit]:
        amazon.registry.authorize(application.client_id, seller.selling_partner_id, Region.NA)
    amazon.seller_central.sign_in(SignedIn(sellers[-1]))
    full = browser.get(CONSENT, application_id=application.application_id, state="s")
    if full.forms:
        full = browser.submit(full, decision="confirm")

    assert "CONSENT_LIMIT_REACHED" in full.text
    amazon.registry.authorize(application.client_id, sellers[0].selling_partner_id, Region.NA)
    amazon.registry.revoke(sellers[0].selling_partner_id)
    amazon.registry.authorize(application.client_id, sellers[-1].selling_partner_id, Region.NA)


def test_unknown_pages_are_404(browser: Browser) -> None:
    """Seller Central has more than the bench."""
    assert browser.get("/apps/elsewhere").status == 404


def test_a_new_role_is_not_covered_by_an_old_consent(vendor: Vendor, amazon: AmazonServer) -> None:
    """The roles are those of the day of the consent (sp-api.md 3)."""
    amazon.registry.set_roles(vendor.client_id, frozenset({"Pricing"}))
    amazon.registry.authorize(vendor.client_id, vendor.selling_partner_id, Region.EU)

    reply = vendor.admin("PUT", "roles", client_id=vendor.client_id, roles=["Pricing", "Product Listing"])

    assert (reply.status, reply.body) == (200, {"roles": ["Pricing", "Product Listing"]})
    assert vendor.admin("PUT", "roles", client_id=vendor.client_id, roles=["None"]).status == 400


def test_the_registration_is_changed_in_part(vendor: Vendor, application: Application) -> None:
    """What is left out stays; all of it is shown."""
    reply = vendor.admin("PUT", "registration", client_id=vendor.client_id, draft=True)

    assert reply.body == {
        "client_id": vendor.client_id,
        "application_id": application.application_id,
        "kind": "public-listed",
        "name": "Example ERP",
        "draft": True,
        "login_uri": LOGIN,
        "redirect_uris": [CALLBACK, SECOND],
        "login_first": False,
        "templates": ["REVOCATION_REMINDER"],
    }
    assert vendor.admin("GET", "registrations").body == {"registrations": [reply.body]}


def test_a_seller_is_signed_in_by_the_admin_interface(vendor: Vendor, browser: Browser, asked: dict[str, str]) -> None:
    """Which seller sits at the browser, for tests in other processes."""
    seller = {"selling_partner_id": vendor.selling_partner_id, "region": "EU"}
    known = vendor.admin("PUT", "signed-in", **seller)
    unknown = vendor.admin("PUT", "signed-in", **{**seller, "region": "NA"})
    secondary = vendor.admin("PUT", "signed-in", **seller, primary_user=False)

    assert [known.status, unknown.status, secondary.status] == [200, 404, 200]
    assert "SPDC8143" in browser.get(CONSENT, **asked).text
    assert vendor.admin("PUT", "signed-in").body == {"selling_partner_id": None}
    assert browser.get(CONSENT, **asked).status == 200


def test_a_notification_reaches_seller_central(vendor: Vendor) -> None:
    """createNotification: the template's id and parameters (models, appIntegrations-2024-04-01)."""
    path = "/eu/appIntegrations/2024-04-01/notifications"
    headers = {"x_amz_access_token": vendor.access_token(), "User_Agent": "tests/1", "Content_Type": "application/json"}

    def post(body: str) -> Reply:
        return vendor.send("POST", path, body, **headers)

    made = post('{"templateId": "REVOCATION_REMINDER", "notificationParameters": {"days": "30"}}')
    unknown = post('{"templateId": "BAD_TEMPLATE_ID", "notificationParameters": {}}')
    empty = post("{}")
    kept = vendor.admin("GET", "notifications").body["notifications"]

    assert (made.status, made.body.keys()) == (200, {"notificationId"})
    assert (unknown.status, unknown.body["errors"][0]["message"]) == (400, "Invalid Template Identifier(templateId)")
    assert (empty.status, empty.body["errors"][0]["code"]) == (400, "InvalidInput")
    assert [(item["selling_partner_id"], item["parameters"]) for item in kept] == [
        (vendor.selling_partner_id, {"days": "30"})
    ]


@pytest.mark.parametrize(("has_sold", "ids"), [(True, ["APLACEHOLDERSOLD"]), (False, [])])
def test_transactions_tell_the_sellers_own_id(
    amazon: AmazonServer, vendor: Vendor, *, has_sold: bool, ids: list[str]
) -> None:
    """The one answer that does, where there are any (models, finances_2024-06-19, `sellingPartnerMetadata`)."""
    vendor.admin(
        "POST",
        "sellers",
        region="EU",
        marketplaces=["DE"],
        selling_partner_id="APLACEHOLDERSOLD",
        has_sold=has_sold,
    )
    vendor.refresh_token = amazon.registry.authorize(vendor.client_id, "APLACEHOLDERSOLD", Region.EU).refresh_token
    found = vendor.get("/eu/finances/2024-06-19/transactions", vendor.access_token()).body["payload"]["transactions"]

    assert [item["sellingPartnerMetadata"]["sellingPartnerId"] for item in found] == ids
