"""Go back to the previous refresh token, with the newest client secret: as an offer, so that a rotation proves it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisioning.errors import RotationPending, SecretEmpty, Waiting
from provisioning.payload import Credential
from provisioning.rotation.offers import difference
from provisioning.store import CURRENT, PREVIOUS

if TYPE_CHECKING:
    from provisioning.fleet import Fleet
    from provisioning.operating.asking import Asking
    from provisioning.operating.reading import Reading
    from provisioning.payload import Offer
    from provisioning.roster import Row
    from provisioning.store import Secret, Store


class Rollback:
    """Rolls sellers of one fleet back; reads their values as their readers."""

    def __init__(self, fleet: Fleet, store: Store, reading: Reading, asking: Asking) -> None:
        self._fleet = fleet
        self._store = store
        self._reading = reading
        self._asking = asking

    def plan(self, row: Row) -> tuple[Secret, Offer | None]:
        """Find and prove what to go back to; None where both versions hold the same refresh token.

        Raises AmazonRefused where it does not work any more, Waiting, RotationPending, Unreachable.
        """
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        if secret.is_pending:
            raise RotationPending(secret.name)
        reader = self._reading.of(row.seller, secret)
        current = Credential.from_json(reader.read(secret.arn, label=CURRENT).text)
        try:
            previous = Credential.from_json(reader.read(secret.arn, label=PREVIOUS).text)
        except SecretEmpty:
            raise Waiting(f"{row.seller} has no previous version to go back to") from None
        if previous.refresh_token == current.refresh_token:
            return secret, None
        candidate = replace(
            self._asking.with_newest_app(current),
            refresh_token=previous.refresh_token,
            selling_partner_id=previous.selling_partner_id,
        )
        proof = self._asking.works(secret, current, candidate, {market.id for market in row.markets})
        return secret, difference(current, candidate, proof.refresh_token)
