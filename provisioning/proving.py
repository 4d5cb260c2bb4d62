"""Prove a credential: only LWA's token, a call on the regional host and the expected marketplaces together do.

LWA alone says 200 for an application whose client secret expired long ago (sp-api.md 2), so every stage is needed.
Standard library only: this module ships in every function's zip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provisioning.amazon import NOTIFICATIONS
from provisioning.causes import MARKETPLACE_MISSING
from provisioning.errors import AmazonRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from provisioning.amazon import Amazon, Participation
    from provisioning.payload import App, Credential

#: Any regional host takes a grantless call; Amazon's own model names this one (sp-api.md 5.1).
GRANTLESS_REGION: Final = "NA"


@dataclass(frozen=True, slots=True)
class Proof:
    """What Amazon said: where the seller takes part, and the refresh token to keep from now on."""

    participations: tuple[Participation, ...]
    refresh_token: str = field(repr=False)

    @property
    def stores(self) -> tuple[tuple[str, str], ...]:
        """The stores that Amazon named: pairs of a marketplace's id and the store's name there."""
        return tuple((found.marketplace_id, found.store_name) for found in self.participations)


def prove(
    amazon: Amazon,
    credential: Credential,
    expected: Collection[str],
    keep: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Prove a seller's credential in three stages; `expected` are marketplace ids that have to be found.

    Raises AmazonRefused with the cause, or Unreachable. The proof's refresh token is the one sent unless Amazon
    answered with another; that one goes to `keep` before anything else can fail.
    """
    tokens = amazon.refresh(credential.app, credential.refresh_token)
    if tokens.refresh_token and tokens.refresh_token != credential.refresh_token:
        keep(tokens.refresh_token)
    found = amazon.participations(credential.region, tokens.access_token)
    if not set(expected) <= {participation.marketplace_id for participation in found}:
        raise AmazonRefused(MARKETPLACE_MISSING)
    return Proof(tuple(found), tokens.refresh_token or credential.refresh_token)


def prove_app(amazon: Amazon, app: App) -> None:
    """Prove an application by a grantless token and a grantless call; raises AmazonRefused or Unreachable."""
    tokens = amazon.grantless(app, NOTIFICATIONS)
    amazon.destinations(GRANTLESS_REGION, tokens.access_token)
