"""A seller at the stand-in's Seller Central, without a screen: follows forms, stops at the vendor's door."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = "application/x-www-form-urlencoded"


class Forms(HTMLParser):
    """Collects the forms of a page: action, hidden fields, the radio buttons that are checked, the text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given["action"], {}))
        elif tag == "input" and (given.get("type") == "hidden" or "checked" in given):
            self.forms[-1][1][given["name"]] = given["value"]

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())


@dataclass(frozen=True)
class Page:
    """What a browser got; `forms` are action and fields, `went` the parameters of where it was sent."""

    status: int
    text: str
    location: str = ""
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def went(self) -> dict[str, str]:
        """The query of the redirect."""
        return dict(parse_qsl(urlsplit(self.location).query))

    @property
    def at(self) -> str:
        """The address of the redirect, without its query."""
        return self.location.partition("?")[0]


@dataclass(frozen=True)
class Browser:
    """Talks to the stand-in at one port."""

    port: int

    def get(self, path: str, **query: str) -> Page:
        """Open a page."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def follow(self, address: str) -> Page:
        """Open an absolute address of the stand-in."""
        parts = urlsplit(address)
        return self._ask("GET", f"{parts.path}?{parts.query}")

    def submit(self, page: Page, number: int = 0, **more: str) -> Page:
        """Press a button of a page's form."""
        action, fields = page.forms[number]
        return self.post(action, {**fields, **more})

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """Post a form, perhaps one that no page has shown."""
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, target: str, body: str = "") -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, target, body, {"Content-Type": FORM})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        forms = Forms()
        forms.feed(text)
        shown = " ".join(part for part in forms.text if part)
        return Page(answer.status, shown, answer.getheader("Location") or "", forms.forms)
