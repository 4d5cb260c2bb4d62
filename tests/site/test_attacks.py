"""Seller B, with every public entry and his own Amazon account, against seller A: no token ends in the other's secret.

Each try ends with a look at both secrets, after a rotation that would take up whatever was left lying.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from local.loopback import Handler, Loopback
from provisioning.store import CURRENT, OFFERED, PENDING
from tests.site.visitor import Seen, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.site.shop import Merchant, Shop
    from tests.site.window import Window

_IN_USE = frozenset({CURRENT, OFFERED, PENDING})


@dataclass
class Siege:
    """A, who has a browser and a link, and B, who has the same and no good will."""

    shop: Shop
    a: Merchant
    b: Merchant
    browser_a: Visitor = field(default_factory=Visitor)
    browser_b: Visitor = field(default_factory=Visitor)

    def connect(self, merchant: Merchant) -> None:
        """Let one connect honestly."""
        browser = Visitor()
        end = self.confirm(browser, merchant, browser.press(browser.get(self.shop.invite(merchant))))
        assert end.status == 200
        self.shop.settle()

    def begin(self, browser: Visitor, merchant: Merchant) -> Seen:
        """Go by the link as far as Amazon's page."""
        return browser.press(browser.get(self.shop.invite(merchant)))

    def confirm(self, browser: Visitor, merchant: Merchant, page: Seen, *, follow: bool = True) -> Seen:
        """Let a seller confirm at Amazon, whoever's browser it is."""
        self.shop.sign_in(merchant)
        return browser.press(page, decision="confirm", follow=follow)

    def callback(self, browser: Visitor, merchant: Merchant) -> dict[str, str]:
        """Go by the link, confirm, and stop before the way back: its parameters."""
        return self.confirm(browser, merchant, self.begin(browser, merchant), follow=False).went

    def come_back(self, browser: Visitor, parameters: object) -> Seen:
        """Open the redirect URI with parameters, perhaps edited."""
        return browser.get(f"{self.shop.url}callback?{urlencode(parameters)}")

    def login(self, merchant: Merchant) -> dict[str, str]:
        """Start at the Appstore as a seller and stop before the Login URI: its parameters."""
        self.shop.sign_in(merchant)
        browser = Visitor()
        store = browser.get(f"{self.shop.amazon.consent_url}/apps/store/{self.shop.application.application_id}")
        return browser.press(browser.press(store), decision="confirm", follow=False).went

    def enter(self, browser: Visitor, parameters: dict[str, str]) -> Seen:
        """Open the Login URI with parameters, perhaps edited, press its button, and stop before the way back."""
        page = browser.get(f"{self.shop.url}login?{urlencode(parameters)}")
        if not page.forms:
            return page
        return browser.get(browser.press(page, follow=False).location, follow=False)

    def assert_apart(self) -> None:
        """Neither secret has anything of the other's in use, even after a rotation."""
        for merchant, other in ((self.a, self.b), (self.b, self.a)):
            self.shop.settle()
            if self.shop.current(merchant):
                self.shop.secrets.rotate_secret(SecretId=merchant.arn)
                self.shop.settle()
            foreign = self.shop.tokens_of(other)
            for labels, text in self.shop.values(merchant).items():
                is_in_use = bool(_IN_USE & set(labels.split(",")))
                assert not (is_in_use and any(token in text for token in foreign)), labels


@pytest.fixture(params=[True, False], ids=["has sold", "never sold"])
def siege(request: pytest.FixtureRequest, shop: Shop) -> Siege:
    """A, who is connected, and B; Amazon's API names B only where he has sold something."""
    a, b = shop.merchant(name="A Books"), shop.merchant(name="B Books", has_sold=request.param)
    siege = Siege(shop, a, b)
    siege.connect(a)
    return siege


@pytest.fixture
def fresh(shop: Shop) -> Siege:
    """A, whose secret is still empty, and B."""
    return Siege(shop, shop.merchant(name="A Books"), shop.merchant(name="B Books"))


def test_b_signs_in_by_as_link(siege: Siege) -> None:
    """A's link in B's hands, B's account at Amazon: held for a person."""
    end = siege.confirm(siege.browser_b, siege.b, siege.begin(siege.browser_b, siege.a))

    assert (end.status, "we look at it" in end.text) == (202, True)
    siege.assert_apart()


