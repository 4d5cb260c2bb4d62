"""Starts spread over time, so that what each of them writes stays within Secrets Manager's budget (aws.md 5.1)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: A rotation writes twice, and 90 % of 50 writes a second are 45 (design.md 10).
STARTS_A_SECOND: Final = 22.5

#: What a refusal leaves of the rate, what part of the whole comes back in a second, and the least there is left.
_KEPT: Final = 0.7
_REGAINED: Final = 0.05
_LEAST: Final = 0.05
#: One burst of refusals is one piece of news.
_NEWS_SECONDS: Final = 1.0


class Pace:
    """Lets `per_second` callers through a second, by `clock` and `sleep`; threads share one.

    Fewer after `lower`, for whoever else writes in this account: by and by the whole rate comes back.
    """

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], None], per_second: float = STARTS_A_SECOND
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._most = self._rate = per_second
        self._changed = clock()
        self._lowered = float("-inf")
        self._next = 0.0
        self._guard = threading.Lock()

    def wait(self) -> None:
        """Wait for the caller's turn."""
        with self._guard:
            now = self._clock()
            turn = max(now, self._next)
            self._regain(now)
            self._next = turn + 1 / self._rate
        if turn > now:
            self._sleep(turn - now)

    def lower(self) -> None:
        """Take note that a call was put off for its rate."""
        with self._guard:
            now = self._clock()
            self._regain(now)
            if now - self._lowered >= _NEWS_SECONDS:
                self._rate = max(self._most * _LEAST, self._rate * _KEPT)
                self._lowered = now

    def _regain(self, now: float) -> None:
        self._rate = min(self._most, self._rate + max(0.0, now - self._changed) * self._most * _REGAINED)
        self._changed = now
