"""A browser without a screen: cookies, forms, redirects from the vendor's page to Seller Central and back."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.local.amazon.browsing import FORM, Forms

if TYPE_CHECKING:
    from collections.abc import Mapping

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FARTHEST = 10


@dataclass(frozen=True)
class Seen:
    """A page: where it was, what it said, its forms (action, fields), its headers and cookies set."""

    url: str
    status: int
    text: str
    headers: Mapping[str, str]
    forms: list[tuple[str, dict[str, str]]]
    cookies: tuple[str, ...] = ()
    raw: bytes = field(default=b"", repr=False)

    @property
    def location(self) -> str:
        """Where it sends the browser; empty if nowhere."""
        to = self.headers.get("location", "")
        return urljoin(self.url, to) if to else ""

    @property
    def went(self) -> dict[str, str]:
        """The parameters of where it sends the browser."""
        return dict(parse_qsl(urlsplit(self.location).query))


class Visitor:
    """One browser: its cookies by host and port, as good as new."""

    def __init__(self) -> None:
        self.cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Seen:
        """Open an address."""
        return self._go("GET", url, b"", headers or {}, follow=follow)

    def post(
        self, url: str, fields: Mapping[str, str], *, follow: bool = True, headers: Mapping[str, str] | None = None
    ) -> Seen:
        """Send a form."""
        body = urlencode(fields).encode()
        return self._go("POST", url, body, {"Content-Type": FORM, **(headers or {})}, follow=follow)

    def press(self, page: Seen, number: int = 0, *, follow: bool = True, **more: str) -> Seen:
        """Press the button of a page's form."""
        action, fields = page.forms[number]
        return self.post(urljoin(page.url, action), {**fields, **more}, follow=follow)

    def send(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Seen:
        """Send anything, following nothing."""
        return self._go(method, url, body, headers or {}, follow=False)

    def _go(self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, follow: bool) -> Seen:
        for _ in range(_FARTHEST):
            seen = self._ask(method, url, body, headers)
            if not follow or seen.status not in _REDIRECTS or not seen.location:
                return seen
            method, url, body, headers = "GET", seen.location, b"", {}
        raise AssertionError(f"too many redirects, the last to {urlsplit(url).path}")

    def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Seen:
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        given = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
        connection = http.client.HTTPConnection(parts.netloc.replace("localhost", "127.0.0.1"), timeout=60)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, {**given, **headers})
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        cookies = tuple(answer.headers.get_all("Set-Cookie") or ())
        for cookie in cookies:
            for name, morsel in SimpleCookie(cookie).items():
                jar[name] = morsel.value
        forms = Forms()
        if "html" in (answer.getheader("Content-Type") or ""):
            forms.feed(raw.decode())
        told = {name.lower(): value for name, value in answer.getheaders()}
        text = " ".join(part for part in forms.text if part)
        return Seen(url, answer.status, text, told, forms.forms, cookies, raw)
