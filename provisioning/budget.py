"""A rate that is shared by threads, kept to, and lowered while whoever grants it says that it is too high.

Additive increase, multiplicative decrease: two operators at once so come to share what one account is granted.
Standard library only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: What part of a granted rate is asked for: the rest is for clocks that differ and for whoever else writes.
SHARE: Final = 0.96
#: What a refusal leaves of the rate, and what part of the granted rate comes back in a second without one.
_KEPT: Final = 0.7
_REGAINED: Final = 0.05
#: How often the rate is lowered at most: one burst of refusals is one piece of news.
_NEWS_SECONDS: Final = 1.0
#: How many turns may be made up for after a pause; more would be a burst.
_CREDIT: Final = 1
_LEAST: Final = 0.5


class Budget:
    """Lets callers through one by one, `granted` a second at most, by `clock` and `sleep` in seconds."""

    def __init__(self, granted: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._most = granted * SHARE
        self._rate = self._most
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._next = float("-inf")
        self._changed = clock()
        self._lowered = float("-inf")

    @property
    def rate(self) -> float:
        """How many a second are let through at this moment."""
        with self._guard:
            now = self._clock()
            self._rate = min(self._most, self._rate + (now - self._changed) * self._most * _REGAINED)
            self._changed = now
            return self._rate

    def wait(self) -> None:
        """Wait for the caller's turn."""
        between = 1 / self.rate
        # Whoever waits keeps the others behind him, so that a machine that stalls makes no burst of them all.
        with self._turn:
            now = self._clock()
            turn = max(self._next, now - _CREDIT * between)
            self._next = turn + between
            if turn > now:
                self._sleep(turn - now)

    def lower(self) -> None:
        """Take note that a call was put off for its rate."""
        known = self.rate
        with self._guard:
            if self._changed - self._lowered >= _NEWS_SECONDS:
                self._rate = max(_LEAST, known * _KEPT)
                self._lowered = self._changed
