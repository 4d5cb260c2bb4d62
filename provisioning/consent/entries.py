"""Where a seller begins: our link with its button or form, and the login page that Amazon opens (sp-api.md 4).

GET changes nothing, so a mail scanner may open any link. The button's POST makes a state for ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from provisioning.consent import invitations, pages, refusals
from provisioning.consent.invitations import Invitation
from provisioning.consent.layout import Reply, Sheet, page, redirect
from provisioning.consent.refusals import Refused
from provisioning.consent.setting import cookie_of
from provisioning.consent.states import Pending, set_cookie, state_of
from provisioning.table import Item

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.consent.request import Request
    from provisioning.consent.setting import Setting
    from provisioning.consent.states import States
    from provisioning.table import Table

_LOGIN_FIELDS: Final = ("amazon_callback_uri", "amazon_state", "selling_partner_id")


@dataclass(frozen=True, slots=True)
class Found:
    """An invitation that may be used, where it lies in the table, and until when."""

    key: str
    invitation: Invitation
    until: datetime


class Invitations:
    """The invitations of a fleet, as the function uses them."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def behind(self, token: str) -> Found:
        """Find the invitation behind a link; raises Refused where there is none, or no longer."""
        return self.at(invitations.key_of(token))

    def at(self, key: str | None) -> Found:
        """Find the invitation under a key; raises Refused where there is none, or no longer."""
        item = self._table.get(key) if key else None
        if key is None or item is None or item.expires_at is None:
            raise Refused(refusals.NO_INVITATION)
        invitation = Invitation.from_values(item.values)
        if item.expires_at <= self._now():
            raise Refused(refusals.INVITATION_EXPIRED, invitation.seller)
        if invitation.used_at:
            raise Refused(refusals.INVITATION_USED, invitation.seller)
        return Found(key, invitation, item.expires_at)

    def use(self, found: Found) -> None:
        """Note that an account was connected through it."""
        used = replace(found.invitation, used_at=f"{self._now():%Y-%m-%dT%H:%M:%SZ}")
        self._table.put(Item(found.key, used.to_values(), found.until))


class Entries:
    """The pages on which a seller begins."""

    def __init__(self, setting: Setting, links: Invitations, states: States) -> None:
        self._setting = setting
        self._links = links
        self._states = states

    def open_link(self, token: str) -> Reply:
        """Show a seller's page."""
        return self.show(self._links.behind(token), token)

    def show(self, found: Found, token: str, fault: str = "") -> Reply:
        """Show a seller's page: the button, or the form with what was wrong with the last try."""
        setting, invitation = self._setting, found.invitation
        way = "own" if invitation.brings_application else "connect"
        central = setting.hosts.seller_central(invitation.home)
        shown = pages.Shown(invitation, found.until, central, f"{invitations.PATH}{token}/{way}")
        if invitation.brings_application:
            main = pages.own_application(setting.vendor, shown, fault)
            targets: list[str] = []
        else:
            main = pages.invited(setting.vendor, shown)
            targets = setting.hosts.form_targets(invitation.marketplaces)
        status, told = (422, "form-refused") if fault else (200, "invited")
        return page(setting.vendor, Sheet(pages.title_of(invitation), main, told, status, targets))

    def connect(self, request: Request, token: str) -> Reply:
        """Make a state for this browser and send it to Amazon's consent page (website workflow)."""
        setting, found = self._setting, self._links.behind(token)
        if found.invitation.brings_application:
            raise Refused(refusals.WRONG_WAY, found.invitation.seller)
        if not setting.application_id:
            raise Refused(refusals.NO_APPLICATION, found.invitation.seller)
        cookie = self._states.begin(Pending(invitation=found.key))
        asked = {
            "application_id": setting.application_id,
            "state": state_of(cookie),
            "redirect_uri": setting.redirect_uri(request),
            **setting.version,
        }
        address = setting.hosts.consent(found.invitation.home, asked)
        return redirect(address, told="to-consent", cookie=set_cookie(cookie))

    def log_in(self, request: Request) -> Reply:
        """Take in whom Amazon sends: on at once who is under way with us, a button for everybody else.

        Today Amazon also opens this page in the midst of the website workflow (sp-api.md 4.1).
        """
        told = {name: request.asked(name) for name in _LOGIN_FIELDS}
        self._check(told)
        cookie = cookie_of(request)
        pending = self._states.of(cookie)
        is_under_way = pending is not None and not pending.ended
        if cookie and pending and is_under_way and _is_about(pending, told["selling_partner_id"]):
            return self._to_amazon(request, told, cookie, set_cookie=None)
        setting = self._setting
        main = pages.login(setting.vendor, [(name, value or "") for name, value in told.items()])
        targets = setting.hosts.form_targets()
        return page(setting.vendor, Sheet("Connect your Amazon account", main, "login", form_targets=targets))

    def go_on(self, request: Request) -> Reply:
        """Make a state for this browser and send it back to Amazon (Appstore and renewal)."""
        told: dict[str, str | None] = {name: request.filled(name) for name in _LOGIN_FIELDS}
        self._check(told)
        pending = Pending(selling_partner_id=told["selling_partner_id"] or "")
        cookie = self._states.begin(pending)
        return self._to_amazon(request, told, cookie, set_cookie=set_cookie(cookie))

    def _check(self, told: dict[str, str | None]) -> None:
        if not all(told.values()) or not pages.is_partner_id(told["selling_partner_id"] or ""):
            raise Refused(refusals.MISSING)
        if self._setting.hosts.callback(told["amazon_callback_uri"] or "", {}) is None:
            raise Refused(refusals.FOREIGN_CALLBACK)

    def _to_amazon(
        self, request: Request, told: dict[str, str | None], cookie: str, *, set_cookie: str | None
    ) -> Reply:
        answer = {
            "amazon_state": told["amazon_state"] or "",
            "state": state_of(cookie),
            "redirect_uri": self._setting.redirect_uri(request),
            **self._setting.version,
        }
        address = self._setting.hosts.callback(told["amazon_callback_uri"] or "", answer)
        if address is None:
            raise Refused(refusals.FOREIGN_CALLBACK)
        return redirect(address, told="to-amazon", cookie=set_cookie)


def _is_about(pending: Pending, selling_partner_id: str | None) -> bool:
    return bool(pending.invitation) or pending.selling_partner_id == selling_partner_id
