"""A real browser goes every way in, on a telephone and a desk, without scripts, in the dark; axe-core looks on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.site.shop import Merchant, Shop
    from tests.site.visitor import Visitor
    from tests.site.window import Window

    Open = Callable[..., Window]

LOOKS = [
    pytest.param({"width": 360, "script": False}, id="360-no-script"),
    pytest.param({"width": 1280, "script": False}, id="1280-no-script"),
    pytest.param({"width": 360}, id="360-axe"),
    pytest.param({"width": 1280, "dark": True}, id="1280-dark-axe"),
]


def fill(window: Window, merchant: Merchant, token: str) -> None:
    """Type the three values of the form."""
    assert merchant.own is not None
    for label, value in (
        ("Client identifier", merchant.own.client_id),
        ("Client secret", merchant.own.client_secret),
        ("Refresh token", token),
    ):
        window.page.get_by_label(label).fill(value)


@pytest.mark.parametrize("look", LOOKS)
def test_a_link_leads_to_a_connected_account(shop: Shop, window: Open, look: dict[str, object]) -> None:
    """Link, page, button, Amazon's page, back: connected; the secret holds the token Amazon gave and rotates."""
    merchant, browser = shop.merchant(), window(**look)

    browser.open(shop.invite(merchant))
    first = browser.heading
    browser.press("Connect your Amazon account")
    at_amazon = browser.page.url
    browser.page.get_by_label(merchant.account.selling_partner_id).check()
    browser.press("Confirm")
    if look == {"width": 360}:
        browser.picture("connected-360")
    shop.settle()

    assert first == "Connect your Amazon account"
    assert at_amazon.startswith(f"{shop.amazon.consent_url}/apps/authorize/consent?")
    assert browser.heading == "Your Amazon account is connected"
    assert shop.current(merchant)["refreshToken"] == shop.tokens_of(merchant)[-1]
    assert shop.secrets.describe_secret(SecretId=merchant.arn)["RotationEnabled"]


@pytest.mark.parametrize("look", LOOKS)
def test_a_form_leads_to_a_connected_account(shop: Shop, window: Open, look: dict[str, object]) -> None:
    """A seller's own application: steps, three password fields, connected; a typing error is named, nothing kept."""
    merchant, browser = shop.merchant(own=True), window(**look)
    token = shop.token(merchant)

    browser.open(shop.invite(merchant))
    kinds = [
        browser.page.get_by_label(label).get_attribute("type")
        for label in ("Client identifier", "Client secret", "Refresh token")
    ]
    fill(browser, merchant, merchant.own.client_secret)
    browser.press("Hand over and connect")
    complaint = browser.page.get_by_role("alert").inner_text()
    nothing = shop.current(merchant)
    kept = browser.page.get_by_label("Refresh token").input_value()
    fill(browser, merchant, token)
    browser.press("Hand over and connect")
    shop.settle()

    assert kinds == ["password"] * 3
    assert "Nothing was stored" in complaint
    assert (nothing, kept) == (None, "")
    assert browser.heading == "Your Amazon account is connected"
    assert shop.current(merchant)["refreshToken"] == token
    assert shop.current(merchant)["clientId"] == merchant.own.client_id


def test_a_renewal_begins_in_seller_central(shop: Shop, window: Open) -> None:
    """Manage Your Apps, Re-Authorize, Login URI, back: the known seller's secret gets the new token (sp-api.md 4.3)."""
    merchant, browser = shop.merchant(name="Renewing Books"), window()
    shop.sign_in(merchant)
    browser.open(shop.invite(merchant))
    browser.press("Connect your Amazon account")
    browser.press("Confirm")
    shop.settle()
    before = shop.current(merchant)["refreshToken"]

    browser.open(f"{shop.amazon.consent_url}/apps/manage")
    browser.press("Re-Authorize")
    browser.press("Confirm")
    login = browser.heading
    browser.press("Continue to Amazon")
    shop.settle()

    assert (login, browser.heading) == ("Connect your Amazon account", "Your Amazon account is connected")
    assert shop.current(merchant)["refreshToken"] == shop.tokens_of(merchant)[-1] != before


def test_an_appstore_start_connects_a_seller_we_know(shop: Shop, window: Open) -> None:
    """The Appstore's button, Login URI, back: the seller whose id the roster has is connected (sp-api.md 4.2)."""
    merchant, browser = shop.merchant(), window(1280)
    shop.sign_in(merchant)

    browser.open(f"{shop.amazon.consent_url}/apps/store/{shop.application.application_id}")
    browser.press("Authorize now")
    browser.press("Confirm")
    browser.picture("login-1280")
    browser.press("Continue to Amazon")
    shop.settle()

    assert browser.heading == "Your Amazon account is connected"
    assert shop.current(merchant)["refreshToken"] == shop.tokens_of(merchant)[-1]


def test_amazon_may_call_the_login_uri_first(shop: Shop, window: Open) -> None:
    """Today's website workflow passes by the Login URI; who is under way with us goes straight on (sp-api.md 4.1)."""
    merchant, browser = shop.merchant(), window(script=False)
    shop.register(login_first=True)
    shop.sign_in(merchant)

    browser.open(shop.invite(merchant))
    browser.press("Connect your Amazon account")
    browser.press("Confirm")
    shop.settle()

    assert browser.heading == "Your Amazon account is connected"
    assert shop.current(merchant)["refreshToken"] == shop.tokens_of(merchant)[-1]


