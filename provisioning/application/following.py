"""Bring the newest client secret to every seller: who is behind is derived, never noted (design.md 4).

A seller's secret says in a state tag which version of the app secret it was composed from. RotateSecret makes Secrets
Manager compose it anew, prove it and try again; what is done here may end anywhere and be continued by anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from provisioning.application.lives import OVERLAP
from provisioning.causes import Fault, find_cause
from provisioning.errors import AccessDenied, RotationPending, SellerkeysError, Throttled
from provisioning.fingerprint import SHARED
from provisioning.naming import TAG_APPLICATION, TAG_PAUSED, TAG_SELLER, seller_secret_prefix
from provisioning.state import State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from provisioning.application.pace import Pace
    from provisioning.store import Secret, Store

#: How long after a refusal that is not the seller's fault a rotation is tried again.
PAUSE: Final = timedelta(hours=1)
#: The same where Amazon says that it is the seller's: it has been wrong, and what he holds ends with the old one.
LONG_PAUSE: Final = timedelta(days=1)
#: Whoever is under way is started again in the turn of the full hour.
_HOURLY: Final = 5
#: How long before the function's end no rotation is started any more, in seconds.
MARGIN: Final = 20.0
#: How often one start is made in a turn before a throttled one is left to the next.
_STARTS: Final = 4


class Progress(StrEnum):
    """Where a seller of the shared application stands after the client secret has changed; each stands at one place."""

    DONE = "done"
    UNDER_WAY = "under way"
    """Being rotated at this moment."""
    BEHIND = "behind"
    FAILING = "failing"
    """Refused since the change, and not because of the seller: tried again every hour."""
    NOT_ROTATING = "not rotating"
    """Rotation is off, so nothing brings him anything: a person has to repair him."""
    REVOKED = "revoked"
    """Refused since the change because of the seller: tried once a day until the old client secret ends."""
    PAUSED = "paused"
    """Paused in the roster, and not done yet: he follows like everybody, and nobody is alarmed for him."""
    EMPTY = "empty"
    """No credential yet: his first one is composed with the newest client secret."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The version of the app secret that everybody is to follow, and when it became current."""

    version: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Following:
    """How far a fleet is: sellers by progress, and `why` one could not be rotated, by seller."""

    sellers: dict[Progress, list[str]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)

    def count(self, *progress: Progress) -> int:
        """Count the sellers who stand there."""
        return sum(len(self.sellers.get(each, ())) for each in progress)

    @property
    def late(self) -> int:
        """How many could have followed and have not."""
        return self.count(*WAITED_FOR)


#: Who could have followed and has not, while somebody waits for him to.
WAITED_FOR: Final = (Progress.BEHIND, Progress.UNDER_WAY, Progress.FAILING, Progress.NOT_ROTATING)


def progress(secret: Secret, newest: Newest) -> Progress | None:
    """Tell where a seller stands; None for one who is being deleted, or has an application of his own."""
    if secret.tags.get(TAG_APPLICATION) != SHARED or secret.deleted_on:
        return None
    return _counted(_progress(secret, newest), secret)


def _counted(found: Progress, secret: Secret) -> Progress:
    """Count a seller who is paused apart, as long as he has not followed."""
    return Progress.PAUSED if TAG_PAUSED in secret.tags and found in WAITED_FOR else found


def _progress(secret: Secret, newest: Newest) -> Progress:
    """Tell where a seller stands, paused or not."""
    if secret.holder(CURRENT) is None:
        return Progress.EMPTY
    state = State.from_tags(secret.tags)
    if state.app_version == newest.version:
        return Progress.DONE
    if secret.is_pending:
        return Progress.UNDER_WAY
    if not secret.rotation_enabled:
        return Progress.NOT_ROTATING
    if not (newest.changed_at and state.is_refused and state.refused_at and state.refused_at >= newest.changed_at):
        return Progress.BEHIND
    return Progress.REVOKED if find_cause(state.cause or "").fault is Fault.SELLER else Progress.FAILING


