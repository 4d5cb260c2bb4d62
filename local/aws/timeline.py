"""What falls due on the bench's clock, done one after another and each at its own time, however far the clock moved.

A move of the clock by a month makes a month of schedules, alarm periods and time-outs due at once. Here they happen in
the order of their times, and `now` tells each of them its own time, so that a daily schedule leaves a data point a day.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import traceback
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.clock import Clock

_log = logging.getLogger(__name__)
#: After a move of the clock a series is caught up with this often, a year of days, and then goes on from the present.
MOST_MISSED: Final = 366
_LATE: Final = timedelta(minutes=1)


class Timeline:
    """Runs actions on one thread of its own; an action may take its time, and what it raises ends only itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._doing: datetime | None = None
        self._missed: Counter[str] = Counter()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timeline", daemon=True)
        self._thread.start()

    def now(self) -> datetime:
        """Tell the bench's time; to an action, the time it was due at."""
        acting = threading.get_ident() == self._thread.ident
        return self._doing if acting and self._doing else self._clock.now()

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Run `action` once the bench's time is `when` or later, after everything due before."""
        with self._changed:
            heapq.heappush(self._due, (when, next(self._order), action))
            self._changed.notify_all()
        self._clock.at(when, self._wake)

    def soon(self, action: Callable[[], None]) -> None:
        """Run `action` now, on the timeline's thread."""
        self.at(self.now(), action)

    def resume(self, series: str) -> datetime:
        """Tell from when a series goes on that has just had its turn: from then, or from the present if it lags.

        A series lags once it was late MOST_MISSED times in a row, which keeps a long move of the clock bounded.
        """
        late = self.present() - self.now() > _LATE
        self._missed[series] = self._missed[series] + 1 if late else 0
        if self._missed[series] < MOST_MISSED:
            return self.now()
        self._missed[series] = 0
        return self._clock.now()

    def caught_up(self, series: str) -> None:
        """Forget how often a series was late: it has come to the end of a move of the clock."""
        self._missed[series] = 0

    def present(self) -> datetime:
        """Tell the bench's time, also to an action that was due before."""
        return self._clock.now()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing runs or is due by now; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._doing is None and not self._is_due(), timeout)

    def close(self) -> None:
        """Forget everything that is due, and start nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the action that runs; `close` first, and end the functions if they are not to be waited for."""
        self._thread.join()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= self._clock.now()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._is_due())
                if self._stopped:
                    return
                self._doing, _, action = heapq.heappop(self._due)
            try:
                action()
            except Exception as error:  # noqa: BLE001 - one service's failure must not end the others' time
                frame = traceback.extract_tb(error.__traceback__)[-1]
                _log.error("%s in %s:%s", type(error).__name__, frame.filename, frame.lineno)
            with self._changed:
                self._doing = None
                self._changed.notify_all()