def test_a_refusal_is_a_page_and_the_next_try_works(shop: Shop, window: Open) -> None:
    """Cancel at Amazon: a plain page, nothing written; the same link works afterwards."""
    merchant, browser = shop.merchant(), window()
    shop.sign_in(merchant)
    link = shop.invite(merchant)

    browser.open(link)
    browser.press("Connect your Amazon account")
    browser.press("Cancel")
    browser.picture("refused-360")
    refused, nothing = browser.heading, shop.current(merchant)
    browser.open(link)
    browser.press("Connect your Amazon account")
    browser.press("Confirm")

    assert (refused, nothing) == ("You did not allow access at Amazon", None)
    assert browser.heading == "Your Amazon account is connected"


@pytest.mark.parametrize("look", LOOKS)
def test_what_amazons_errors_mean_can_be_looked_up(shop: Shop, window: Open, look: dict[str, object]) -> None:
    """Folded up under the button, and opened without a script; axe reads it open, and nothing is cut off."""
    browser = window(**look)
    browser.open(shop.invite(shop.merchant()))
    folded = browser.page.get_by_text("SPSA2043").is_visible()

    browser.page.get_by_text("If Amazon shows an error code").click()
    browser.look()

    assert not folded
    assert browser.page.get_by_text("sign in with a seller's account.").is_visible()


def test_a_wrong_seller_waits_for_approval(shop: Shop, window: Open) -> None:
    """Somebody else's account at Amazon: received, held, unseen; neither secret has a value."""
    merchant, other, browser = shop.merchant(name="Right Books"), shop.merchant(name="Wrong Books"), window()
    shop.sign_in(other)

    browser.open(shop.invite(merchant))
    browser.press("Connect your Amazon account")
    browser.press("Confirm")
    browser.picture("received-360")

    assert browser.heading == "Thank you: we look at it"
    assert (shop.current(merchant), shop.current(other)) == (None, None)
    assert f"held#{merchant.slug}" in shop.items()
    assert shop.state(merchant).status == "held"


def test_the_back_button_tells_the_same_again(shop: Shop, window: Open) -> None:
    """A repeated callback in the same browser shows what it came to, and writes nothing (issue 6, bad input)."""
    merchant, browser = shop.merchant(), window(script=False)
    shop.sign_in(merchant)
    browser.open(shop.invite(merchant))
    browser.press("Connect your Amazon account")
    browser.press("Confirm")
    shop.settle()
    before = shop.written()

    browser.page.reload()

    assert browser.heading == "Your Amazon account is connected"
    assert shop.written() == before


def test_a_callback_of_another_browser_is_refused(shop: Shop, window: Open, visitor: Visitor) -> None:
    """Without the cookie the callback does nothing, and the browser that began can still end it."""
    merchant, browser, other = shop.merchant(), window(script=False), window()
    shop.sign_in(merchant)
    browser.open(shop.invite(merchant))
    browser.press("Connect your Amazon account")
    callback = visitor.press(visitor.get(browser.page.url), decision="confirm", follow=False).location
    other.open(callback)
    refused, nothing = other.heading, shop.current(merchant)
    browser.open(callback)

    assert (refused, nothing) == ("This has to end in the browser in which it began", None)
    assert browser.heading == "Your Amazon account is connected"


@pytest.mark.parametrize("path", ["i/nothing", f"i/{'A' * 43}", "elsewhere", "callback", "login"])
def test_every_refusal_is_a_page(shop: Shop, window: Open, path: str) -> None:
    """What leads nowhere says what to do, on a telephone and to a screen reader."""
    browser = window()

    browser.open(f"{shop.url}{path}")

    assert browser.page.get_by_role("alert").inner_text()


def test_the_page_shows_what_the_guide_shows(shop: Shop, window: Open) -> None:
    """Account name, store, region, marketplaces, the right Seller Central, FBA / FBM, six areas with their roles."""
    merchant, browser = shop.merchant(region=Region.NA, marketplaces=("US", "CA"), name="Maple Outdoor"), window(1280)

    with shop.variables(SELLERKEYS_CONSENT_HOSTS=""):
        browser.open(shop.invite(merchant))
        browser.picture("page-1280")
    said = browser.page.inner_text("main")

    for wanted in (
        "Maple Outdoor",
        "https://mapleoutdoor.myAmazon.com",
        "North America",
        "United States, Canada",
        "sellercentral.amazon.com",
        "FBA",
        "FBM",
        "Customer Details",
        "Transactions and Fulfillments",
        "Products, Variants, and Collections",
        "Inventory",
        "Product Listings",
        "Reports",
        "Inventory and Order Tracking",
        "Treat this like a password",
    ):
        assert wanted in said, wanted


def test_the_form_shows_todays_steps(shop: Shop, window: Open) -> None:
    """Where in the right Seller Central the application is made, with the roles it needs, and where its values are."""
    merchant, browser = shop.merchant(own=True), window()

    with shop.variables(SELLERKEYS_CONSENT_HOSTS=""):
        browser.open(shop.invite(merchant))
        browser.picture("form-360")
    said = browser.page.inner_text("main")

    for wanted in (
        "sellercentral-europe.amazon.com",
        "Develop Apps",
        "Add new app client",
        "Authorize app",
        "Finance and Accounting",
    ):
        assert wanted in said, wanted


def test_a_keyboard_is_enough(shop: Shop, window: Open) -> None:
    """Tab reaches the button, Enter presses it."""
    merchant, browser = shop.merchant(), window()
    browser.open(shop.invite(merchant))
    reached = ""
    for _ in range(20):
        browser.page.keyboard.press("Tab")
        reached = str(browser.page.evaluate("document.activeElement.innerText"))
        if reached == "Connect your Amazon account":
            break
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_url("**/apps/authorize/consent?*")

    assert reached == "Connect your Amazon account"
