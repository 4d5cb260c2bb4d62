"""Decide what onboarding has to do for each credential handed in: reads only, changes nothing.

The plan is data: `onboarding.Executor` carries it out, `onboarding.DryRun` says what would be done.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from provisioning import naming
from provisioning.credentials import HandedIn, Unreadable
from provisioning.errors import BadInput, RotationPending, SecretBeingDeleted, SellerkeysError, Waiting
from provisioning.fingerprint import fingerprint, token_half
from provisioning.state import OFFER_REFUSED, State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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


@dataclass(frozen=True, slots=True)
class Refused:
    """One credential with which nothing can be done, and why."""

    seller: str
    row: int | None
    why: SellerkeysError


class Planner:
    """Plans against one fleet; `known` are all its secrets, whose fingerprints betray a token handed in twice."""

    def __init__(self, fleet: Fleet, store: Store) -> None:
        self._fleet = fleet
        self._store = store

    def plan(self, rows: Collection[HandedIn | Unreadable]) -> list[Planned | Refused]:
        """Decide for each row, in order; raises Unreachable if AWS cannot be asked at all."""
        matched = [self._match(row) for row in rows]
        handed_in = [pair for pair in matched if isinstance(pair, tuple)]
        owners = self._token_owners(handed_in)
        seen = defaultdict(set)
        for handed, seller in handed_in:
            seen[seller.seller].add((handed.refresh_token, handed.own_app))
        planned: list[Planned | Refused] = []
        taken: set[str] = set()
        for item in matched:
            if isinstance(item, Refused):
                planned.append(item)
                continue
            handed, seller = item
            try:
                _check_once(seller, seen[seller.seller], taken)
                self._check_alone(handed, seller, owners)
                planned.append(self._decide(handed, seller))
            except SellerkeysError as error:
                planned.append(Refused(seller.seller, handed.row, error))
        return planned

    def _match(self, row: HandedIn | Unreadable) -> tuple[HandedIn, Row] | Refused:
        if isinstance(row, Unreadable):
            return Refused(row.seller, row.row, BadInput(row.why))
        sellers = [seller for seller in self._fleet.sellers if row.is_for(seller)]
        try:
            return row, _the_one(row, sellers)
        except SellerkeysError as error:
            return Refused(sellers[0].seller if len(sellers) == 1 else row.seller, row.row, error)

    def _token_owners(self, handed_in: Collection[tuple[HandedIn, Row]]) -> dict[str, set[str]]:
        """Tell for each token's half-fingerprint which sellers it is, or is to be, the token of."""
        owners: dict[str, set[str]] = defaultdict(set)
        for handed, seller in handed_in:
            owners[token_half(self._fleet.base, handed.refresh_token)].add(seller.seller)
        for half, slug in self._recorded() if handed_in else ():
            if half in owners:
                owners[half].add(slug)
        return owners

    def _recorded(self) -> Iterator[tuple[str, str]]:
        for secret in self._store.list(naming.seller_secret_prefix(self._fleet.base)):
            recorded = State.from_tags(secret.tags).fingerprint
            if recorded:
                yield recorded.partition(".")[0], secret.tags.get(naming.TAG_SELLER, secret.name)

    def _check_alone(self, handed: HandedIn, seller: Row, owners: dict[str, set[str]]) -> None:
        others = sorted(owners[token_half(self._fleet.base, handed.refresh_token)] - {seller.seller})
        if others:
            raise BadInput(
                f"the same refresh token was handed in for {', '.join(others)}: a token belongs to one seller"
            )

    def _decide(self, handed: HandedIn, seller: Row) -> Planned:
        name = self._fleet.secret_of(seller.seller)
        secret = self._store.describe(name)
        if secret.deleted_on:
            raise SecretBeingDeleted(name, secret.deleted_on)
        ours = fingerprint(self._fleet.base, handed.refresh_token, handed.own_app)
        action = _action(secret, ours)
        if action is Action.OFFER and secret.is_pending:
            raise RotationPending(name)
        return Planned(action, handed, seller, secret, ours)


def _action(secret: Secret, ours: str) -> Action:
    state = State.from_tags(secret.tags)
    if secret.holder(CURRENT) is None:
        return Action.FILL
    if state.fingerprint is None:
        return Action.COMPLETE
    if state.fingerprint != ours or state.status == OFFER_REFUSED:
        return Action.OFFER
    return Action.KEEP if secret.rotation_enabled else Action.TURN_ON


def _the_one(handed: HandedIn, sellers: list[Row]) -> Row:
    if not sellers:
        raise Waiting(f"{handed.seller} is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`")
    if len(sellers) > 1:
        slugs = ", ".join(seller.seller for seller in sellers)
        raise BadInput(f"{handed.seller} is more than one seller of the roster ({slugs}): give its MarketplaceId")
    seller = sellers[0]
    if seller.status == "paused":
        raise Waiting(f"{seller.seller} is paused in the roster: set its status to active first")
    if seller.application == "own" and not handed.own_app:
        raise BadInput(f"{seller.seller} has an application of its own: client_id and client_secret are needed too")
    if seller.application == "shared" and handed.own_app:
        raise BadInput(f"{seller.seller} uses the shared application: leave client_id and client_secret empty")
    return seller


def _check_once(seller: Row, given: Collection[object], taken: set[str]) -> None:
    if len(given) > 1:
        raise BadInput(f"{seller.seller} stands in more than one row, with different credentials: keep the right one")
    if seller.seller in taken:
        raise BadInput(f"{seller.seller} stands in an earlier row already")
    taken.add(seller.seller)
