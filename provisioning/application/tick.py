"""What the client-secret function does every five minutes: finish what was begun, continue, watch, count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provisioning.application.following import Following, Newest
from provisioning.application.lives import OVERLAP, arrived
from provisioning.application.request import Request, key
from provisioning.errors import SecretEmpty, SellerkeysError
from provisioning.state import OFFER_REFUSED, State
from provisioning.table import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provisioning.application.following import Follow
    from provisioning.application.keeping import Held, Keeper
    from provisioning.table import Table

#: How long before the old client secret's end whoever is behind is late: at day 5 of 7.
LATE: Final = timedelta(days=2)
#: How long after a change the whole fleet is looked at every time; later once an hour, for who came late.
_CLOSELY: Final = timedelta(days=8)
_HOURLY: Final = 5
#: The item of the table that says who is bringing the new client secret to the sellers.
LOCK: Final = "following"
#: As long as the function may run.
_HELD: Final = timedelta(minutes=10)


class Metric(StrEnum):
    """What is counted for the alarms."""

    REFUSED = "RefusedClientSecrets"
    UNANSWERED = "UnansweredRequests"
    LATE = "LateSellers"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a turn found; `failed` says what could not be finished."""

    made_current: str | None = None
    failed: str | None = None
    following: Following | None = None
    unanswered: bool = False


class Tick:
    """One turn for the fleet; `count` puts metrics, `mark` makes a text that no other turn has."""

    def __init__(  # noqa: PLR0913, PLR0917  what it works with, each replaceable
        self,
        keeper: Keeper,
        follow: Follow,
        table: Table,
        count: Callable[[Mapping[Metric, int], datetime], None],
        now: Callable[[], datetime],
        mark: Callable[[], str],
    ) -> None:
        self._keeper = keeper
        self._follow = follow
        self._table = table
        self._count = count
        self._now = now
        self._mark = mark

    def run(self) -> Ticked:
        """Do a turn; raises Unreachable, AccessDenied or SecretNotDeclared where nothing could be looked at."""
        try:
            held = self._keeper.settle(self._keeper.held())
            made_current, failed = self._finish(held)
            if made_current or failed:
                held = self._keeper.held()
            if self._keeper.note(held.secret):
                held = self._keeper.held()
        except SecretEmpty:
            # Nobody has set an application: every seller brings his own, or the fleet is new.
            return Ticked()
        self._keeper.tidy(held.secret)
        following = self._bring(held)
        unanswered = self._is_unanswered(held)
        numbers = {
            Metric.REFUSED: int(State.from_tags(held.secret.tags).status == OFFER_REFUSED),
            Metric.UNANSWERED: int(unanswered),
        }
        if following is not None:
            numbers[Metric.LATE] = following.late if is_late(held, self._now()) else 0
        self._count(numbers, self._now())
        return Ticked(made_current, failed, following, unanswered)

    def _finish(self, held: Held) -> tuple[str | None, str | None]:
        """Take up what a person offered, else what arrived and was not proven yet; what fails is tried again.

        What Amazon has refused for good it is asked for once an hour.
        """
        try:
            if taken_up := self._keeper.take_up(held):
                return taken_up, None
            state = State.from_tags(held.secret.tags)
            if state.status == OFFER_REFUSED and self._now().minute >= _HOURLY:
                return None, None
            return self._keeper.catch_up(held), None
        except SecretEmpty:
            raise
        except SellerkeysError as error:
            return None, str(error)

    def _bring(self, held: Held) -> Following | None:
        """Continue with whoever is behind, unless another turn is at it."""
        now, newest = self._now(), newest_of(held)
        is_close = newest.changed_at is not None and now - newest.changed_at < _CLOSELY
        if not is_close and now.minute >= _HOURLY:
            return None
        item = Item(LOCK, {"mark": self._mark()}, now + _HELD)
        if not self._table.claim(item, now):
            return None
        try:
            return self._follow.run(newest)
        finally:
            self._table.swap(Item(LOCK, {"mark": ""}, self._now()), item.values)

    def _is_unanswered(self, held: Held) -> bool:
        item = self._table.get(key(held.app.client_id))
        last = Request.read(item.values) if item else None
        return bool(last and last.is_unanswered(held.version, self._now()) and not arrived(held.secret))


def newest_of(held: Held) -> Newest:
    """Tell what everybody is to follow."""
    state = State.from_tags(held.secret.tags)
    # Tags that describe another version were written before this one became current.
    return Newest(held.version, state.changed_at if state.app_version == held.version else None)


def is_late(held: Held, now: datetime) -> bool:
    """Whether the old client secret ends so soon, or has ended, that whoever is behind is late."""
    state = State.from_tags(held.secret.tags)
    if state.changed_at is None or state.app_version != held.version:
        return False
    return now >= (state.old_client_secret_ends_at or state.changed_at + OVERLAP) - LATE
