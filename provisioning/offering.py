"""Put a replacement credential on offer and start the rotation that proves it (design.md 4).

An offer is put under its own name first, which makes no difference to anybody, and then wins SELLERKEYS_OFFERED by a
compare-and-swap: of two operators at once one is told that the other was quicker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning import filling
from provisioning.consented import consent_of
from provisioning.errors import LabelMoved, RotationPending
from provisioning.fingerprint import version_id
from provisioning.rotation.versions import named
from provisioning.store import KEPT, OFFERED, WAITING

if TYPE_CHECKING:
    from provisioning.consented import Consent
    from provisioning.filling import Schedule
    from provisioning.payload import Offer
    from provisioning.store import Secret, Store


class Offering:
    """Offers to the sellers of one fleet.

    Every method raises RotationPending while a rotation is under way, and LabelMoved if somebody else was quicker; the
    offer then is not outstanding.
    """

    def __init__(self, fleet: Schedule, store: Store) -> None:
        self._fleet = fleet
        self._store = store

    def offer(self, secret_id: str, offer: Offer, consent: Consent | None = None) -> str:
        """Offer in place of what is on offer, and start the rotation; returns the rotation's version.

        `consent` is the day of the one that it rests on, for the rotation to note.
        """
        secret = self._at_rest(secret_id)
        version = self._put(secret, offer, consent)
        return self._promote(secret, version)

    def promote(self, secret: Secret, version: str) -> str:
        """Offer a version that is there already, waiting or kept; returns the rotation's version."""
        return self._promote(self._at_rest(secret.arn), version)

    def place(self, secret: Secret, offer: Offer) -> None:
        """Offer in place of what is on offer, and leave the rotation to the caller."""
        self.hold_out(secret, self._put(secret, offer))

    def hold_out(self, secret: Secret, version: str) -> None:
        """Put a version that is there already on offer, and leave the rotation to the caller."""
        outstanding = secret.holder(OFFERED)
        if outstanding not in {None, version, secret.holder(KEPT)}:
            # What is replaced may be the only copy of a token: it stays findable.
            self._store.move(secret.arn, KEPT, to=outstanding, source=secret.holder(KEPT))
        if outstanding != version:
            self._store.move(secret.arn, OFFERED, to=version, source=outstanding)
        for label in (WAITING, KEPT):
            if secret.holder(label) == version:
                self._store.move(secret.arn, label, to=None, source=version)

    def put_aside(
        self, secret_id: str, offer: Offer, instead_of: str | None = None, consent: Consent | None = None
    ) -> None:
        """Put a refresh token that came unexpectedly where no rotation takes it up, at any moment.

        It waits for approval, or is only kept where another one than `instead_of` waits already, of whose consent it is
        unless `consent` says another day.
        """
        secret = self._store.describe(secret_id)
        version = self._put(secret, offer, consent or (consent_of(secret, instead_of) if instead_of else None))
        label = KEPT if secret.holder(WAITING) not in {None, version, instead_of} else WAITING
        self._store.move(secret.arn, label, to=version, source=secret.holder(label))

    def start(self, secret: Secret) -> str:
        """Start a rotation as the configuration wants it; returns its version."""
        return filling.start(self._store, secret, self._fleet, immediately=True)

    def _at_rest(self, secret_id: str) -> Secret:
        secret = self._store.describe(secret_id)
        if secret.is_pending:
            raise RotationPending(secret.name)
        return secret

    def _put(self, secret: Secret, offer: Offer, consent: Consent | None = None) -> str:
        text = offer.to_json()
        version = version_id(secret.arn, text)
        labels = [named(version), *([consent.label(version)] if consent else [])]
        has: frozenset[str] = frozenset()
        if version not in {secret.holder(OFFERED), secret.holder(WAITING)}:
            has = self._store.put(secret.arn, text, version=version, labels=labels)
        for label in labels[1:]:
            # A version that was there before keeps the labels that it had (botocore PutSecretValue).
            if label not in has and secret.holder(label) is None:
                self._store.move(secret.arn, label, to=version, source=None)
        return version

    def _promote(self, secret: Secret, version: str) -> str:
        self.hold_out(secret, version)
        try:
            return self.start(secret)
        except RotationPending:
            self._withdraw(secret, version)
            raise

    def _withdraw(self, secret: Secret, version: str) -> None:
        """Take an offer back that came too late for a rotation that somebody else has just started."""
        try:
            self._store.move(secret.arn, OFFERED, to=None, source=version)
        except LabelMoved:
            # That rotation has taken it up and proven it.
            return
