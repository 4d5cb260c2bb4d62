"""Prove what a seller handed over, in three stages, and take the marketplaces from Amazon's answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from provisioning.causes import NO_ROLE, REVOKED, WRONG_REGION
from provisioning.consent.keeping import Proven
from provisioning.consent.refusals import AMAZON_REFUSED, CODE_REFUSED, NO_MARKETPLACE, NOT_A_SELLER, Refused
from provisioning.errors import AmazonRefused, Unreachable
from provisioning.marketplaces import all_marketplaces, find_marketplace
from provisioning.payload import App, Credential
from provisioning.proving import prove

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from provisioning.amazon import Amazon, Tokens
    from provisioning.consent.parties import Party
    from provisioning.proving import Proof

#: How far back a transaction that names the seller may lie.
_LOOK_BACK: Final = timedelta(days=90)
_ELSEWHERE: Final = frozenset({NO_ROLE.code, WRONG_REGION.code})


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over: an application, the app secret's version it comes from or `own`, and a refresh token."""

    app: App
    app_version: str
    refresh_token: str = field(repr=False)


class Prover:
    """Asks Amazon; what is said no to raises Refused, what cannot be asked Unreachable."""

    def __init__(self, amazon: Amazon, now: Callable[[], datetime]) -> None:
        self._amazon = amazon
        self._now = now

    def exchange(self, app: App, code: str, redirect_uri: str) -> Tokens:
        """Trade a code for tokens, at once."""
        try:
            return self._amazon.exchange(app, code, redirect_uri)
        except AmazonRefused as error:
            # At this grant Amazon says `invalid_grant` of the code (sp-api.md 1.4).
            raise Refused(CODE_REFUSED if error.cause is REVOKED else AMAZON_REFUSED) from error

    def prove(self, handed: Handed, parties: Sequence[Party], claimed: str) -> tuple[Party, Proven]:
        """Prove it for the one of `parties` in whose region it works; `claimed` is the selling partner id, if any."""
        refused: AmazonRefused | None = None
        for party in parties:
            credential = _credential(handed, party, claimed)
            try:
                proof = prove(self._amazon, credential, ())
            except AmazonRefused as error:
                refused = error
                if error.cause.code not in _ELSEWHERE:
                    raise Refused(AMAZON_REFUSED, parties[0].seller) from refused
            else:
                return party, _proven(credential, party, proof)
        # All that SP-API says of a vendor's account is that it is denied (sp-api.md 2, 9).
        raise Refused(NOT_A_SELLER, parties[0].seller) from refused

    def confirmed(self, region: str, access_token: str) -> str | None:
        """Ask for the id that Amazon's API tells; None where the application may not ask, or nothing tells it."""
        try:
            return self._amazon.selling_partner_id(region, access_token, self._now() - _LOOK_BACK)
        except (AmazonRefused, Unreachable):
            return None


def _credential(handed: Handed, party: Party, claimed: str) -> Credential:
    return Credential(
        seller=party.seller,
        region=party.region,
        marketplace_id="",
        client_id=handed.app.client_id,
        client_secret=handed.app.client_secret,
        refresh_token=handed.refresh_token,
        app_version=handed.app_version,
        selling_partner_id=claimed or None,
    )


def _proven(credential: Credential, party: Party, proof: Proof) -> Proven:
    """Take the home marketplace if Amazon names it, else the first that it names of the region."""
    named = {found.marketplace_id for found in proof.participations}
    home = find_marketplace(party.home)
    ours = [home] if home else []
    markets = [
        market for market in (*ours, *all_marketplaces()) if market.region == party.region and market.id in named
    ]
    if not markets:
        raise Refused(NO_MARKETPLACE, party.seller)
    whole = replace(credential, marketplace_id=markets[0].id, refresh_token=proof.refresh_token)
    return Proven(whole, proof.stores)
