"""A credential that waits for a person because its secret is empty: show whose it is, then make it the first value.

The consent function sealed it and cannot open it; whoever approves opens it, under his own name (design.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from provisioning.errors import Waiting
from provisioning.filling import put_first, turn_on
from provisioning.fingerprint import client_mark, fingerprint, partner_print, stores_print
from provisioning.marketplaces import all_marketplaces
from provisioning.payload import OWN, App, Credential
from provisioning.proving import prove
from provisioning.state import ACTIVE, ASSUMED, DAY_SERVED, State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.holding import Holding
    from provisioning.payload import Offer
    from provisioning.proving import Proof
    from provisioning.roster import Row
    from provisioning.store import Secret, Store


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for one seller, as Amazon knows it; `stores` pairs a marketplace id with the store's name there."""

    secret: Secret = field(repr=False)
    credential: Credential
    stores: tuple[tuple[str, str], ...]


class Admitting:
    """Shows and admits what is held for the sellers of a fleet; `now` tells the time."""

    def __init__(
        self, fleet: Fleet, store: Store, amazon: Amazon, holding: Holding, now: Callable[[], datetime]
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._amazon = amazon
        self._holding = holding
        self._now = now

    def find(self, row: Row) -> Held | None:
        """Open what is held and ask Amazon whose it is; None where the secret has a value, or nothing is held.

        Raises AmazonRefused, Unreachable, and MalformedPayload where it was made for another seller.
        """
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        offer = None if secret.holder(CURRENT) else self._holding.find(row.seller, self._now())
        if offer is None:
            return None
        credential = self._composed(row, offer)
        proof = prove(self._amazon, credential, ())
        return Held(secret, _at_home(credential, row, proof), proof.stores)

    def admit(self, held: Held) -> None:
        """Make it the first value, turn rotation on, note it, let go of what was held; each may be repeated."""
        credential, secret = held.credential, held.secret
        if not put_first(self._store, secret, credential, self._fleet):
            raise Waiting(f"{secret.name} has got another value meanwhile: look at it with `sellerkeys status`")
        turn_on(self._store, secret, self._fleet)
        own = (credential.client_id, credential.client_secret) if credential.has_own_application else None
        base, partner, known = self._fleet.base, credential.selling_partner_id, State.from_tags(secret.tags)
        state = State(
            status=ACTIVE,
            cause="",
            proven_at=self._now(),
            app_version=credential.app_version,
            fingerprint=fingerprint(base, credential.refresh_token, own),
            client=client_mark(base, own[0]) if own else None,
            consented_on=None if own else known.waiting_consent or self._now().date(),
            consent_day=None if own or known.waiting_consent else ASSUMED,
            partner=partner_print(base, partner) if partner else None,
            stores=stores_print(secret.arn, held.stores),
        )
        self._store.tag(secret.arn, state.to_tags() | DAY_SERVED)
        self._holding.drop(credential.seller)

    def reject(self, row: Row) -> None:
        """Let go of what is held, unused."""
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        self._holding.drop(row.seller)
        self._store.tag(secret.arn, State(status="", told_waiting="").to_tags() | DAY_SERVED)

    def _composed(self, row: Row, offer: Offer) -> Credential:
        if offer.client_id and offer.client_secret:
            app, version = App(offer.client_id, offer.client_secret), OWN
        else:
            value = self._store.read(self._fleet.app_secret)
            app, version = App.from_json(value.text), value.version
        return Credential(
            seller=row.seller,
            region=row.region,
            marketplace_id=row.markets[0].id,
            client_id=app.client_id,
            client_secret=app.client_secret,
            refresh_token=offer.refresh_token or "",
            app_version=version,
            selling_partner_id=offer.selling_partner_id,
        )


def _at_home(credential: Credential, row: Row, proof: Proof) -> Credential:
    """Take the marketplace and the refresh token that Amazon answered with."""
    named = {found.marketplace_id for found in proof.participations}
    markets = [
        each.id for each in (*row.markets, *all_marketplaces()) if each.region == row.region and each.id in named
    ]
    home = next(iter(markets), credential.marketplace_id)
    return replace(credential, marketplace_id=home, refresh_token=proof.refresh_token)
