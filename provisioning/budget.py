"""A rate that is shared by threads, kept to, and lowered while whoever grants it says that it is too high.

Each refusal takes one a second away: whoever asks for 96 where 50 are granted is refused 46, and asks for 50 from then
on. Two operators at once so come to share what one account is granted, in proportion; a single refusal, because two
clocks differ, costs next to nothing.
Standard library only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: What part of a granted rate is asked for: the rest is for clocks that differ and for whoever else writes.
SHARE: Final = 0.96
#: How many a second a refusal takes away, and what part of the granted rate comes back in a second.
_TAKEN: Final = 1.0
_REGAINED: Final = 0.05
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

    @property
    def rate(self) -> float:
        """How many a second are let through at this moment."""
        with self._guard:
            return self._regained()

    def wait(self) -> None:
        """Wait for the caller's turn."""
        # Whoever waits keeps the others behind him, so that a machine that stalls makes no burst of them all.
        with self._turn:
            between, now = 1 / self.rate, self._clock()
            turn = max(self._next, now - _CREDIT * between)
            self._next = turn + between
            if turn > now:
                self._sleep(turn - now)

    def lower(self) -> None:
        """Take note that a call was put off for its rate."""
        with self._guard:
            self._rate = max(_LEAST, self._regained() - _TAKEN)

    def _regained(self) -> float:
        now = self._clock()
        self._rate = min(self._most, self._rate + (now - self._changed) * self._most * _REGAINED)
        self._changed = now
        return self._rate
