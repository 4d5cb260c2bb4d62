"""Credentials that wait for a person although their secret is empty: sealed, in the fleet's table (design.md 6).

A first version would become AWSCURRENT by itself, so an empty secret has no place where one could wait. Standard
library and our own words only: this module ships in a function's zip.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from provisioning.payload import Offer
from provisioning.table import Item

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.sealing import Sealer
    from provisioning.table import Table

#: How long one waits; then the seller has to hand over again.
LIFETIME: Final = timedelta(days=30)

_SEALED: Final = "sealed"


class Holding:
    """What is held for the sellers of one fleet, one at a time for each."""

    def __init__(self, table: Table, sealer: Sealer) -> None:
        self._table = table
        self._sealer = sealer

    def hold(self, offer: Offer, now: datetime) -> bool:
        """Keep a credential until a person has looked at it; False where one waits already, which then stays."""
        sealed = self._sealer.seal(offer.seller, offer.to_json())
        return self._table.claim(Item(_key(offer.seller), {_SEALED: sealed}, now + LIFETIME), now)

    def find(self, seller: str, now: datetime) -> Offer | None:
        """Open what waits for a seller; None if nothing does, or no longer; raises MalformedPayload."""
        found = self._table.get(_key(seller))
        if found is None or (found.expires_at is not None and found.expires_at <= now):
            return None
        return Offer.from_json(self._sealer.open(seller, found.values.get(_SEALED, "")))

    def drop(self, seller: str) -> None:
        """Let go of what was held for a seller."""
        self._table.delete(_key(seller))


def _key(seller: str) -> str:
    return f"held#{seller}"
