"""Where it ends: Amazon's callback with a code, and the form of a seller's own application.

A code is exchanged at once and once: whatever fails after that ends in a page that says to start again, and nothing of
it is left (design.md 6).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provisioning.consent import pages, refusals
from provisioning.consent.admission import CONNECTED, Consent
from provisioning.consent.layout import Reply, Sheet, page
from provisioning.consent.parties import Party, invited
from provisioning.consent.proof import Handed
from provisioning.consent.refusals import Refused
from provisioning.consent.setting import cookie_of
from provisioning.credentials import hand_in
from provisioning.errors import AmazonRefused, BadInput
from provisioning.payload import OWN, App

if TYPE_CHECKING:
    from provisioning.consent.admission import Admission
    from provisioning.consent.entries import Entries, Found, Invitations
    from provisioning.consent.layout import Vendor
    from provisioning.consent.request import Request
    from provisioning.consent.setting import Setting
    from provisioning.consent.states import Pending, States

_CODE: Final = re.compile(r"[!-~]{1,2048}")


class Returning:
    """Takes in what sellers bring back."""

    def __init__(
        self, setting: Setting, entries: Entries, links: Invitations, states: States, admission: Admission
    ) -> None:
        self._setting = setting
        self._entries = entries
        self._links = links
        self._states = states
        self._admission = admission

    def call_back(self, request: Request) -> Reply:
        """Exchange the code, prove the credential, decide whose it is, and keep it."""
        state = request.asked("state")
        code, claimed = request.asked("spapi_oauth_code"), request.asked("selling_partner_id")
        denied = request.asked("error")
        is_denied = denied is not None
        if not state or not (
            is_denied or (code and claimed and _CODE.fullmatch(code) and pages.is_partner_id(claimed))
        ):
            raise Refused(refusals.MISSING)
        pending = self._states.take(state, cookie_of(request))
        if pending.ended:
            return ended(self._setting.vendor, pending.ended)
        if is_denied or code is None or claimed is None:
            raise Refused(refusals.amazons(denied))
        found, meant = self._meant(pending, claimed)
        consent = Consent(code, claimed, self._setting.redirect_uri(request), by_link=found is not None)
        seller, word = self._admission.consented(consent, meant)
        if found and word == CONNECTED:
            self._links.use(found)
        self._states.end(state, replace(pending, ended=word))
        return replace(ended(self._setting.vendor, word), seller=seller)

    def take_form(self, request: Request, token: str) -> Reply:
        """Prove and keep a seller's own application; what is wrong with it is said on the form, without a value."""
        found = self._links.behind(token)
        party = invited(found.invitation)
        if not party.brings_application:
            raise Refused(refusals.WRONG_WAY, party.seller)
        try:
            word = self._admission.handed_over(_own(request), party)
        except BadInput as error:
            return replace(self._entries.show(found, token, _sentence(str(error))), seller=party.seller)
        except Refused as error:
            if not isinstance(error.__cause__, AmazonRefused):
                raise
            return replace(
                self._entries.show(found, token, _sentence(error.__cause__.cause.words)), seller=party.seller
            )
        if word == CONNECTED:
            self._links.use(found)
        return replace(ended(self._setting.vendor, word), seller=party.seller)

    def _meant(self, pending: Pending, claimed: str) -> tuple[Found | None, list[Party]]:
        """Name the seller it is for: the link's, or those known by the id that Amazon's login named."""
        if pending.invitation:
            found = self._links.at(pending.invitation)
            return found, [invited(found.invitation)]
        if claimed != pending.selling_partner_id:
            raise Refused(refusals.ANOTHER_ID)
        return None, self._admission.known_by(claimed)


def ended(vendor: Vendor, word: str) -> Reply:
    """Show how it came out."""
    if word == CONNECTED:
        return page(vendor, Sheet("Your account is connected", pages.connected(vendor), word))
    return page(vendor, Sheet("Thank you", pages.received(), word, 202))


def _own(request: Request) -> Handed:
    client_id, client_secret, token = (request.filled(name) for name in ("client_id", "client_secret", "refresh_token"))
    if not client_id.strip() or not client_secret.strip():
        raise BadInput("client identifier and client secret are both needed")
    handed_in = hand_in("", token, client_id, client_secret)
    return Handed(App(*(handed_in.own_app or ("", ""))), OWN, handed_in.refresh_token)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