def test_b_signs_in_by_as_first_link(fresh: Siege) -> None:
    """The same while A's secret is empty: a first version would be current at once, so it lies sealed in the table."""
    end = fresh.confirm(fresh.browser_b, fresh.b, fresh.begin(fresh.browser_b, fresh.a))

    assert end.status == 202
    assert fresh.shop.values(fresh.a) == {}
    fresh.assert_apart()


def test_b_edits_the_id_in_his_callback(siege: Siege) -> None:
    """B's own link and code, A's id: refused where Amazon tells B's, else held."""
    parameters = siege.callback(siege.browser_b, siege.b)
    end = siege.come_back(siege.browser_b, {**parameters, "selling_partner_id": siege.a.account.selling_partner_id})

    assert end.status in {202, 403}
    siege.assert_apart()


def test_b_names_a_at_the_login_page(siege: Siege) -> None:
    """The Appstore's entry with A's id, the callback's id edited too, B's account: refused or held."""
    parameters = siege.login(siege.b) | {"selling_partner_id": siege.a.account.selling_partner_id}
    back = siege.enter(siege.browser_b, parameters).went
    end = siege.come_back(siege.browser_b, {**back, "selling_partner_id": siege.a.account.selling_partner_id})

    assert end.status in {202, 403}
    siege.assert_apart()


def test_b_names_a_at_the_login_page_alone(siege: Siege) -> None:
    """The same with the callback's id as Amazon sent it: the two differ, nothing is done."""
    parameters = siege.login(siege.b) | {"selling_partner_id": siege.a.account.selling_partner_id}
    back = siege.enter(siege.browser_b, parameters).went
    end = siege.come_back(siege.browser_b, back)

    assert (end.status, "another account" in end.text) == (403, True)
    siege.assert_apart()


def test_b_sends_a_his_own_consent_page(siege: Siege) -> None:
    """A confirms on a consent page that B began: A's browser has no cookie of it, the code is spent on nothing."""
    page = siege.begin(siege.browser_b, siege.b)
    end = siege.confirm(siege.browser_a, siege.a, siege.browser_a.get(page.url))

    assert (end.status, "in the browser in which it began" in end.text) == (403, True)
    siege.assert_apart()


@pytest.mark.parametrize("claim", ["a", "b"])
def test_b_steals_as_code(siege: Siege, claim: str) -> None:
    """A's unspent code in B's browser with B's own state: Amazon names A, B is known by another id."""
    stolen = siege.callback(siege.browser_a, siege.a)
    own = siege.callback(siege.browser_b, siege.b)
    claimed = getattr(siege, claim).account.selling_partner_id
    end = siege.come_back(
        siege.browser_b, {**own, "spapi_oauth_code": stolen["spapi_oauth_code"], "selling_partner_id": claimed}
    )

    assert end.status in {202, 403}
    siege.assert_apart()


def test_b_opens_as_callback(siege: Siege) -> None:
    """The whole address, out of a history or a log: without A's cookie nothing happens, and A can still end it."""
    stolen = siege.callback(siege.browser_a, siege.a)
    refused = siege.come_back(siege.browser_b, stolen)
    end = siege.come_back(siege.browser_a, stolen)

    assert (refused.status, end.status) == (403, 200)
    siege.assert_apart()


def test_b_brings_as_state_with_his_own_cookie(siege: Siege) -> None:
    """A state belongs to the cookie it was made with."""
    stolen = siege.callback(siege.browser_a, siege.a)
    own = siege.callback(siege.browser_b, siege.b)

    assert siege.come_back(siege.browser_b, {**own, "state": stolen["state"]}).status == 403
    siege.assert_apart()


@pytest.mark.parametrize("state", ["\u0080", "é" * 43, "0", " "])
def test_a_state_of_any_letters_is_refused(fresh: Siege, state: str) -> None:
    """Not a crash: the fuzz found a comparison that took ASCII only."""
    own = fresh.callback(fresh.browser_b, fresh.b)

    assert fresh.come_back(fresh.browser_b, {**own, "state": state}).status == 403


