"""How many calls a second AWS takes, and which operations share one budget.

Secrets Manager's rates are those of aws.md 5.1, CloudTrail's that of botocore's LookupEvents.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.faults.call import Call

_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Budget:
    """Operations of a service that share a number of calls a second, per account and region."""

    operations: frozenset[str]
    rate: int
    service: str = "secretsmanager"


def _shared(rate: int, *operations: str) -> Budget:
    return Budget(frozenset(operations), rate)


BUDGETS: Final = (
    _shared(
        50,
        "PutSecretValue",
        "UpdateSecret",
        "UpdateSecretVersionStage",
        "ReplicateSecretToRegions",
        "RemoveRegionsFromReplication",
        "StopReplicationToReplica",
    ),
    _shared(50, "RotateSecret", "CancelRotateSecret"),
    _shared(50, "TagResource", "UntagResource"),
    _shared(50, "RestoreSecret"),
    _shared(50, "PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy", "ValidateResourcePolicy"),
    _shared(50, "CreateSecret"),
    _shared(50, "DeleteSecret"),
    _shared(50, "GetRandomPassword"),
    _shared(50, "ListSecretVersionIds"),
    _shared(100, "ListSecrets"),
    _shared(100, "BatchGetSecretValue"),
    _shared(10_000, "GetSecretValue"),
    _shared(40_000, "DescribeSecret"),
)
#: In force without a fault being set, for whoever asks one after the other meets it every day.
ALWAYS: Final = (Budget(frozenset({"LookupEvents"}), 2, "cloudtrail"),)


class Spent:
    """The calls of the last second; `now` tells real seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._taken: defaultdict[tuple[str, Budget], deque[float]] = defaultdict(deque)

    def allows(self, call: Call, rate: int | None) -> bool:
        """Take a call from its budget; False, and nothing taken, where the last second used it up.

        `rate` takes the place of the budget's own. An operation without a budget is always allowed.
        """
        return self._take(call, _budget(call, BUDGETS), rate)

    def allows_always(self, call: Call) -> bool:
        """Take a call from a budget that is in force without a fault."""
        return self._take(call, _budget(call, ALWAYS), None)

    def _take(self, call: Call, budget: Budget | None, rate: int | None) -> bool:
        if budget is None:
            return True
        with self._lock:
            now, taken = self._now(), self._taken[call.region, budget]
            while taken and taken[0] <= now - _SECOND:
                taken.popleft()
            allowed = len(taken) < (rate or budget.rate)
            if allowed:
                taken.append(now)
            return allowed


def _budget(call: Call, budgets: tuple[Budget, ...]) -> Budget | None:
    return next(
        (budget for budget in budgets if call.service == budget.service and call.operation in budget.operations), None
    )
