"""Amazon over HTTPS: Login with Amazon's tokens and the two SP-API reads that prove a credential.

Facts: sp-api.md 1, 2, 5.3, 9. Standard library only: this module ships in every function's zip. Nothing here logs, and
no error holds what was sent or received beyond Amazon's own error code.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, TypeGuard

from provisioning.causes import UNKNOWN, is_transient, lwa_cause, sp_api_cause
from provisioning.errors import AmazonRefused, BadInput, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from provisioning.payload import App

#: The one token host for all regions (sp-api.md 1.1).
TOKEN_URL: Final = "https://api.amazon.com/auth/o2/token"  # noqa: S105  an address, not a token
#: A region's SP-API host (sp-api.md 6); `{region}` is na, eu or fe.
BASE_URL: Final = "https://sellingpartnerapi-{region}.amazon.com"

#: The grantless scope under which an application is proven (sp-api.md 1.2).
NOTIFICATIONS: Final = "sellingpartnerapi::notifications"

# SP-API refuses a request without one (sp-api.md 2).
_ADDRESSES: Final = {"SP_API_OAUTH_URL": TOKEN_URL, "SP_API_BASE_URL": BASE_URL}
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})

_USER_AGENT: Final = "sellerkeys/0.1 (Language=Python)"
_TIMEOUT_SECONDS: Final = 10
#: Pauses before the second and third attempt, in seconds.
_PAUSES: Final = (0.5, 2.0)
_LONGEST_ANSWER: Final = 2**20
_OK: Final = 200
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where Amazon is; replaced by the variables that Amazon's own tools use (clients.md 1)."""

    token_url: str = TOKEN_URL
    base_url: str = BASE_URL

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Endpoints:
        """Take `SP_API_OAUTH_URL` and `SP_API_BASE_URL`, where set; `{region}` in the latter is filled in.

        Raises BadInput for an address that would send a credential over the network in clear.
        """
        found = {name: environment.get(name) or usual for name, usual in _ADDRESSES.items()}
        for name, url in found.items():
            if not _is_safe(url):
                raise BadInput(f"{name} has to be an https address, or an http one on this machine")
        return cls(*found.values())


@dataclass(frozen=True, slots=True)
class Tokens:
    """LWA's answer: an access token, and the refresh token if the answer had one."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Participation:
    """One marketplace that the seller takes part in."""

    marketplace_id: str
    store_name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any] | None:
        """Read the body as a JSON object; None if it is none."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None

    @property
    def error(self) -> str | None:
        """LWA's `error`; None where the body names none."""
        error = (self.json() or {}).get("error")
        return error if isinstance(error, str) else None


class Pace(Protocol):
    """A budget that many share, as budget.py has it."""

    def wait(self) -> None:
        """Wait for one's turn."""

    def lower(self) -> None:
        """Take note that there were too many."""


