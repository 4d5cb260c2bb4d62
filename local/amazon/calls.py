"""What was asked of Amazon, for tests and people to read; ids and outcomes, never a token or a body."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

#: The newest calls that are kept; bounds the memory of a bench that runs for simulated years.
KEPT_CALLS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request says it comes from, and what it wants: the grant type at LWA, the operation at SP-API.

    Taken from the request before anything is checked; None or empty where it names nobody or nothing known.
    """

    operation: str
    client_id: str | None
    selling_partner_id: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """One request and how it ended; `status` is None if the connection was dropped."""

    at: datetime
    method: str
    path: str
    status: int | None
    caller: Caller


class Calls:
    """The newest calls, oldest first; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)

    def record(self, call: Call) -> None:
        """Remember a call."""
        with self._lock:
            self._calls.append(call)

    def all(self) -> tuple[Call, ...]:
        """List the calls so far."""
        with self._lock:
            return tuple(self._calls)
