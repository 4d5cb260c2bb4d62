"""The seller that a credential is for, found by our invitation or by the selling partner id that Amazon named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioning import naming
from provisioning.fingerprint import partner_print, stores_print
from provisioning.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.consent.invitations import Invitation
    from provisioning.store import Secret, Store


@dataclass(frozen=True, slots=True)
class Party:
    """A seller: `brings_application` where the application is his own, `home` his marketplace as far as known.

    `selling_partner_id` is the one he is known by in the roster; empty where that says none.
    """

    seller: str
    region: str
    brings_application: bool = False
    home: str = ""
    selling_partner_id: str = field(default="", repr=False)


def invited(invitation: Invitation) -> Party:
    """Name the seller an invitation is for."""
    return Party(
        invitation.seller,
        invitation.region,
        invitation.brings_application,
        invitation.home,
        invitation.selling_partner_id,
    )


class Parties:
    """The sellers of one fleet, as their secrets' tags tell them."""

    def __init__(self, base: str, store: Store) -> None:
        self._base = base
        self._store = store

    def known_by(self, selling_partner_id: str) -> list[Party]:
        """List the sellers that are known by an id, by name; one id may stand for a seller in each region."""
        ours = partner_print(self._base, selling_partner_id)
        listed = self._store.list(naming.seller_secret_prefix(self._base))
        found = [secret for secret in listed if State.from_tags(secret.tags).partner == ours and not secret.deleted_on]
        return sorted((_party(secret) for secret in found), key=lambda party: party.seller)

    def has_double(self, secret: Secret, stores: Sequence[tuple[str, str]]) -> bool:
        """Say whether another seller's last proof named the very same stores: they then tell nobody apart."""
        listed = self._store.list(naming.seller_secret_prefix(self._base))
        others = (other for other in listed if other.arn != secret.arn and not other.deleted_on)
        return any(State.from_tags(other.tags).stores == stores_print(other.arn, stores) for other in others)

    def secret_of(self, party: Party) -> Secret:
        """Describe a seller's secret; raises SecretNotDeclared."""
        return self._store.describe(naming.seller_secret_name(self._base, party.seller))

    def is_known_by(self, secret: Secret, party: Party, selling_partner_id: str) -> bool | None:
        """Say whether a seller is the one known by that id; None where he is known by none yet."""
        noted = State.from_tags(secret.tags).partner
        if party.selling_partner_id:
            return party.selling_partner_id == selling_partner_id
        return noted == partner_print(self._base, selling_partner_id) if noted else None


def _party(secret: Secret) -> Party:
    tags = secret.tags
    return Party(
        tags.get(naming.TAG_SELLER, ""), tags.get(naming.TAG_REGION, ""), tags.get(naming.TAG_APPLICATION) == "own"
    )
