"""What can go wrong at AWS on request: which fault, at which calls, for how many of them.

| kind | what the caller sees | source |
|---|---|---|
| `slow` | the answer, `seconds` later (real time) | |
| `reset` | connection reset, nothing done | |
| `lost` | done, then connection reset | |
| `denied` | 400 `AccessDeniedException`, nothing done | botocore, errors common to all |
| `throttled` | 400 `ThrottlingException`, nothing done | botocore, errors common to all |
| `outage` | 500 `InternalServiceError`, nothing done | botocore InternalServiceError |
| `budget` | `throttled` past AWS's rates per second, those that operations share included (real time) | aws.md 5.1 |
| `stale` | reads see the secrets as they were `seconds` (bench's time) or `changes` ago | aws.md 2.8 |

A fault hits every call, or those of an `operation` (`PutSecretValue`, `lambda:Invoke`, `sqs:*`), or those that name a
`secret`; until it is cleared, or for a number of `answers`. `rate` takes the place of each budget's own, in calls a
second.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from local.aws.faults.call import secret_name
from local.aws.faults.lag import reads
from local.in_force import InForce

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.aws.faults.call import Call


class FaultKind(StrEnum):
    """What goes wrong, in the order in which it strikes; the module's table says what that looks like."""

    SLOW = "slow"
    RESET = "reset"
    DENIED = "denied"
    OUTAGE = "outage"
    THROTTLED = "throttled"
    BUDGET = "budget"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Raises ValueError on numbers that make no sense, or that its kind does not take."""

    kind: FaultKind
    operation: str | None = None
    secret: str | None = None
    answers: int | None = None
    seconds: float | None = None
    changes: int | None = None
    rate: int | None = None

    def __post_init__(self) -> None:
        if self.answers is not None and self.answers < 1:
            raise ValueError("answers: at least 1, or left out for a fault that stays")
        if min(self.seconds or 0, self.changes or 0) < 0 or (self.rate is not None and self.rate < 1):
            raise ValueError("seconds and changes: 0 or more; rate: at least 1")
        taken = _TAKES.get(self.kind, frozenset())
        given = {name for name in ("seconds", "changes", "rate") if getattr(self, name) is not None}
        if given - taken:
            raise ValueError(f"{' and '.join(sorted(given - taken))}: {self.kind} takes none")
        if self.kind in _NEEDS_ONE and len(given) != 1:
            raise ValueError(f"{self.kind}: needs {' or '.join(sorted(taken, reverse=True))}")

    def concerns(self, call: Call) -> bool:
        """Say whether the fault is meant for this call."""
        if self.kind is FaultKind.STALE and not reads(call):
            return False
        whole = f"{call.service}:{call.operation}"
        wanted = self.operation or "*"
        named = fnmatchcase(whole if ":" in wanted else call.operation, wanted)
        return named and (self.secret is None or secret_name(self.secret) in call.secrets)


_TAKES = {
    FaultKind.SLOW: frozenset({"seconds"}),
    FaultKind.STALE: frozenset({"seconds", "changes"}),
    FaultKind.BUDGET: frozenset({"rate"}),
}
_NEEDS_ONE = frozenset({FaultKind.SLOW, FaultKind.STALE})


class Faults(InForce["Fault"]):
    """The faults in force, one of a kind for the same calls."""

    def __init__(self) -> None:
        super().__init__(_key)

    def spend(self, call: Call) -> Iterator[Fault]:
        """Go through the faults that hit a call, in the order of `FaultKind`, each counted down as it is reached."""
        return self.shown(FaultKind, lambda fault: fault.concerns(call))


def _key(fault: Fault) -> tuple[FaultKind, str | None, str | None]:
    return fault.kind, fault.operation, fault.secret
