"""Decide what onboarding has to do for each credential handed in: reads only, changes nothing.

The plan is data: `onboarding.Executor` carries it out, `onboarding.DryRun` says what would be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from provisioning.errors import RotationPending, SecretBeingDeleted, SellerkeysError
from provisioning.state import OFFER_REFUSED, State
from provisioning.store import CURRENT
from provisioning.surveying import Refused, Sifted, Survey

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.credentials import HandedIn, Unreadable
    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret, Store


class Action(StrEnum):
    """What is to be done for one seller."""

    FILL = "fill"
    """The secret is empty: prove, put the first value, turn rotation on, write the state tags."""

    COMPLETE = "complete"
    """There is a value, but nobody noted whose: an onboarding was interrupted. Do what is left."""

    TURN_ON = "turn on"
    """The value is this one, but it is not being rotated."""

    OFFER = "offer"
    """There is another value: hand the new one to the rotation."""

    KEEP = "keep"
    """The value is this one already."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One credential, the seller it is for, that seller's secret, and what to do with it."""

    action: Action
    handed_in: HandedIn
    seller: Row
    secret: Secret
    fingerprint: str


class Planner:
    """Plans against one fleet."""

    def __init__(self, fleet: Fleet, store: Store) -> None:
        self._fleet = fleet
        self._store = store

    def plan(self, rows: Collection[HandedIn | Unreadable]) -> list[Planned | Refused]:
        """Decide for each row, in order; raises Unreachable if AWS cannot be asked at all."""
        survey = Survey(self._fleet, self._store, rows)
        return [self.decide(sifted) for sifted in survey.sift(rows)]

    def decide(self, sifted: Sifted | Refused) -> Planned | Refused:
        """Look at the seller's secret, and decide; threads may."""
        if isinstance(sifted, Refused):
            return sifted
        handed, seller = sifted.handed_in, sifted.seller
        name = self._fleet.secret_of(seller.seller)
        try:
            secret = self._store.describe(name)
            if secret.deleted_on:
                raise SecretBeingDeleted(name, secret.deleted_on)
            action = _action(secret, sifted.fingerprint)
            if action is Action.OFFER and secret.is_pending:
                raise RotationPending(name)
        except SellerkeysError as error:
            return Refused(seller.seller, handed.row, error)
        return Planned(action, handed, seller, secret, sifted.fingerprint)


def _action(secret: Secret, ours: str) -> Action:
    state = State.from_tags(secret.tags)
    if secret.holder(CURRENT) is None:
        return Action.FILL
    if state.fingerprint is None:
        return Action.COMPLETE
    if state.fingerprint != ours or state.status == OFFER_REFUSED:
        return Action.OFFER
    return Action.KEEP if secret.rotation_enabled else Action.TURN_ON
