"""A credential that waits for a person: show whose it is, then turn it into an offer (design.md 6).

What is shown is what Amazon says of it: store name and marketplaces. Never a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioning.errors import RotationPending, Waiting
from provisioning.payload import Credential, Offer
from provisioning.store import APPROVED, CURRENT, OFFERED, WAITING

if TYPE_CHECKING:
    from provisioning.fleet import Fleet
    from provisioning.offering import Offering
    from provisioning.operating.asking import Asking
    from provisioning.operating.reading import Reading
    from provisioning.roster import Row
    from provisioning.store import Secret, Store


@dataclass(frozen=True, slots=True)
class Candidate:
    """What waits at one seller, as Amazon knows it; `stores` pairs a marketplace id with the store's name there."""

    seller: str
    secret: Secret = field(repr=False)
    version: str
    stores: tuple[tuple[str, str], ...]
    selling_partner_id: str | None
    current_partner_id: str | None


class Approving:
    """Shows and approves what waits in a fleet; reads values as the sellers' readers."""

    def __init__(self, fleet: Fleet, store: Store, reading: Reading, asking: Asking, offering: Offering) -> None:
        self._fleet = fleet
        self._store = store
        self._reading = reading
        self._asking = asking
        self._offering = offering

    def candidate(self, row: Row) -> Candidate:
        """Find what waits and ask Amazon whose it is.

        Raises Waiting where nothing waits, RotationPending, AmazonRefused, Unreachable; MalformedPayload where it was
        made for another seller.
        """
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        label, version = _waits(secret)
        if version is None:
            raise Waiting(f"nothing waits for approval at {row.seller}")
        if secret.is_pending:
            raise RotationPending(secret.name)
        reader = self._reading.of(row.seller, secret)
        current = Credential.from_json(reader.read(secret.arn, label=CURRENT).text)
        offer = Offer.from_json(reader.read(secret.arn, label=label, version=version).text)
        credential = self._asking.with_newest_app(offer.over(current))
        proof = self._asking.works(secret, current, credential, instead_of=version)
        if proof.refresh_token != credential.refresh_token:
            raise Waiting(
                f"Amazon replaced the refresh token that waits at {row.seller}, and it was kept: run this again"
            )
        return Candidate(
            seller=row.seller,
            secret=secret,
            version=version,
            stores=proof.stores,
            selling_partner_id=credential.selling_partner_id,
            current_partner_id=current.selling_partner_id,
        )

    def approve(self, candidate: Candidate) -> str:
        """Say that a person approves, and offer it; returns the version of the rotation that takes it up."""
        secret = candidate.secret
        if secret.holder(APPROVED) != candidate.version:
            self._store.move(secret.arn, APPROVED, to=candidate.version, source=secret.holder(APPROVED))
        return self._offering.promote(secret, candidate.version)

    def reject(self, row: Row) -> None:
        """Take what waits off its label: nobody takes it up any more; raises Waiting where nothing waits."""
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        version = secret.holder(WAITING)
        if version is None:
            raise Waiting(f"nothing waits for approval at {row.seller}")
        self._store.move(secret.arn, WAITING, to=None, source=version)


def _waits(secret: Secret) -> tuple[str, str | None]:
    """Find the label and version of what waits; an approval that was interrupted waits for the rest of it."""
    offered = secret.holder(OFFERED)
    if secret.holder(WAITING) is None and offered and offered == secret.holder(APPROVED):
        return OFFERED, offered
    return WAITING, secret.holder(WAITING)
