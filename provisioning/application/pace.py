"""Starts spread over time, so that what each of them writes stays within Secrets Manager's budget (aws.md 5.1)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: A rotation writes twice, and 90 % of 50 writes a second are 45 (design.md 10).
STARTS_A_SECOND: Final = 22.5


class Pace:
    """Lets `per_second` callers through a second, by `clock` and `sleep`; threads share one."""

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], None], per_second: float = STARTS_A_SECOND
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._between = 1 / per_second
        self._next = 0.0
        self._guard = threading.Lock()

    def wait(self) -> None:
        """Wait for the caller's turn."""
        with self._guard:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._between
        if turn > now:
            self._sleep(turn - now)
