"""States: ten minutes in which one browser may come back from Amazon, once (sp-api.md 4.1).

The browser gets a random cookie, Amazon a state that is the cookie's hash, and the table the state's hash. So who sees
the state, in an address or at Amazon, cannot make the cookie; and who reads the table can make neither.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from provisioning.consent.refusals import NO_COOKIE, STATE_ENDED, Refused
from provisioning.table import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from provisioning.table import Table

#: How long a seller may take at Amazon; the whole flow has to end by then (sp-api.md 4.1).
LIFETIME: Final = timedelta(minutes=10)
#: `__Host-`: only this host sets it, over TLS, for all of its paths.
COOKIE: Final = "__Host-sellerkeys"

_RANDOM: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PURPOSE: Final = "sellerkeys state"


@dataclass(frozen=True, slots=True)
class Pending:
    """What a browser is about: an invitation by its key in the table, or the selling partner that Amazon's login named.

    `ended` says how it came out, once it has; the same browser may then come back to the same words.
    """

    invitation: str = ""
    selling_partner_id: str = ""
    ended: str = ""

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Self:
        """Read it as the table holds it."""
        return cls(**{field.name: values.get(field.name, "") for field in fields(cls)})

    def to_values(self) -> dict[str, str]:
        """Write it as the table holds it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class States:
    """The states of a fleet; `now` tells the time."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def begin(self, pending: Pending) -> str:
        """Make a state, and return the cookie for the browser; `state_of` writes what goes to Amazon."""
        cookie = secrets.token_urlsafe(32)
        self._table.put(Item(_key(state_of(cookie)), pending.to_values(), self._now() + LIFETIME))
        return cookie

    def of(self, cookie: str | None) -> Pending | None:
        """Look at what this browser is about; None if nothing, or no longer."""
        if not cookie or not _RANDOM.fullmatch(cookie):
            return None
        found = self._table.get(_key(state_of(cookie)))
        is_alive = found is not None and (found.expires_at is None or found.expires_at > self._now())
        return Pending.from_values(found.values) if found and is_alive else None

    def take(self, state: str, cookie: str | None) -> Pending:
        """Use a state up; raises Refused where it is not this browser's, or has ended.

        One that came out well is not used up: it tells again what it came to.
        """
        if not cookie or not _RANDOM.fullmatch(cookie) or not _is_same(state_of(cookie), state):
            raise Refused(NO_COOKIE)
        before = self.of(cookie)
        if before and before.ended:
            return before
        taken = self._table.take(_key(state), self._now())
        if taken is None:
            raise Refused(STATE_ENDED)
        return Pending.from_values(taken.values)

    def end(self, state: str, pending: Pending) -> None:
        """Note how a state that was used up came out, for a browser that goes back."""
        self._table.put(Item(_key(state), pending.to_values(), self._now() + LIFETIME))


def state_of(cookie: str) -> str:
    """Write the state that belongs to a browser's cookie."""
    digest = hashlib.sha256(f"{_PURPOSE}:{cookie}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def set_cookie(cookie: str) -> str:
    """Write the header's value that leaves the cookie with the browser: sent along when Amazon sends it back (Lax)."""
    return f"{COOKIE}={cookie}; Path=/; Max-Age={int(LIFETIME.total_seconds())}; Secure; HttpOnly; SameSite=Lax"


def _is_same(ours: str, given: str) -> bool:
    """Compare in constant time; as bytes, because compare_digest takes no text beyond ASCII."""
    return hmac.compare_digest(ours.encode(), given.encode())


def _key(state: str) -> str:
    return f"state#{hashlib.sha256(state.encode()).hexdigest()}"
