"""Seller Central's side of an authorization: consent, Appstore, renewal (sp-api.md 4.1 to 4.3).

| request | what it is |
|---|---|
| `GET /apps/authorize/consent` | the website workflow's page; `POST` of its form: confirm or cancel |
| `GET /apps/store/{application_id}` | the Appstore's page; `POST`: its button |
| `GET /apps/manage` | Manage Your Apps; `POST`: Re-Authorize |
| `GET /apps/authorize/confirm/{application_id}` | the `amazon_callback_uri` to which the application leads back |

Confirming leads to the redirect URI with a code, or, in the flows that begin at Amazon, to the Login URI first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.amazon import pages
from local.amazon.messages import Answer
from local.amazon.records import FLOW_LIFE, ApplicationKind
from local.amazon.registry import LimitReached, UnknownToAmazon
from provisioning.marketplaces import Region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from local.amazon.codes import Codes
    from local.amazon.messages import Request
    from local.amazon.placeholders import Placeholders
    from local.amazon.records import Application, Seller
    from local.amazon.registry import Registry
    from local.clock import Clock

PREFIX: Final = "/apps/"
_CONSENT: Final = "/apps/authorize/consent"
_CONFIRM: Final = "/apps/authorize/confirm/"
_STORE: Final = "/apps/store/"
_MANAGE: Final = "/apps/manage"
_WEBSITE: Final = "website"
_AT_AMAZON: Final = "at-amazon"


class Problem(Exception):
    """Amazon shows an error page; `code` is one of `pages.PROBLEMS`."""

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose Seller Central it is, and whether the user is the account's primary one."""

    seller: Seller
    primary_user: bool = True


@dataclass(frozen=True, slots=True)
class _Flow:
    """A flow that has gone by the Login URI and waits for the application to lead back."""

    application_id: str
    seller: Seller
    ends_on: datetime


