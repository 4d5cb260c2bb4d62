"""One clock for AWS and Amazon on the bench, which tests and people may move forward."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """The real time plus an offset that only grows; runs what was scheduled, in order, on one thread of its own."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._changed = threading.Condition()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="bench-clock", daemon=True)
        self._thread.start()

    def now(self) -> datetime:
        """Tell the bench's time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def timestamp(self) -> float:
        """Tell the bench's time as seconds since 1970."""
        return time.time() + self._offset.total_seconds()

    def advance(self, by: timedelta) -> datetime:
        """Move the time forward by `by`, which lets everything due by then run; raises ValueError on a step back."""
        if by < timedelta():
            raise ValueError("the bench's clock only moves forward")
        with self._changed:
            self._offset += by
            self._changed.notify_all()
        return self.now()

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Run `action` on the clock's thread once the time is `when` or later; it must be quick and must not raise."""
        with self._changed:
            heapq.heappush(self._due, (when, next(self._order), action))
            self._changed.notify_all()

    def stop(self) -> None:
        """Forget everything scheduled and end the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not (self._due and self._due[0][0] <= self.now()):
                    wait = (self._due[0][0] - self.now()).total_seconds() if self._due else None
                    self._changed.wait(wait)
                if self._stopped:
                    return
                _, _, action = heapq.heappop(self._due)
            action()
