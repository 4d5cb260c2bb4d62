"""Whoever runs the fleet: looks at the conditions once a week, does what they advise, and carries a new secret out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.condition import Condition, Need, condition
from provisioning.store import CURRENT, Store

if TYPE_CHECKING:
    from random import Random

    from provisioning.credentials import HandedIn
    from provisioning.roster import Row
    from simulation.world import World

#: What a new consent, or the same command again, mends.
_HAND_IN = frozenset(
    {
        Need.EMPTY,
        Need.REFUSED,
        Need.REAUTHORIZE,
        Need.LAPSED,
        Need.ROLE,
        Need.OFFER_REFUSED,
        Need.INTERRUPTED,
        Need.NOT_ROTATING,
        Need.ENDING,
    }
)
#: After these nothing is left to hand in; a seller who was refused is asked again once his condition says so.
_DONE = frozenset({"onboarded", "offered", "completed", "unchanged", "refused"})
#: How likely a seller who needs to authorize again does so in the week in which he is asked.
_ANSWERS = 0.6
#: One seller in so many answers late: so likely in a week.
_LATE_EVERY = 10
_ANSWERS_LATE = 0.03


class People:
    """Operators of one world; `to_hand_in` are the credentials that lie on their desk, by seller."""

    def __init__(self, world: World, randomness: Random, store: Store) -> None:
        self._world = world
        self._randomness = randomness
        self._store = store
        self.to_hand_in: dict[str, HandedIn] = {}
        self.conditions: dict[str, Condition] = {}

    def look(self) -> None:
        """Read every seller's condition and ask those for a new consent whose credential needs one."""
        today, newest = self._world.clock.now().date(), self._world.app_secret.version(CURRENT)
        found = {secret.name: secret for secret in self._store.list("sellerkeys/")}
        for row in self._world.fleet.sellers:
            secret = found[self._world.fleet.secret_of(row.seller)]
            seen = condition(self._world.fleet, row, secret, newest, today)
            self.conditions[row.seller] = seen
            if seen.need is Need.OVERDUE and not seen.rotation_pending:
                self._world.rotate(row)
            is_asked = seen.need in _HAND_IN and row.seller not in self.to_hand_in
            is_late = row.seller.endswith(str(_LATE_EVERY - 1))
            if is_asked and self._randomness.random() < (_ANSWERS_LATE if is_late else _ANSWERS):
                self.ask(row)

    def ask(self, row: Row) -> None:
        """Have a seller consent, and write the day into the roster, which the program reads it from."""
        self.to_hand_in[row.seller] = self._world.authorize(row)
        if row.application == "shared":
            self._world.note_consent(row)

    def needs(self, seller: str) -> bool:
        """Say whether a seller was shown in need at the last look."""
        shown = self.conditions.get(seller)
        return shown is not None and shown.need is not None

    def work(self) -> None:
        """Hand in what lies on the desk; what does not go in is tried again the next time."""
        for seller, handed_in in list(self.to_hand_in.items()):
            outcomes = self._world.onboard([handed_in])
            if outcomes and outcomes[0].result in _DONE:
                del self.to_hand_in[seller]

    def renew_own(self, row: Row, token: str) -> None:
        """Have a seller's own application get a new client secret, and hand it in with the token he has."""
        self._world.replace_own_client_secret(row)
        self.to_hand_in[row.seller] = self._world.hand_in(row, token)
