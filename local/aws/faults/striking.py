"""From a call to its answer, with the faults in force between the two; the one place that applies them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from local.aws.faults.fault import FaultKind, Faults
from local.aws.faults.lag import Lag, lagging
from local.aws.faults.refusal import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.faults.budgets import Spent
    from local.aws.faults.call import Call
    from local.aws.faults.refusal import Answer


class Dropped(Exception):
    """The connection is to be reset instead of answered."""


class Striking:
    """Lets calls through to AWS as the faults allow; `pause` waits some seconds, `spent` counts the budgets."""

    def __init__(self, faults: Faults, spent: Spent, pause: Callable[[float], object]) -> None:
        self._faults = faults
        self._spent = spent
        self._pause = pause

    def answer(self, call: Call, proceed: Callable[[], Answer]) -> Answer:
        """Answer a call, by `proceed` where nothing refuses it first; raises Dropped."""
        if not self._spent.allows_always(call):
            return refusal(FaultKind.THROTTLED, call)
        return self._struck(call, proceed)

    def _struck(self, call: Call, proceed: Callable[[], Answer]) -> Answer:
        """Answer a call as the faults in force have it."""
        lag, lost = None, False
        for fault in self._faults.spend(call):
            match fault.kind:
                case FaultKind.SLOW:
                    self._pause(fault.seconds or 0)
                case FaultKind.RESET:
                    raise Dropped
                case FaultKind.DENIED | FaultKind.OUTAGE | FaultKind.THROTTLED:
                    return refusal(fault.kind, call)
                case FaultKind.BUDGET:
                    if not self._spent.allows(call, fault.rate):
                        return refusal(FaultKind.THROTTLED, call)
                case FaultKind.STALE:
                    lag = Lag(timedelta(seconds=fault.seconds or 0), fault.changes)
                case FaultKind.LOST:
                    lost = True
        answer = _seen(lag, proceed)
        if lost:
            raise Dropped
        return answer


def _seen(lag: Lag | None, proceed: Callable[[], Answer]) -> Answer:
    token = lagging.set(lag)
    try:
        return proceed()
    finally:
        lagging.reset(token)
