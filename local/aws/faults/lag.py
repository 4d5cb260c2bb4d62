"""How far behind a read is, handed from where the fault strikes to where secrets are read."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from local.aws.faults.call import Call

#: The operations of Secrets Manager that only read.
READS: Final = frozenset(
    {
        "BatchGetSecretValue",
        "DescribeSecret",
        "GetResourcePolicy",
        "GetSecretValue",
        "ListSecretVersionIds",
        "ListSecrets",
    }
)

# moto answers a request on the thread that took it, so a context variable reaches it, and only it.
lagging: ContextVar[Lag | None] = ContextVar("lagging", default=None)


def reads(call: Call) -> bool:
    """Say whether a call only reads a secret."""
    return call.service == "secretsmanager" and call.operation in READS


@dataclass(frozen=True, slots=True)
class Lag:
    """Either some of the bench's time, or a number of changes: 1 hides the last one (aws.md 2.8)."""

    time: timedelta = timedelta()
    changes: int | None = None