def is_due(secret: Secret, newest: Newest, now: datetime) -> bool:
    """Whether a rotation is to be started: for who is behind, an hour after it failed, and each hour under way.

    Who is said to have revoked is tried once a day, as long as he still holds a client secret that works. A seller who
    is paused is tried, too: his secret stays readable, and a dead client secret would meet him on his way back. One
    whose rotation somebody turned off is not, for RotateSecret would turn it on again.

    Secrets Manager gives up after some tries, in an outage of Amazon's for instance, and AWSPENDING stays; RotateSecret
    then refuses, but tries that version again (aws.md 2.7).
    """
    if progress(secret, newest) is None:
        return False
    found, refused_at = _progress(secret, newest), State.from_tags(secret.tags).refused_at
    if found is Progress.UNDER_WAY:
        return now.minute < _HOURLY
    if found is Progress.REVOKED and newest.changed_at and refused_at:
        return refused_at + LONG_PAUSE <= now < newest.changed_at + OVERLAP
    return found is Progress.BEHIND or (
        found is Progress.FAILING and refused_at is not None and refused_at + PAUSE <= now
    )


def survey(secrets: Iterable[Secret], newest: Newest) -> Following:
    """Count a fleet."""
    following = Following()
    for secret in secrets:
        if found := progress(secret, newest):
            following.sellers.setdefault(found, []).append(name(secret))
    return following


def name(secret: Secret) -> str:
    """Name a secret's seller."""
    return secret.tags.get(TAG_SELLER, secret.name)


class Follow:
    """Starts the rotations of who is behind.

    `each` runs a function over many, in turn or at once; `seconds_left` tells how long the caller may still run.
    """

    def __init__(  # noqa: PLR0913, PLR0917  what it works with, each replaceable
        self,
        store: Store,
        base: str,
        pace: Pace,
        each: Callable[[Callable[[Secret], Any], Iterable[Secret]], Iterable[Any]],
        seconds_left: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._base = base
        self._pace = pace
        self._each = each
        self._seconds_left = seconds_left
        self._now = now

    def run(self, newest: Newest) -> Following:
        """Start as many rotations as there is time for; what is left is found again by whoever comes next."""
        following, nominated = Following(), []
        for secret in self._store.list(seller_secret_prefix(self._base)):
            if is_due(secret, newest, self._now()):
                nominated.append(secret)
            elif found := progress(secret, newest):
                following.sellers.setdefault(found, []).append(name(secret))
        for seller, found, why in self._each(lambda secret: self._start(secret, newest), nominated):
            following.sellers.setdefault(found, []).append(seller)
            if why:
                following.why[seller] = why
        return following

    def _start(self, listed: Secret, newest: Newest) -> tuple[str, Progress, str | None]:
        """Start one, and say where he stands then, and why not."""
        why = None
        try:
            found = self._try(listed, newest)
        except RotationPending:
            # It may have read the client secret before; then it is seen to be behind, and rotated again.
            found = Progress.UNDER_WAY
        except AccessDenied as error:
            found, why = Progress.FAILING, str(error)
        except SellerkeysError as error:
            found, why = Progress.BEHIND, str(error)
        return name(listed), _counted(found, listed), why

    def _try(self, listed: Secret, newest: Newest) -> Progress:
        """Start one after a look at what the list may not know yet; raises the store's errors."""
        if self._seconds_left() < MARGIN:
            return Progress.BEHIND
        secret = self._store.describe(listed.arn)
        if not is_due(secret, newest, self._now()):
            # It has just followed, is just being rotated, or is gone: the next look counts it.
            return progress(secret, newest) or Progress.DONE
        self._rotate(secret)
        return Progress.UNDER_WAY

    def _rotate(self, secret: Secret) -> None:
        """Start a rotation in its turn; put off for its rate, which others spend as well, it is started more slowly."""
        for left in reversed(range(_STARTS)):
            self._pace.wait()
            try:
                self._store.rotate(
                    secret.arn,
                    function=secret.rotation_function or "",
                    schedule=secret.schedule or "",
                    immediately=True,
                )
            except Throttled:
                self._pace.lower()
                if not left or self._seconds_left() < MARGIN:
                    raise
            else:
                return
