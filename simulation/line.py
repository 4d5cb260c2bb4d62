"""The line between the product and the outside: every outgoing call passes here, and here it can go wrong."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Died(BaseException):
    """The calling process died here; nothing of the product may catch it."""


class Disturbance(StrEnum):
    """What happens at one call."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    LOST = "answer lost"
    PUT_OFF = "put off"


class Line:
    """Carries calls one after the other; at most one disturbance waits for its call.

    `struck` is the disturbance that came last in this process, None if none did.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.struck: Disturbance | None = None
        self.disturbances = 0
        self._waiting: tuple[Disturbance, int] | None = None
        self._between: tuple[Callable[[], object], int] | None = None

    def open(self) -> None:
        """Begin a process: what struck the one before is forgotten, what waits still waits."""
        self.struck = None

    def disturb(self, how: Disturbance, call: int) -> None:
        """Let the `call`-th call from now be disturbed, counted over processes."""
        self._waiting = how, call

    def interject(self, action: Callable[[], object], call: int) -> None:
        """Let another process run to its end just before the `call`-th call from now."""
        self._between = action, call

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting = self._between = None

    def carry(self, effect: Callable[[], T], lost: Callable[[], Exception], put_off: Callable[[], Exception]) -> T:
        """Make a call; raises Died, or `lost`'s or `put_off`'s exception, where it is disturbed."""
        self.calls += 1
        self._let_in()
        how = self._due()
        if how is None:
            return effect()
        self.struck = how
        self.disturbances += 1
        if how is Disturbance.DIES_BEFORE:
            raise Died
        if how is Disturbance.PUT_OFF:
            raise put_off()
        effect()
        raise Died if how is Disturbance.DIES_AFTER else lost()

    def _let_in(self) -> None:
        if self._between is None:
            return
        action, left = self._between
        self._between = (action, left - 1) if left > 1 else None
        if left == 1:
            struck = self.struck
            action()
            self.struck = struck

    def _due(self) -> Disturbance | None:
        if self._waiting is None:
            return None
        how, left = self._waiting
        if left > 1:
            self._waiting = how, left - 1
            return None
        self._waiting = None
        return how
