"""What a browser asked for, read strictly out of a function URL's event (payload version 2.0).

Whatever does not fit raises Refused; nothing here logs or quotes what was sent.
"""

from __future__ import annotations

import base64
import binascii
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from provisioning.consent.refusals import FROM_ELSEWHERE, NO_FORM, TOO_LARGE, TOO_LONG, UNREADABLE, Refused

_LONGEST_QUERY: Final = 8_192
_LONGEST_PATH: Final = 512
_LARGEST_BODY: Final = 16_384
_MOST_FIELDS: Final = 20
_FORM: Final = "application/x-www-form-urlencoded"
#: What a browser says of a request that a page of ours, or nobody's page, made; older ones say nothing.
_OWN: Final = frozenset({"", "same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `origin` is the address at which the function was called and `at` when, as AWS tells them."""

    method: str
    path: str
    origin: str
    at: datetime
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Read an event; raises Refused."""
        context = _mapping(event.get("requestContext"))
        http = _mapping(context.get("http"))
        headers = {str(name).lower(): str(value) for name, value in _mapping(event.get("headers")).items()}
        path = _text(event.get("rawPath")) or "/"
        query = _text(event.get("rawQueryString"))
        if len(query) > _LONGEST_QUERY or len(path) > _LONGEST_PATH:
            raise Refused(TOO_LONG)
        # What AWS shows in capital letters already; HEAD is GET without the page.
        method = _text(http.get("method"))
        is_post = method == "POST"
        if is_post and headers.get("sec-fetch-site", "") not in _OWN:
            raise Refused(FROM_ELSEWHERE)
        return cls(
            method="GET" if method == "HEAD" else method,
            path=path,
            origin=_origin(_text(context.get("domainName"))),
            at=_moment(context.get("timeEpoch")),
            query=_fields(query),
            form=_form(event, headers) if is_post else (),
            cookies=_cookies(event),
        )

    def asked(self, name: str) -> str | None:
        """Give a parameter of the address; None if it is not there; raises Refused if it stands twice."""
        return _one(self.query, name)

    def filled(self, name: str) -> str:
        """Give a field of the form, empty if it is not there; raises Refused if it stands twice."""
        return _one(self.form, name) or ""


def _origin(domain: str) -> str:
    """Write the origin of the domain under which AWS called the function; only the bench's has a port."""
    scheme = "http" if domain.startswith("127.0.0.1:") else "https"
    return f"{scheme}://{domain}"


def _moment(milliseconds: object) -> datetime:
    """Read AWS's time of the request; the local one's where it is not told."""
    if not isinstance(milliseconds, int) or milliseconds <= 0:
        return datetime.now(UTC)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _form(event: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    body = _text(event.get("body"))
    if len(body) > _LARGEST_BODY * 4 // 3 + 4:
        raise Refused(TOO_LARGE)
    if not body:
        return ()
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused(NO_FORM)
    if event.get("isBase64Encoded") is True:
        try:
            body = base64.b64decode(body, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            raise Refused(UNREADABLE) from None
    if len(body) > _LARGEST_BODY:
        raise Refused(TOO_LARGE)
    return _fields(body)


def _fields(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(urllib.parse.parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        # Also a UnicodeDecodeError, which quotes what it could not read.
        raise Refused(UNREADABLE) from None


def _cookies(event: Mapping[str, Any]) -> dict[str, str]:
    given = event.get("cookies")
    pairs = [str(cookie).partition("=") for cookie in given] if isinstance(given, list) else []
    return {name.strip(): value.strip() for name, _, value in pairs}


def _one(pairs: tuple[tuple[str, str], ...], name: str) -> str | None:
    found = [value for key, value in pairs if key == name]
    if len(found) > 1:
        raise Refused(UNREADABLE)
    return found[0] if found else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
