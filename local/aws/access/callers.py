"""Whose keys are whose: the bench's own, and those of every session of a role that was lent.

Keys end by the machine's time, as signatures are dated by it; the bench's clock may be months ahead.
"""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.sts.models import STSBackend, sts_backends

from isolation.principal import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.sts.models import AssumedRole


@dataclass(frozen=True, slots=True)
class Passed:
    """What the AssumeRole that is being answered passes to its session, and moto drops.

    `policies` are documents; what the role may is cut down to what they allow.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()


_NOTHING: Final = Passed()
passed: ContextVar[Passed] = ContextVar("passed", default=_NOTHING)
_FUNCTIONS_KEYS_LAST = 43_200


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever signs with a secret; without a `principal`, the account's administrator. `expires` as `time.time()`.

    `policies` are those that were passed when its session was made.
    """

    secret: str = field(repr=False)
    principal: Principal | None = None
    policies: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)
    expires: float = float("inf")

    @property
    def has_expired(self) -> bool:
        """Tell whether the keys have ended."""
        return time.time() > self.expires


class Callers:
    """Everybody who has keys."""

    def __init__(self, administrator: Mapping[str, str]) -> None:
        key = administrator["AWS_ACCESS_KEY_ID"]
        self._known = {key: Caller(administrator["AWS_SECRET_ACCESS_KEY"])}
        self._guard = threading.Lock()

    def find(self, access_key: str) -> Caller | None:
        """Find out whose key it is."""
        return self._known.get(access_key)

    def add(self, made: AssumedRole, given: Passed) -> None:
        """Know a session that was just lent; forget those that have ended."""
        principal = Principal(
            arn=made.role_arn, account=made.account_id, session=made.session_name, session_tags=dict(given.tags)
        )
        expires = made.expiration.timestamp()
        with self._guard:
            self._known = {key: caller for key, caller in self._known.items() if not caller.has_expired}
            self._known[made.access_key_id] = Caller(
                made.secret_access_key, principal, given.policies, made.session_token, expires
            )


class Tokens(STSBackend):
    """Lends roles, and tells the callers to whom."""

    __module__ = "moto.sts.models"  # moto finds a service's URLs through the backend's module

    callers: ClassVar[Callers]

    def assume_role(self, *arguments: Any, **options: Any) -> AssumedRole:  # noqa: ANN401 - moto's signature
        """Lend a role; whether the caller may was decided before."""
        made = super().assume_role(*arguments, **options)
        self.callers.add(made, passed.get())
        return made


def install(callers: Callers) -> None:
    """Put the bench's STS in place of moto's, for each new bench of a process."""
    Tokens.callers = callers
    sts_backends.backend = Tokens


def function_keys(role_arn: str, function: str, region: str) -> dict[str, str]:
    """Lend a function's role to its process, as Lambda does; returns the variables that hold its keys."""
    account = role_arn.split(":")[4]
    made = sts_backends[account]["aws"].assume_role(region, function, role_arn, "", _FUNCTIONS_KEYS_LAST, "")
    return {
        "AWS_ACCESS_KEY_ID": made.access_key_id,
        "AWS_SECRET_ACCESS_KEY": made.secret_access_key,
        "AWS_SESSION_TOKEN": made.session_token,
    }
