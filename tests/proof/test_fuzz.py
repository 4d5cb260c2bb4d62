"""Random requests against the pages, as their description in docs/ has them and otherwise: no 5xx, nothing written.

By default 400 requests; `pytest tests/proof --proof full` sends 10,000.
"""

from __future__ import annotations

import http.client
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.bench import Bench
from local.home import Home
from tests.site.shop import PROJECT, Shop
from tests.site.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DESCRIPTION: Mapping[str, Any] = yaml.safe_load((PROJECT / "docs/consent.openapi.yaml").read_text(encoding="utf-8"))
REQUESTS = {"quick": 400, "full": 10_000}
#: The statuses of `default` in the description.
UNREADABLE = frozenset({400, 403, 404, 405, 413, 414, 415})
FORM = "application/x-www-form-urlencoded"
COOKIE = "__Host-sellerkeys"
#: Must come back escaped, if it comes back at all.
MARKUP = "\"><script>alert('x')</script>"
_LONG = "9" * 9_000


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str = ""


class Target:
    """The pages, and what somebody could know who means no good: links, a cookie, Amazon's own addresses."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sent: Counter[int] = Counter()
        consents, brings_own = shop.merchant(), shop.merchant(own=True)
        links = [shop.invite(merchant) for merchant in (consents, brings_own)]
        browser = Visitor()
        there = browser.press(browser.get(links[0]), follow=False)
        self.cookie = browser.cookies[urlsplit(shop.url).netloc][COOKIE]
        confirm = f"{shop.amazon.consent_url}/apps/authorize/confirm/{shop.application.application_id}"
        #: What is right, by the parameter's name; a state with its cookie, but never with a code of Amazon's.
        self.right: Mapping[str, list[str]] = {
            "invitation": [link.rpartition("/")[2] for link in links],
            "state": [there.went["state"]],
            COOKIE: [self.cookie],
            "selling_partner_id": [merchant.account.selling_partner_id for merchant in (consents, brings_own)],
            "spapi_oauth_code": ["ANPLACEHOLDERGUESSED"],
            "amazon_callback_uri": [confirm],
            "amazon_state": ["amazonstatePLACEHOLDER"],
            "version": ["beta"],
            "error": ["access_denied"],
            "client_id": [shop.app.client_id],
            "client_secret": ["amzn1.oa2-cs.v1.PLACEHOLDERGUESSED"],
            "refresh_token": ["Atzr|PLACEHOLDERGUESSED"],
        }
        self._connection = http.client.HTTPConnection(urlsplit(shop.url).netloc, timeout=60)

    def rightful(self) -> list[Sent]:
        """What a seller's browser sends: his link, and its button; drawn by chance, they may be missed."""
        page = f"/i/{self.right['invitation'][0]}"
        button = Sent("POST", f"{page}/connect", headers={"Content-Type": FORM}, template="/i/{invitation}/connect")
        return [Sent("GET", page, template="/i/{invitation}"), button]

    def ask(self, sent: Sent) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request; a connection that the server gave up is opened anew."""
        self._connection.request(sent.method, sent.target, sent.body, dict(sent.headers))
        answer = self._connection.getresponse()
        body = answer.read()
        self.sent[answer.status] += 1
        return answer.status, answer.headers, body

    def hang_up(self) -> None:
        """End the connection."""
        self._connection.close()

    def secrets_and_links(self) -> object:
        """What nobody may change without a state: every secret, every invitation, whatever is held."""
        written = self.shop.written()
        table = {key: item for key, item in written["table"].items() if not key.startswith("state#")}
        return written["secrets"], table


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The pages of a fleet of their own."""
    with Bench(Home(tmp_path_factory.mktemp("fuzz"))) as bench:
        shop = Shop(bench)
        shop.start()
        target = Target(shop)
        yield target
        target.hang_up()


WRONG = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "0", MARKUP, "%00", "../../etc/passwd", "\r\nSet-Cookie: a=b", "{{7*7}}", "' OR 1=1 --", _LONG]
    ),
    st.from_regex(r"https?://[a-z.]{1,20}amazon\.com[a-z./@:]{0,20}", fullmatch=True),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Sec-Fetch-Site": st.sampled_from(["same-origin", "cross-site", "none", "?"]),
        "Host": st.sampled_from(["evil.example", "127.0.0.1"]),
        "X-Forwarded-Host": st.just("evil.example"),
        "X-Forwarded-Proto": st.just("https"),
        "Origin": st.just("https://evil.example"),
    },
)