class Amazon:
    """Asks LWA and SP-API, three times at most where the answer only means "later".

    Every method raises AmazonRefused with the cause, or Unreachable. `send` performs one request; `sleep` waits.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        send: Callable[[urllib.request.Request], Answer] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoints = endpoints
        self._send = send or _send
        self._sleep = sleep

    def paced(self, pace: Pace) -> Amazon:
        """Make one that asks LWA no more often than `pace` allows, and tells it where LWA says "too many"."""

        def send(request: urllib.request.Request) -> Answer:
            if request.full_url != self._endpoints.token_url:
                return self._send(request)
            pace.wait()
            answer = self._send(request)
            if answer.status == _TOO_MANY:
                pace.lower()
            return answer

        return Amazon(self._endpoints, send, self._sleep)

    def refresh(self, app: App, refresh_token: str) -> Tokens:
        """Trade a refresh token for an access token; Amazon normally returns the same refresh token (sp-api.md 3)."""
        return self._token(app, grant_type="refresh_token", refresh_token=refresh_token)

    def exchange(self, app: App, code: str, redirect_uri: str) -> Tokens:
        """Trade the code of a consent for tokens, the refresh token among them; a code works once (sp-api.md 1.2, 4.1).

        `redirect_uri` is the one that the consent page was asked with.
        """
        tokens = self._token(app, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)
        if tokens.refresh_token is None:
            _unreadable("Login with Amazon", _OK)
        return tokens

    def grantless(self, app: App, scope: str) -> Tokens:
        """Get an access token for the application itself (sp-api.md 1.2)."""
        return self._token(app, grant_type="client_credentials", scope=scope)

    def participations(self, region: str, access_token: str) -> list[Participation]:
        """List the marketplaces the seller takes part in (sp-api.md 9); 0.016 requests/s, burst 15, per seller."""
        payload = self._get(region, "/sellers/v1/marketplaceParticipations", access_token).get("payload")
        entries = payload if isinstance(payload, list) else [None]
        found = [participation for entry in entries if (participation := _participation(entry))]
        if len(found) < len(entries):
            _unreadable("SP-API", _OK)
        return found

    def selling_partner_id(self, region: str, access_token: str, since: datetime) -> str | None:
        """Read the seller's own id off his transactions posted `since`; None where there are none.

        The one operation that tells it (models, finances_2024-06-19, `sellingPartnerMetadata`); needs the role Finance
        and Accounting; 0.5 requests/s, burst 10.
        """
        query = urllib.parse.urlencode({"postedAfter": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})
        document = self._get(region, f"/finances/2024-06-19/transactions?{query}", access_token)
        payload = document.get("payload")
        transactions = (payload if isinstance(payload, dict) else document).get("transactions")
        ids = {_partner_id(entry) for entry in (transactions if isinstance(transactions, list) else [])}
        return ids.pop() if len(ids) == 1 else None

    def destinations(self, region: str, access_token: str) -> None:
        """List the notification destinations: the cheapest grantless call there is (sp-api.md 5.3)."""
        self._get(region, "/notifications/v1/destinations", access_token)

    def may_read(self, region: str, path: str, access_token: str) -> None:
        """Read something on a seller's behalf, and only see that Amazon lets us; `path` holds the query."""
        self._get(region, path, access_token)

    def post_once(self, region: str, path: str, access_token: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send a POST, with a body of JSON or without one, exactly once, and give whatever was answered.

        Raises Unreachable where nothing was: whether it took effect is then unknown, so only the caller may repeat it.
        """
        request = self._request(region, path, access_token, method="POST")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            return self._send(request)
        except (OSError, HTTPException) as error:
            raise Unreachable(
                f"SP-API gave no answer ({_kind(error)}), and whether it did what it was asked is unknown"
            ) from None

    def _request(self, region: str, path: str, access_token: str, *, method: str) -> urllib.request.Request:
        base = self._endpoints.base_url.replace("{region}", region.lower()).rstrip("/")
        headers = {"x-amz-access-token": access_token, "User-Agent": _USER_AGENT}
        # S310: the URL is Amazon's, or one the operator set.
        return urllib.request.Request(base + path, headers=headers, method=method)  # noqa: S310

    def _token(self, app: App, **grant: str) -> Tokens:
        form = {**grant, "client_id": app.client_id, "client_secret": app.client_secret}
        answer = self._ask(
            "Login with Amazon",
            urllib.request.Request(  # noqa: S310  the URL is Amazon's, or one the operator set
                self._endpoints.token_url,
                data=urllib.parse.urlencode(form).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
                    "User-Agent": _USER_AGENT,
                },
                method="POST",
            ),
        )
        document = _document("Login with Amazon", answer)
        if answer.status != _OK:
            raise AmazonRefused(lwa_cause(answer.error))
        access_token, refresh_token = document.get("access_token"), document.get("refresh_token") or None
        if not _fits_header(access_token) or not isinstance(refresh_token, str | None):
            _unreadable("Login with Amazon", answer.status)
        return Tokens(access_token, refresh_token)

    def _get(self, region: str, path: str, access_token: str) -> dict[str, Any]:
        answer = self._ask("SP-API", self._request(region, path, access_token, method="GET"))
        document = _document("SP-API", answer)
        if answer.status == _FORBIDDEN:
            raise AmazonRefused(sp_api_cause(_details(document)))
        if answer.status != _OK:
            raise AmazonRefused(UNKNOWN)
        return document

    def _ask(self, whom: str, request: urllib.request.Request) -> Answer:
        failure = ""
        for pause in (*_PAUSES, None):
            try:
                answer = self._send(request)
            except (OSError, HTTPException) as error:
                failure = _kind(error)
            else:
                if not is_transient(answer.status, answer.error):
                    return answer
                failure = f"HTTP {answer.status}"
            if pause is not None:
                self._sleep(pause)
        raise Unreachable(
            f"{whom} gave no usable answer ({failure}, {len(_PAUSES) + 1} attempts): run this again later"
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: a token must never travel to a host that somebody else names."""

    def redirect_request(self, *_: object) -> None:
        """Refuse."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _send(request: urllib.request.Request) -> Answer:
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as response:
            return Answer(response.status, response.read(_LONGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(_LONGEST_ANSWER))


def _kind(error: Exception) -> str:
    """Name what went wrong on the way; URLError hides the real cause in `reason`, which may be a text."""
    reason = getattr(error, "reason", None)
    return type(reason if isinstance(reason, Exception) else error).__name__


def _is_safe(url: str) -> bool:
    """Whether a credential may be sent there: over TLS, or not over a network at all."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    known = parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE)
    return known and bool(host) and re.fullmatch(r"[!-~]+", url) is not None


def _document(whom: str, answer: Answer) -> dict[str, Any]:
    """Read an answer's JSON object; a status that is neither a success nor a refusal, such as a redirect, has none."""
    document = answer.json()
    if document is None or not (answer.status == _OK or answer.status >= _BAD_REQUEST):
        _unreadable(whom, answer.status)
    return document


def _fits_header(token: object) -> TypeGuard[str]:
    # http.client refuses another one with an error that quotes it.
    return isinstance(token, str) and re.fullmatch(r"[ -~]+", token) is not None


def _participation(entry: object) -> Participation | None:
    flat = entry if isinstance(entry, dict) else {}
    marketplace = flat.get("marketplace")
    marketplace_id = marketplace.get("id") if isinstance(marketplace, dict) else None
    name = str(flat.get("storeName") or "")
    return Participation(marketplace_id, name) if isinstance(marketplace_id, str) else None


def _partner_id(entry: object) -> str | None:
    metadata = entry.get("sellingPartnerMetadata") if isinstance(entry, dict) else None
    found = metadata.get("sellingPartnerId") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) and found else None


def _details(document: dict[str, Any]) -> str:
    errors = document.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("details") or "")


def _unreadable(whom: str, status: int) -> NoReturn:
    raise Unreachable(f"{whom} answered HTTP {status} with something that is not its JSON: run this again later")
