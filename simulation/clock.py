"""The time of a simulated world: it stands still until told, then runs what is due in order."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING

from local.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta


class VirtualClock(Clock):
    """The bench's clock without its thread and without the real time: the same moments in every run."""

    def __init__(self, start: datetime) -> None:
        # Not the base class's: it would start a thread.
        self._now = start
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        """Tell the virtual time, aware, in UTC."""
        return self._now

    def timestamp(self) -> float:
        """Tell the virtual time as seconds since 1970."""
        return self._now.timestamp()

    def advance(self, by: timedelta) -> datetime:
        """Let `by` pass."""
        self.until(self._now + by)
        return self._now

    def until(self, when: datetime) -> None:
        """Let the time come to `when`; each thing due on the way runs at its own moment."""
        while self._waiting and self._waiting[0][0] <= when:
            due, _, action = heapq.heappop(self._waiting)
            self._now = max(self._now, due)
            action()
        self._now = max(self._now, when)

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Run `action` once the time comes to `when`."""
        heapq.heappush(self._waiting, (when, next(self._numbers), action))

    def stop(self) -> None:
        """Forget everything that waits."""
        self._waiting.clear()