def test_the_state_does_not_make_the_cookie(siege: Siege) -> None:
    """Who sees a state, in an address or a log, cannot make the cookie that goes with it."""
    stolen = siege.callback(siege.browser_a, siege.a)
    netloc = urlsplit(siege.shop.url).netloc
    siege.browser_b.cookies[netloc] = {"__Host-sellerkeys": stolen["state"]}

    assert siege.come_back(siege.browser_b, stolen).status == 403
    siege.assert_apart()


def test_b_plants_his_consent_into_as_attempt(siege: Siege) -> None:
    """While A is under way B sends A's browser to the Login URI with B's own flow: held, A is known by another id."""
    siege.begin(siege.browser_a, siege.a)
    planted = siege.login(siege.b)
    end = siege.browser_a.get(f"{siege.shop.url}login?{urlencode(planted)}")

    assert end.status in {202, 403}
    siege.assert_apart()


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_b_sends_two_ids(siege: Siege, order: tuple[str, str]) -> None:
    """A parameter twice is read as neither."""
    parameters = [pair for pair in siege.callback(siege.browser_b, siege.b).items() if pair[0] != "selling_partner_id"]
    twice = [("selling_partner_id", getattr(siege, name).account.selling_partner_id) for name in order]

    assert siege.come_back(siege.browser_b, [*parameters, *twice]).status == 400
    siege.assert_apart()


def test_b_sends_his_token_by_as_form(siege: Siege) -> None:
    """The form takes nothing by a link that is for consent, not even a whole and working credential."""
    link = siege.shop.invite(siege.a)
    values = {
        "client_id": siege.shop.app.client_id,
        "client_secret": siege.shop.app.client_secret,
        "refresh_token": siege.shop.token(siege.b),
    }

    assert siege.browser_b.post(f"{link}/own", values).status == 409
    siege.assert_apart()


def test_b_consents_by_a_link_for_a_form(shop: Shop) -> None:
    """And consent is not possible by a link that is for a form."""
    siege = Siege(shop, shop.merchant(own=True), shop.merchant())

    assert siege.browser_b.post(f"{shop.invite(siege.a)}/connect", {}).status == 409
    siege.assert_apart()


def test_b_guesses_links(siege: Siege) -> None:
    """256 random bits; the table's key of A's link is no link either."""
    keys = [key.partition("#")[2] for key in siege.shop.items() if key.startswith("invitation#")]
    tries = ["A" * 43, siege.a.slug, *keys, *(key[:43] for key in keys)]

    assert {siege.browser_b.get(f"{siege.shop.url}i/{quote(token)}").status for token in tries} == {404}
    assert {siege.browser_b.post(f"{siege.shop.url}i/{token}/connect", {}).status for token in tries} == {404}
    siege.assert_apart()


@pytest.mark.parametrize(
    "address",
    [
        "https://amazon.com.evil.example/apps/authorize/confirm/x",
        "https://evil.example/?amazon.com",
        "https://amazon.com@evil.example/",
        "https://evil.example#amazon.com",
        "https://sellercentral.amazon.com.evil.example/",
        "//evil.example/apps",
        "https://evil.example\\@amazon.com/",
        "javascript:alert(1)",
        "http://amazon.com/apps/authorize/confirm/x",
        "https://amazon.com:8443/apps/authorize/confirm/x",
    ],
)
@pytest.mark.parametrize("hosts", ["bench", "amazon"])
def test_b_names_himself_as_amazon(siege: Siege, address: str, hosts: str) -> None:
    """A callback that is not Amazon's leads nowhere, neither from the page nor from its form (no open redirect)."""
    parameters = siege.login(siege.b) | {"amazon_callback_uri": address}
    with siege.shop.variables(**({"SELLERKEYS_CONSENT_HOSTS": ""} if hosts == "amazon" else {})):
        opened = siege.browser_a.get(f"{siege.shop.url}login?{urlencode(parameters)}", follow=False)
        posted = siege.browser_a.post(f"{siege.shop.url}login", parameters, follow=False)

    assert [(seen.status, seen.location) for seen in (opened, posted)] == [(400, ""), (400, "")]


