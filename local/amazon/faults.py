"""What can go wrong at Amazon on request: which fault, for whom, for how many answers.

| kind | at LWA | at SP-API | source |
|---|---|---|---|
| `revoked`, `lapsed` | 400 `invalid_grant` | 403 token revoked | sp-api.md 3 (expected), 2 |
| `revoked-403` | 403 `invalid_grant` | 403 token revoked | sp-api.md 3 (secondary) |
| `wrong-client` | 400 `unauthorized_client` | | sp-api.md 1.4 |
| `dead-client-secret` | 401 `invalid_client` | | sp-api.md 5.2 |
| `expired-client-secret` | as ever | 403 LWA secret expired | sp-api.md 2 |
| `missing-role`, `wrong-region` | as ever | 403 with empty details | sp-api.md 2 |
| `wrong-marketplace` | as ever | 403 marketplaces not valid | sp-api.md 2 |
| `outage` | 503 | 503 | sp-api.md 1.4, 2 |
| `throttled` | 429 | 429 `QuotaExceeded` | sp-api.md 1.4, 9 |
| `slow` | as ever, `seconds` later | the same | |
| `reset` | connection reset, nothing done | the same | |
| `lost` | done, then connection reset | the same | |
| `html` | 200 with a page for a browser | the same | |
| `no-refresh-token` | 200 without `refresh_token` | | sp-api.md 13 (airbyte#25773) |
| `new-refresh-token` | 200 with a new one | | sp-api.md 3 |
| `message-lost` | | as ever, and its message to the queue is never sent | sp-api.md 5.3 |
| `message-twice` | | its message is sent again, `seconds` later | SQS delivers at least once |
| `message-late` | | its message is sent `seconds` later, so that the next may overtake it | sp-api.md 5.2 |
| `message-wrapped` | | its message is sent in SNS's envelope | sp-api.md 5.4 (unconfirmed) |
| `message-malformed` | | half of its message is sent | |

`seconds` is how long `slow` takes, how much later a message comes (bench's time), and how long the old token lives on
after `new-refresh-token`: 0 dies at once, None never. Faults that speak of a consent leave grantless calls alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from local.amazon import refusals
from local.in_force import InForce

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.amazon.calls import Caller


class FaultKind(StrEnum):
    """What goes wrong; the module's table says what that looks like."""

    SLOW = "slow"
    RESET = "reset"
    HTML = "html"
    OUTAGE = "outage"
    THROTTLED = "throttled"
    DEAD_CLIENT_SECRET = "dead-client-secret"  # noqa: S105 - a fault's name
    EXPIRED_CLIENT_SECRET = "expired-client-secret"  # noqa: S105 - a fault's name
    REVOKED = "revoked"
    REVOKED_403 = "revoked-403"
    LAPSED = "lapsed"
    WRONG_CLIENT = "wrong-client"
    MISSING_ROLE = "missing-role"
    WRONG_REGION = "wrong-region"
    WRONG_MARKETPLACE = "wrong-marketplace"
    NEW_REFRESH_TOKEN = "new-refresh-token"  # noqa: S105 - a fault's name
    NO_REFRESH_TOKEN = "no-refresh-token"  # noqa: S105 - a fault's name
    LOST = "lost"
    MESSAGE_LOST = "message-lost"
    MESSAGE_TWICE = "message-twice"
    MESSAGE_LATE = "message-late"
    MESSAGE_WRAPPED = "message-wrapped"
    MESSAGE_MALFORMED = "message-malformed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: for everyone, or only for an application, a seller, or the two together; for `answers`, or for good.

    Raises ValueError on a number that makes no sense.
    """

    kind: FaultKind
    client_id: str | None = None
    selling_partner_id: str | None = None
    answers: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.answers is not None and self.answers < 1:
            raise ValueError("answers: at least 1, or left out for a fault that stays")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("seconds: 0 or more")
        if self.kind is FaultKind.SLOW and self.seconds is None:
            raise ValueError("seconds: a slow answer needs to be told how slow")

    def concerns(self, caller: Caller) -> bool:
        """Say whether the fault is meant for this caller."""
        if self.kind in _OF_A_CONSENT and caller.selling_partner_id is None:
            return False
        return self.client_id in (None, caller.client_id) and self.selling_partner_id in (
            None,
            caller.selling_partner_id,
        )


#: The faults that refuse, by host.
AT_LWA: Final = {
    FaultKind.OUTAGE: refusals.LWA_UNAVAILABLE,
    FaultKind.THROTTLED: refusals.LWA_THROTTLED,
    FaultKind.DEAD_CLIENT_SECRET: refusals.INVALID_CLIENT,
    FaultKind.REVOKED: refusals.INVALID_GRANT,
    FaultKind.REVOKED_403: refusals.INVALID_GRANT_403,
    FaultKind.LAPSED: refusals.INVALID_GRANT,
    FaultKind.WRONG_CLIENT: refusals.UNAUTHORIZED_CLIENT,
}
AT_SP_API: Final = {
    FaultKind.OUTAGE: refusals.SERVICE_UNAVAILABLE,
    FaultKind.THROTTLED: refusals.QUOTA_EXCEEDED,
    FaultKind.EXPIRED_CLIENT_SECRET: refusals.CLIENT_SECRET_EXPIRED,
    FaultKind.REVOKED: refusals.TOKEN_INVALID,
    FaultKind.REVOKED_403: refusals.TOKEN_INVALID,
    FaultKind.LAPSED: refusals.TOKEN_INVALID,
    FaultKind.MISSING_ROLE: refusals.DENIED,
    FaultKind.WRONG_REGION: refusals.DENIED,
    FaultKind.WRONG_MARKETPLACE: refusals.WRONG_MARKETPLACE,
}

_OF_A_CONSENT = frozenset(
    {
        FaultKind.REVOKED,
        FaultKind.REVOKED_403,
        FaultKind.LAPSED,
        FaultKind.WRONG_CLIENT,
        FaultKind.MISSING_ROLE,
        FaultKind.WRONG_REGION,
        FaultKind.WRONG_MARKETPLACE,
        FaultKind.NO_REFRESH_TOKEN,
        FaultKind.NEW_REFRESH_TOKEN,
    }
)


class Faults(InForce["Fault"]):
    """The faults in force, one of a kind for each caller."""

    def __init__(self) -> None:
        super().__init__(_key)

    def spend(self, kinds: frozenset[FaultKind], caller: Caller) -> Iterator[Fault]:
        """Go through the faults of these kinds that hit this caller, in the order of `FaultKind`, counting down."""
        return self.shown((kind for kind in FaultKind if kind in kinds), lambda fault: fault.concerns(caller))


def _key(fault: Fault) -> tuple[FaultKind, str | None, str | None]:
    return fault.kind, fault.client_id, fault.selling_partner_id