class SellerCentral:
    """All regions' Seller Central at one address, `url` tells which; nobody is signed in until `sign_in`."""

    def __init__(
        self, registry: Registry, clock: Clock, placeholders: Placeholders, codes: Codes, url: Callable[[], str]
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._placeholders = placeholders
        self._codes = codes
        self._url = url
        self._flows: dict[str, _Flow] = {}
        self._signed_in: SignedIn | None = None

    def sign_in(self, signed_in: SignedIn | None) -> None:
        """Sign a seller's user in; None signs out, and the pages then ask who it is."""
        self._signed_in = signed_in

    def answer(self, request: Request) -> Answer:
        """Answer one request under `/apps/`; raises nothing."""
        try:
            return self._route(request) or pages.page("Not found", "<p>There is no such page.</p>", 404)
        except Problem as problem:
            return pages.problem(problem.code)
        except LimitReached:
            return pages.problem("CONSENT_LIMIT_REACHED")
        except UnknownToAmazon:
            return pages.problem("")

    def _route(self, request: Request) -> Answer | None:
        query = {name: values[0] for name, values in request.query.items()}
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        is_get, path = request.method == "GET", request.path
        if path == _CONSENT:
            return self._ask(self._application(query), query, _WEBSITE) if is_get else self._decide(form)
        if path == _MANAGE:
            return self._manage() if is_get else self._ask(self._application(form), {}, _AT_AMAZON, form.get("seller"))
        if path.startswith(_STORE):
            return self._store(request.method, path.removeprefix(_STORE))
        if path.startswith(_CONFIRM):
            return self._confirm(path.removeprefix(_CONFIRM), query)
        return None

    def _ask(self, application: Application, asked: Mapping[str, str], flow: str, seller: str | None = None) -> Answer:
        """Show the consent page, or why there is none."""
        if flow == _WEBSITE:
            _check_website(application, asked)
        elif not application.registration.login_uri:
            raise Problem("MD9100")
        if self._signed_in and not self._signed_in.primary_user:
            raise Problem("SPDC8143")
        if self._signed_in and self._signed_in.seller.is_vendor:
            # Unsupported entity (sp-api.md 4.1): a vendor consents in Vendor Central, under another address.
            raise Problem("SPSA0404")
        if application.kind is ApplicationKind.PRIVATE:
            # No OAuth seller at all (sp-api.md 4.5); which page says so is not documented.
            raise Problem("CONSENT_LIMIT_REACHED")
        kept = {name: asked[name] for name in ("state", "redirect_uri", "version") if name in asked}
        hidden = {"application_id": application.application_id, "flow": flow, **kept}
        everybody = [one for one in self._registry.sellers() if not one.is_vendor]
        sellers = [self._signed_in.seller] if self._signed_in else everybody
        wanted = [one for one in sellers if seller in (None, pages.key(one))]
        return pages.consent(application, wanted, hidden, _CONSENT)

    def _decide(self, form: Mapping[str, str]) -> Answer:
        """Go on as the seller decided; everything is checked again, as the form is the browser's."""
        application = self._application(form)
        is_website = form.get("flow") != _AT_AMAZON
        if is_website:
            _check_website(application, form)
        if form.get("decision") != "confirm":
            if not is_website:
                return pages.page("Nothing was authorized", "<p>You cancelled.</p>")
            # What Seller Central sends after Cancel is not documented; this is LWA's (authorization-code-grant.html).
            told = {"error": "access_denied", "error_description": "Access not permitted.", "state": form["state"]}
            return _redirect(_redirect_uri(application, form), told)
        seller = self._seller(form)
        if is_website and not application.registration.login_first:
            return self._consent(application, seller, form)
        return self._login(application, seller)

    def _login(self, application: Application, seller: Seller) -> Answer:
        """Lead to the Login URI, which is to lead back to `amazon_callback_uri` (sp-api.md 4.2)."""
        registration = application.registration
        if not registration.login_uri:
            raise Problem("MD9100")
        state = self._placeholders.amazon_state()
        self._flows[state] = _Flow(application.application_id, seller, self._clock.now() + FLOW_LIFE)
        told = {
            "amazon_callback_uri": f"{self._url()}{_CONFIRM}{application.application_id}",
            "amazon_state": state,
            "selling_partner_id": seller.selling_partner_id,
        }
        return _redirect(registration.login_uri, told | ({"version": "beta"} if registration.draft else {}))

    def _confirm(self, application_id: str, query: Mapping[str, str]) -> Answer:
        """Take the browser back from the Login URI; Amazon's own state is good once."""
        flow = self._flows.pop(query.get("amazon_state", ""), None)
        if flow is None or flow.application_id != application_id or self._clock.now() >= flow.ends_on:
            raise Problem
        application = self._application({"application_id": application_id})
        _check_website(application, query)
        return self._consent(application, flow.seller, query)

    def _consent(self, application: Application, seller: Seller, asked: Mapping[str, str]) -> Answer:
        """Write the consent down and lead to the redirect URI with its code (sp-api.md 4.1)."""
        consent = self._registry.authorize(application.client_id, seller.selling_partner_id, seller.region)
        told = {
            "state": asked["state"],
            "selling_partner_id": seller.selling_partner_id,
            "spapi_oauth_code": self._codes.mint(consent, asked.get("redirect_uri")),
        }
        return _redirect(_redirect_uri(application, asked), told)

    def _store(self, method: str, application_id: str) -> Answer:
        application = self._application({"application_id": application_id})
        return pages.store(application) if method == "GET" else self._ask(application, {}, _AT_AMAZON)

    def _manage(self) -> Answer:
        """List the newest consent of each seller and application."""
        mine = self._signed_in.seller.selling_partner_id if self._signed_in else None
        newest = {(found.client_id, found.seller): found for found in self._registry.consents(None, mine)}
        return pages.manage((self._registry.application(found.client_id), found) for found in newest.values())

    def _application(self, asked: Mapping[str, str]) -> Application:
        application = self._registry.application_by_id(asked.get("application_id", ""))
        if application is None:
            raise Problem
        return application

    def _seller(self, form: Mapping[str, str]) -> Seller:
        if self._signed_in:
            return self._signed_in.seller
        name, _, region = form.get("seller", "").partition("@")
        if region not in list(Region):
            raise Problem
        return self._registry.seller(name, Region(region))


def _check_website(application: Application, asked: Mapping[str, str]) -> None:
    """Hold the parameters of a consent to the rules of sp-api.md 4.1; raises Problem."""
    if not asked.get("state"):
        raise Problem
    if (asked.get("version") == "beta") is not application.registration.draft:
        raise Problem("MD1000")
    _redirect_uri(application, asked)


def _redirect_uri(application: Application, asked: Mapping[str, str]) -> str:
    """Choose the redirect URI: the one asked for, exactly as registered, or the first; raises Problem."""
    registered = application.registration.redirect_uris
    wanted = asked.get("redirect_uri")
    if not registered:
        raise Problem("MD9100")
    if wanted is None:
        return registered[0]
    if urlsplit(wanted).fragment or "#" in wanted:
        raise Problem("MD5110")
    if wanted not in registered:
        raise Problem("MD5101")
    return wanted


def _redirect(address: str, told: Mapping[str, str]) -> Answer:
    joint = "&" if urlsplit(address).query else "?"
    return Answer(302, b"", "text/html; charset=utf-8", {"Location": f"{address}{joint}{urlencode(told)}"})