def test_many_at_once_with_one_state(fresh: Siege) -> None:
    """Of many callbacks with one state and different codes one is exchanged; the others end or tell the same."""
    page = fresh.begin(fresh.browser_a, fresh.a)
    fresh.shop.sign_in(fresh.a)
    codes = [fresh.browser_a.press(page, decision="confirm", follow=False).went for _ in range(8)]
    before = exchanges(fresh.shop)
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda back=back: seen.append(fresh.come_back(fresh.browser_a, back).status))
        for back in codes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(seen)[200] >= 1
    assert set(seen) <= {200, 410}
    assert exchanges(fresh.shop) - before == 1
    fresh.assert_apart()


def exchanges(shop: Shop) -> int:
    """How many codes were exchanged so far."""
    return sum(call.caller.operation == "authorization_code" for call in shop.amazon.calls.all())


@pytest.fixture
def evil() -> Iterator[Callable[[str], str]]:
    """A website of B's own, another site than the pages: serves one page, tells its address."""
    pages: list[str] = []

    class Evil(Handler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            self.answer(200, pages[-1].encode(), {"Content-Type": "text/html"})

    server = Loopback(Evil, "evil")
    server.start()

    def evil(page: str) -> str:
        pages.append(page)
        return server.url.replace("127.0.0.1", "localhost")

    yield evil
    server.stop()


def test_bs_website_presses_the_button(fresh: Siege, window: Callable[..., Window], evil: Callable[[str], str]) -> None:
    """A page of B's posts B's link in A's browser: refused, no state is made, no cookie is set."""
    link, browser = fresh.shop.invite(fresh.b), window()
    form = f'<form method="post" action="{link}/connect"><button>Win</button></form>'
    before = fresh.shop.written()
    browser.page.goto(evil(form))
    browser.page.get_by_role("button").click()
    browser.page.wait_for_load_state()

    assert browser.heading == "This was sent by another website"
    assert fresh.shop.written() == before
    assert browser.context.cookies() == []


def test_bs_website_frames_the_page(fresh: Siege, window: Callable[..., Window], evil: Callable[[str], str]) -> None:
    """No page of ours can be shown inside another's, where a click could be stolen."""
    browser = window(script=False)
    browser.page.goto(evil(f'<iframe src="{fresh.shop.invite(fresh.a)}"></iframe>'))
    shown = [frame for frame in browser.page.frames if frame.url.startswith(fresh.shop.url)]
    browser.complaints.clear()

    assert shown == []


def test_the_cookie_is_of_this_host_and_of_no_script(fresh: Siege) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Lax, ten minutes, no domain."""
    page = fresh.browser_a.get(fresh.shop.invite(fresh.a))
    (cookie,) = fresh.browser_a.press(page, follow=False).cookies
    name, *attributes = cookie.split("; ")

    assert name.startswith("__Host-")
    assert sorted(attributes) == ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"]


def test_no_word_of_it_is_logged(siege: Siege) -> None:
    """No code, token, state, cookie or link of any try is in what the functions said."""
    parameters = siege.callback(siege.browser_a, siege.a)
    siege.come_back(siege.browser_a, parameters)
    siege.shop.settle()
    cookie = next(iter(siege.browser_a.cookies[urlsplit(siege.shop.url).netloc].values()))
    secrets = [parameters["spapi_oauth_code"], parameters["state"], cookie, *siege.shop.tokens_of(siege.a)]

    assert [secret for secret in secrets if secret.encode() in siege.shop.logs()] == []
    assert siege.a.slug.encode() in siege.shop.logs()


def test_the_way_there_tells_amazon_no_more_than_it_needs(fresh: Siege) -> None:
    """Application, state, redirect URI; the link's own secret is neither in the address nor in a referrer."""
    link = fresh.shop.invite(fresh.a)
    page = fresh.browser_a.get(link)
    there = fresh.browser_a.press(page, follow=False)

    assert dict(parse_qsl(urlsplit(there.location).query)).keys() == {"application_id", "state", "redirect_uri"}
    for seen in (page, there):
        assert seen.headers["referrer-policy"] == "no-referrer"
        assert seen.headers["cache-control"] == "no-store"
        assert "script-src" not in seen.headers["content-security-policy"]
        assert "default-src 'none'" in seen.headers["content-security-policy"]
