"""SP-API's rate limits: a bucket of `burst` calls that refills at `per_second` (sp-api.md 9)."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from local.clock import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an operation may be called."""

    per_second: float
    burst: int


class RateLimits:
    """One bucket for each key, on the bench's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def allows(self, key: Hashable, rate: Rate) -> bool:
        """Take one call out of the bucket; False, and nothing taken, if it is empty."""
        now = self._clock.timestamp()
        with self._lock:
            calls, filled_at = self._buckets.get(key, (rate.burst, now))
            calls = min(rate.burst, calls + (now - filled_at) * rate.per_second)
            allowed = calls >= 1
            self._buckets[key] = (calls - allowed, now)
            return allowed
