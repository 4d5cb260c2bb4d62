"""Faults in force: put, listed, ended, and counted down as they are shown; AWS's and Amazon's alike."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator


class Limited(Protocol):
    """A fault, a frozen dataclass: `kind` of a wrong, shown for a number of `answers`, None for ever."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def kind(self) -> str:
        """What goes wrong."""

    @property
    def answers(self) -> int | None:
        """How many answers are left."""


F = TypeVar("F", bound=Limited)


class InForce(Generic[F]):
    """The faults in force, one for each `key`; safe to use from many threads."""

    def __init__(self, key: Callable[[F], Hashable]) -> None:
        self._key = key
        self._lock = Lock()
        self._faults: dict[Hashable, F] = {}

    def put(self, fault: F) -> None:
        """Put a fault in force; it takes the place of one with the same key."""
        with self._lock:
            self._faults[self._key(fault)] = fault

    def end(self, fault: F) -> None:
        """End the fault with this one's key, if it is in force."""
        with self._lock:
            self._faults.pop(self._key(fault), None)

    def clear(self) -> None:
        """End every fault."""
        with self._lock:
            self._faults.clear()

    def all(self) -> tuple[F, ...]:
        """List the faults in force, each with the answers it has left."""
        with self._lock:
            return tuple(self._faults.values())

    def shown(self, kinds: Iterable[str], concerns: Callable[[F], bool]) -> Iterator[F]:
        """Go through the faults of these kinds, in that order, for which `concerns` holds.

        Each one counts an answer down as it is reached, so whoever stops early spends no more than was shown.
        """
        for kind in kinds:
            for fault in self.all():
                if fault.kind == kind and concerns(fault) and self._count_down(self._key(fault)):
                    yield fault

    def _count_down(self, key: Hashable) -> bool:
        with self._lock:
            fault = self._faults.get(key)
            if fault is None:
                return False
            if fault.answers == 1:
                del self._faults[key]
            elif fault.answers is not None:
                self._faults[key] = replace(fault, answers=fault.answers - 1)
            return True
