"""Why Amazon refused: LWA's and SP-API's answers in words, with whose fault it is and what mends it.

Pure functions over what came back; the tables are sp-api.md 1.4 and 2. Standard library only: ships in the zip.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Who has to act: the person who typed it, our application, the seller, or nobody but time."""

    OPERATOR = "operator"
    APPLICATION = "application"
    SELLER = "seller"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a refusal: `code` is stable, `words` and `cure` are for people."""

    code: str
    fault: Fault
    words: str
    cure: str

    @property
    def sentence(self) -> str:
        """Say the cause and its cure in one line."""
        return f"{self.words}: {self.cure}"


INVALID_CLIENT = Cause(
    "invalid_client",
    Fault.APPLICATION,
    "Amazon does not know this client id and client secret",
    "check both in the developer console; a client secret dies 7 days after it was replaced",
)
REVOKED = Cause(
    "invalid_grant",
    Fault.SELLER,
    "Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another client)",
    "check that it was pasted whole; if it was, the seller has to authorize the application again",
)
WRONG_CLIENT = Cause(
    "unauthorized_client",
    Fault.OPERATOR,
    "the refresh token belongs to another application, or the application may not ask for this grant",
    "use the token that was given to this application's client id",
)
INVALID_SCOPE = Cause(
    "invalid_scope",
    Fault.APPLICATION,
    "Amazon does not give this application the scope that was asked for",
    "check the application's type and roles in the developer console",
)
BAD_REQUEST = Cause(
    "invalid_request",
    Fault.APPLICATION,
    "Amazon could not read the token request",
    "this is a defect of sellerkeys or of the token URL it was given; report it",
)
SECRET_EXPIRED = Cause(
    "client_secret_expired",
    Fault.APPLICATION,
    "the application's client secret is older than 180 days and has expired",
    "rotate the client secret; authorizing the sellers again does not help",
)
TOKEN_REJECTED = Cause(
    "access_token_rejected",
    Fault.APPLICATION,
    "SP-API did not accept the access token it was just given",
    "check that a production application is used with the production hosts, not a sandbox",
)
WRONG_REGION = Cause(
    "wrong_region",
    Fault.OPERATOR,
    "the marketplaces do not belong to the seller's SP-API region",
    "correct `region` or `marketplaces` in the roster",
)
NO_ROLE = Cause(
    "access_denied",
    Fault.APPLICATION,
    "SP-API denied the call without a reason: a role is missing, or another region's or a vendor's account",
    "check the application's roles and the roster's `region`; after a new role the seller has to authorize again",
)
MARKETPLACE_MISSING = Cause(
    "marketplace_missing",
    Fault.OPERATOR,
    "the token works, but the seller does not take part in an expected marketplace",
    "check that this is the right seller's token, or correct `marketplaces` in the roster",
)
UNKNOWN = Cause(
    "unknown",
    Fault.APPLICATION,
    "Amazon refused with a reason that sellerkeys does not know",
    "look the application up in the developer console and report what you find",
)

_BY_CODE = {cause.code: cause for cause in list(globals().values()) if isinstance(cause, Cause)}

_LWA: dict[str, Cause] = {
    "invalid_client": INVALID_CLIENT,
    "invalid_grant": REVOKED,
    "unauthorized_client": WRONG_CLIENT,
    "invalid_scope": INVALID_SCOPE,
    "invalid_request": BAD_REQUEST,
    "unsupported_grant_type": BAD_REQUEST,
}
_TRANSIENT_LWA = frozenset({"server_error", "temporarily_unavailable"})
_SP_API: tuple[tuple[str, Cause], ...] = (
    ("lwa secret token you provided has expired", SECRET_EXPIRED),
    ("marketplaces you provided are not valid for region", WRONG_REGION),
    ("revoked, malformed or invalid", TOKEN_REJECTED),
    ("access token is missing", TOKEN_REJECTED),
    ("access token you provided has expired", TOKEN_REJECTED),
)

_FIRST_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429
_TIMEOUT = 408


def is_transient(status: int, error: str | None = None) -> bool:
    """Say whether an answer only means "later": 408, 429, 5xx, or LWA's own words for it (sp-api.md 1.4)."""
    return status in (_TIMEOUT, _TOO_MANY_REQUESTS) or status >= _FIRST_SERVER_ERROR or error in _TRANSIENT_LWA


def lwa_cause(error: str | None) -> Cause:
    """Name the cause behind LWA's `error`; an unknown one is an alert, never a mark on the seller."""
    return _LWA.get(error or "", UNKNOWN)


def sp_api_cause(details: str | None) -> Cause:
    """Name the cause behind the `details` of SP-API's 403; empty details mean a missing role or a wrong region."""
    text = (details or "").lower()
    for part, cause in _SP_API:
        if part in text:
            return cause
    return UNKNOWN if text else NO_ROLE


def find_cause(code: str) -> Cause:
    """Find the cause that a state tag names by its code; UNKNOWN for one that this version does not know."""
    return _BY_CODE.get(code, UNKNOWN)