@st.composite
def requests(draw: st.DrawFn, right: Mapping[str, list[str]]) -> Sent:
    """Draw a request to a described path, or, rarely, to any other."""
    template = draw(st.sampled_from([*DESCRIPTION["paths"], *DESCRIPTION["paths"], "/{anything}"]))
    methods = [method.upper() for method in DESCRIPTION["paths"].get(template, {"get": None})]
    method = draw(st.sampled_from([*methods * 16, "GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]))
    described = DESCRIPTION["paths"].get(template, {}).get(method.lower(), {})

    def value(name: str) -> str:
        return draw(st.one_of(st.sampled_from(right[name]), WRONG)) if name in right else draw(WRONG)

    names = [_resolved(parameter) for parameter in described.get("parameters", [])]
    query = _drawn(draw, [one["name"] for one in names if one["in"] == "query"], value)
    form = _drawn(draw, list(_fields(described)), value)
    target = template.replace("{invitation}", _path(value("invitation"))).replace("{anything}", _path(draw(WRONG)))
    headers = dict(draw(HEADERS))
    if draw(st.booleans()):
        # A cookie's value with a line break is refused by http.client itself.
        headers["Cookie"] = quote(f"{COOKIE}={value(COOKIE)}", safe="=-_;")
    body = b""
    if method in {"POST", "PUT", "PATCH"}:
        body = draw(st.one_of(st.just(_encoded(form)), st.binary(max_size=200), st.just(b"a=" + b"x" * 40_000)))
        headers["Content-Type"] = draw(
            st.sampled_from([FORM, FORM, FORM, "application/json", "multipart/form-data", ""])
        )
    return Sent(method, f"{target}?{urlencode(query)}" if query else target, body, headers, template)


def _drawn(draw: st.DrawFn, names: list[str], value: Any) -> list[tuple[str, str]]:
    """Draw parameters: each once, left out, or twice, and now and then one that nobody knows."""
    pairs = [(name, value(name)) for name in names for _ in range(draw(st.sampled_from([1, 1, 1, 1, 0, 2])))]
    return pairs + ([(draw(st.text(max_size=9)), draw(WRONG))] if draw(st.integers(0, 9)) == 0 else [])


def _fields(described: Mapping[str, Any]) -> Mapping[str, Any]:
    content = described.get("requestBody", {}).get("content", {})
    fields: Mapping[str, Any] = content.get(FORM, {}).get("schema", {}).get("properties", {})
    return fields


def _resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = DESCRIPTION
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _encoded(form: list[tuple[str, str]]) -> bytes:
    return urlencode(form, errors="surrogatepass").encode()


def _path(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass") or "-"


def documented(sent: Sent) -> set[int]:
    """Tell the statuses that the description allows."""
    method = "get" if sent.method == "HEAD" else sent.method.lower()
    responses = DESCRIPTION["paths"].get(sent.template, {}).get(method, {}).get("responses", {})
    return {int(status) for status in responses if status != "default"} | UNREADABLE


def check(target: Target, sent: Sent) -> None:
    """Hold one answer to what holds of every answer."""
    status, headers, body = target.ask(sent)

    assert status in documented(sent)
    assert MARKUP.encode() not in body
    assert headers["Content-Type"].startswith("text/html")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert status == 303 or "Location" not in headers
    if status == 303:
        assert urlsplit(headers["Location"]).netloc == urlsplit(target.shop.amazon.consent_url).netloc
    assert {cookie.partition("=")[0] for cookie in headers.get_all("Set-Cookie") or []} <= {COOKIE}


def test_no_request_does_what_it_should_not(target: Target, size: str, tables: dict[str, list[str]]) -> None:
    """No status that is not described, no 5xx, no markup or foreign host in an answer; no secret, no link touched."""
    before = target.secrets_and_links()

    @settings(
        max_examples=REQUESTS[size],
        deadline=None,
        database=None,
        derandomize=size == "quick",
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(target.right))
    def every_request(sent: Sent) -> None:
        check(target, sent)

    for right in target.rightful():
        every_request = example(right)(every_request)
    every_request()

    total = target.sent.total()
    tables["fuzz of the pages"] = [
        f"{total:,} requests, none of them answered 5xx, nothing written but states",
        ", ".join(f"{status}: {count}" for status, count in sorted(target.sent.items())),
    ]
    assert total >= REQUESTS[size]
    assert target.secrets_and_links() == before
    assert b"defect" not in target.shop.logs()
    # What is right was among it: the pages were reached, not only their refusals.
    assert {200, 303, 404, 405} <= target.sent.keys()


@pytest.mark.parametrize(
    ("target_", "body"),
    [
        ("/callback?state=" + "x" * 60_000, b""),
        ("/login", b"amazon_state=" + b"x" * 1_000_000),
        ("/" + "a" * 5_000, b""),
    ],
    ids=["query", "body", "path"],
)
def test_a_megabyte_is_refused(target: Target, target_: str, body: bytes) -> None:
    """Long queries and large bodies are refused with a page (issue 6, bad input)."""
    method = "POST" if body else "GET"
    status, _, _ = target.ask(Sent(method, target_, body, {"Content-Type": FORM}))

    assert status in {413, 414}


def test_every_path_is_described() -> None:
    """The description has the ways that the function has, no more and no fewer."""
    described = {path: set(methods) for path, methods in DESCRIPTION["paths"].items()}

    assert described == {
        "/i/{invitation}": {"get"},
        "/i/{invitation}/connect": {"post"},
        "/i/{invitation}/own": {"post"},
        "/callback": {"get"},
        "/login": {"get", "post"},
    }
