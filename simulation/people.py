"""Whoever runs the fleet: looks at the conditions once a week, does what they advise, and carries a new secret out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from provisioning.condition import Condition, Need, condition
from provisioning.store import CURRENT, WAITING, Store
from simulation.pages import Pages

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
#: How sellers come, one after the other: so likely by a link, by Seller Central where they can, else by a token that
#: an operator is sent.
_BY_LINK = 0.45
_BY_SELLER_CENTRAL = 0.15
#: So likely the seller signs in with an account that is another's.
_WRONG_ACCOUNT = 0.05
#: So likely an operator is told on which day a seller consented; the token is so many days old at most.
_DAY_SAID = 0.6
_DAYS_OLD = 20


class People:
    """Operators of one world; `to_hand_in` are the credentials that lie on their desk, by seller."""

    def __init__(self, world: World, randomness: Random, store: Store) -> None:
        self._world = world
        self._randomness = randomness
        self._store = store
        self.pages = Pages(world)
        self.count = dict.fromkeys(("tokens that came without a day", "tokens that came with their day"), 0)
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
            if secret.holder(WAITING) or seen.need is Need.APPROVAL:
                self.pages.decide(row)
                continue
            is_asked = seen.need in _HAND_IN and row.seller not in self.to_hand_in
            is_late = row.seller.endswith(str(_LATE_EVERY - 1))
            if is_asked and self._randomness.random() < (_ANSWERS_LATE if is_late else _ANSWERS):
                self.ask(row)

    def ask(self, row: Row) -> None:
        """Have a seller hand over access, by whichever way he takes; what fails he is asked for again."""
        way = self._randomness.random()
        if row.application == "own":
            handed_in = self._world.authorize(row)
            if way >= _BY_LINK or not self.pages.by_form(row, self._world.own[row.seller], handed_in.refresh_token):
                self.to_hand_in[row.seller] = handed_in
        elif way < _BY_LINK:
            self.pages.by_link(row, self._signed_in(row))
        elif way < _BY_LINK + _BY_SELLER_CENTRAL and self._has_value(row):
            self.pages.from_seller_central(row)
        else:
            self._send_token(row)

    def _send_token(self, row: Row) -> None:
        """Have an operator sent a token; where he is told its day, he writes it into the roster."""
        age = self._randomness.randint(0, _DAYS_OLD)
        self.to_hand_in[row.seller] = self._world.authorize(row, age)
        is_said = self._randomness.random() < _DAY_SAID
        if is_said:
            self._world.note_consent(row, self._world.clock.now().date() - timedelta(days=age))
        self.count[f"tokens that came {'with their' if is_said else 'without a'} day"] += 1

    def _signed_in(self, row: Row) -> str:
        """Name the selling partner whose account the seller signs in with."""
        others = [other for other in self._world.fleet.sellers if other.region == row.region and other is not row]
        if others and self._randomness.random() < _WRONG_ACCOUNT:
            return self._randomness.choice(others).selling_partner_id
        return row.selling_partner_id

    def _has_value(self, row: Row) -> bool:
        return self._world.secrets.find(self._world.fleet.secret_of(row.seller)).version(CURRENT) is not None

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
