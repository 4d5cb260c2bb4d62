"""Rotate sellers and wait for the end: Secrets Manager runs the rotations, the labels and state tags tell the result.

Starts are paced so that what each rotation writes stays within Secrets Manager's 50 writes a second (aws.md 5.1).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from provisioning.application.pace import STARTS_A_SECOND
from provisioning.causes import find_cause
from provisioning.errors import RotationPending, SecretBeingDeleted, SecretEmpty, SellerkeysError, Waiting
from provisioning.outcomes import Outcome, failure
from provisioning.rotation.versions import Standing, standing
from provisioning.state import OFFER_REFUSED, REAUTHORIZE, REFUSED, State
from provisioning.store import CURRENT, PENDING, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from provisioning.fleet import Fleet
    from provisioning.offering import Offering
    from provisioning.roster import Row
    from provisioning.store import Secret, Store

#: How often a running rotation is looked at, in seconds; DescribeSecret has no limit worth minding (aws.md 5.1).
_LOOK_EVERY: Final = 2.0
#: What is written may not be readable at once (aws.md 2.8): a version counts as gone when it was missed that often.
_MISSED: Final = 3
_WAITING, _REFUSED, _AGAIN = 3, 4, 5


@dataclass(frozen=True, slots=True)
class Running:
    """One rotation that is waited for, by its version; times are those of the clock, in seconds."""

    seller: str
    secret_id: str
    token: str
    since: float
    due: float
    joined: bool = False
    missed: int = 0


class Rotator:
    """Rotates sellers of one fleet; waits `patience` seconds for each, by `clock` and `sleep`."""

    def __init__(  # noqa: PLR0913, PLR0917  its surroundings, and how long
        self,
        fleet: Fleet,
        store: Store,
        offering: Offering,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        patience: float,
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._offering = offering
        self._clock = clock
        self._sleep = sleep
        self._patience = patience

    def foretell(self, sellers: Collection[Row]) -> Iterator[Outcome]:
        """Say what rotating would do, and change nothing."""
        for row in sellers:
            try:
                secret = self._ready(row)
            except SellerkeysError as error:
                yield failure(row.seller, error)
                continue
            would = "join the rotation that is under way" if secret.is_pending else "start a rotation"
            yield Outcome(row.seller, "would rotate", f"would {would} and wait for its end")

    def rotate(self, sellers: Collection[Row]) -> Iterator[Outcome]:
        """Start every rotation, wait for each, and give each outcome as it is known."""
        todo, running = deque(sellers), deque[Running]()
        while todo or running:
            if todo:
                begun = self._begin(todo.popleft())
                if isinstance(begun, Running):
                    running.append(begun)
                else:
                    yield begun
                self._sleep(1 / STARTS_A_SECOND)
            else:
                self._sleep(max(0.0, running[0].due - self._clock()))
            while running and running[0].due <= self._clock():
                seen = self._look(running.popleft())
                if isinstance(seen, Running):
                    running.append(seen)
                else:
                    yield seen

    def follow(self, seller: str, secret: Secret, token: str) -> Outcome:
        """Wait for the end of one rotation that somebody has started."""
        seen: Running | Outcome = self._waiting_for(seller, secret.arn, token)
        while isinstance(seen, Running):
            self._sleep(max(0.0, seen.due - self._clock()))
            seen = self._look(seen)
        return seen

    def _begin(self, row: Row) -> Running | Outcome:
        try:
            secret = self._ready(row)
            if pending := _pending(secret):
                return self._waiting_for(row.seller, secret.arn, pending, joined=True)
            try:
                token = self._offering.start(secret)
            except RotationPending:
                # The schedule, or another operator, was quicker: its end is ours.
                pending = _pending(self._store.describe(secret.arn))
                if pending is None:
                    raise
                return self._waiting_for(row.seller, secret.arn, pending, joined=True)
            return self._waiting_for(row.seller, secret.arn, token)
        except SellerkeysError as error:
            return failure(row.seller, error)

    def _ready(self, row: Row) -> Secret:
        if row.status == "paused":
            raise Waiting(f"{row.seller} is paused in the roster: set its status to active first")
        secret = self._store.describe(self._fleet.secret_of(row.seller))
        if secret.deleted_on:
            raise SecretBeingDeleted(secret.name, secret.deleted_on)
        found = standing(secret)
        if found is Standing.EMPTY:
            # RotateSecret would leave an AWSPENDING that keeps the first value out (aws.md 2.7).
            raise SecretEmpty(secret.name)
        if found in {Standing.NEVER_FILLED, Standing.CANCELLED}:
            raise Waiting(
                f"a rotation of {secret.name} was left half-finished: `sellerkeys repair {row.seller}` mends it"
            )
        return secret

    def _waiting_for(self, seller: str, secret_id: str, token: str, *, joined: bool = False) -> Running:
        now = self._clock()
        return Running(seller, secret_id, token, since=now, due=now + _LOOK_EVERY, joined=joined)

    def _look(self, running: Running) -> Running | Outcome:
        now = self._clock()
        try:
            secret = self._store.describe(running.secret_id)
        except SellerkeysError as error:
            return failure(running.seller, error)
        missed = running.missed + (running.token not in {secret.holder(CURRENT), secret.holder(PENDING)})
        if secret.holder(CURRENT) == running.token:
            return _proven(running, secret)
        if missed >= _MISSED:
            return _ended(running, secret)
        if now - running.since >= self._patience:
            return Outcome(
                running.seller,
                "still running",
                f"not finished after {self._patience:.0f} s, and AWS goes on trying: "
                f"`sellerkeys check {running.seller}` tells why, `sellerkeys repair {running.seller}` mends it",
                _AGAIN,
            )
        return replace(running, due=now + _LOOK_EVERY, missed=missed)


def _pending(secret: Secret) -> str | None:
    return secret.holder(PENDING) if secret.is_pending else None


def _proven(running: Running, secret: Secret) -> Outcome:
    told = "the version of a rotation that was under way already" if running.joined else "the new version"
    if not secret.holder(WAITING):
        return Outcome(running.seller, "proven", f"{told} is current")
    waits = f"another credential waits: `sellerkeys approve {running.seller}` shows it"
    return Outcome(running.seller, "proven", f"{told} is current; {waits}", _WAITING)


def _ended(running: Running, secret: Secret) -> Outcome:
    state = State.from_tags(secret.tags)
    why = find_cause(state.cause or "").sentence
    if state.status == OFFER_REFUSED:
        detail = f"the replacement was refused, the credential before it is in use; {why}"
        return Outcome(running.seller, "refused", detail, _REFUSED)
    if state.status in {REFUSED, REAUTHORIZE}:
        return Outcome(running.seller, "refused", why, _REFUSED)
    return Outcome(running.seller, "abandoned", "somebody took this rotation back: run this again", _AGAIN)
