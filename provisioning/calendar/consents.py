"""Whose consent ends, lacks a role, or was renewed: pure functions over what ListSecrets and DescribeSecret tell.

A consent to a public application holds for 365 days, and lacks every role that the application gained after it
(sp-api.md 3). Nothing is said of private applications, whose authorizations have no stated end, nor of sellers' own.
Each milestone is told once: a day on which nobody looked is made good by the next. Where nobody said on which day a
seller consented, people are told so at once: what is counted from then is the latest end, and the true one may come on
any day before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from provisioning.naming import TAG_APPLICATION
from provisioning.state import ASSUMED, ASSUMED_TOLD, CONSENT_LIFE, HELD, OFFER_REFUSED, REAUTHORIZE, State
from provisioning.store import CURRENT, OFFERED, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from provisioning.store import Secret

#: How many days before the end people are told; a consent that has ended is told at 0.
MILESTONES: Final = (60, 30, 14, 7, 1)
_OVER: Final = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says of consents: whether they end, and when the application gained which role."""

    lapses: bool = False
    roles: tuple[tuple[str, date], ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what the Pulumi program sets."""
        told = json.loads(text)
        roles = ((role["name"], date.fromisoformat(role["since"])) for role in told["roles"])
        return cls(told["lapses"], tuple(roles))


class Ending(NamedTuple):
    """A consent that ends, and which milestone has come: so many days at most are left, 0 where it has ended.

    Where `is_assumed`, it ends on that day at the latest.
    """

    secret: Secret
    ends: date
    milestone: int
    is_assumed: bool = False

    @property
    def told(self) -> str:
        """What the state tag holds once people know."""
        return f"{self.ends}/{self.milestone}"


class Lacking(NamedTuple):
    """A consent given before the application gained roles; `since` is the newest one's day.

    Where `is_unsure`, nothing tells when it was given, so it may include them.
    """

    secret: Secret
    roles: tuple[str, ...]
    since: date
    is_unsure: bool = False


class Renewed(NamedTuple):
    """A consent that people were told of, and that is in order again until it ends."""

    secret: Secret
    ends: date


class Unsure(NamedTuple):
    """A consent of which nobody said when it was given: it ends on that day at the latest; None where not even that."""

    secret: Secret
    ends: date | None


class Awaiting(NamedTuple):
    """A credential that waits for a person to look at it; `what` tells one from the next."""

    secret: Secret
    what: str


class Arrived(NamedTuple):
    """What a seller handed over by his page, once its end is known: in use, or refused by Amazon after all.

    `ends` is the day on which the consent in use ends; None where none is stated.
    """

    secret: Secret
    at: datetime
    ends: date | None
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Consents:
    """What is to be told of a fleet's consents today; nothing that was told before."""

    ending: tuple[Ending, ...] = ()
    lacking: tuple[Lacking, ...] = ()
    renewed: tuple[Renewed, ...] = ()
    awaiting: tuple[Awaiting, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    arrived: tuple[Arrived, ...] = ()

    @property
    def nominated(self) -> frozenset[str]:
        """The ARNs of the secrets of which something would be said."""
        told: list[Ending | Lacking | Renewed | Awaiting | Unsure | Arrived] = [*self.ending, *self.lacking]
        told += [*self.renewed, *self.awaiting, *self.unsure, *self.arrived]
        return frozenset(each.secret.arn for each in told)

    def notes(self) -> Iterator[tuple[Secret, State]]:
        """List what to note on each secret once people were told."""
        yield from ((each.secret, State(told_consent=each.told)) for each in self.ending)
        yield from ((each.secret, State(told_role=each.since.isoformat())) for each in self.lacking)
        yield from ((each.secret, State(told_consent="", told_role="")) for each in self.renewed)
        yield from ((each.secret, State(told_waiting=each.what)) for each in self.awaiting)
        yield from ((each.secret, State(consent_day=ASSUMED_TOLD)) for each in self.unsure)
        yield from ((each.secret, State(told_arrived=each.at)) for each in self.arrived)


def examine_consents(secrets: Iterable[Secret], today: date, rules: Rules) -> Consents:
    """Look at all sellers' secrets of a fleet."""
    secrets = list(secrets)
    awaiting, arrived = tuple(_awaiting(secrets)), tuple(_arrived(secrets, rules))
    if not rules.lapses:
        return Consents(awaiting=awaiting, arrived=arrived)
    ending: list[Ending] = []
    lacking: list[Lacking] = []
    renewed: list[Renewed] = []
    unsure: list[Unsure] = []
    for secret in secrets:
        state = State.from_tags(secret.tags)
        if not _consents(secret):
            continue
        missing = _missing(state.consented_on or date.min, today, rules)
        if missing and state.told_role != missing[-1][1].isoformat():
            names = tuple(name for name, _ in missing)
            lacking.append(Lacking(secret, names, missing[-1][1], state.consented_on is None))
        if state.consented_on is None:
            unsure += [] if state.consent_day == ASSUMED_TOLD else [Unsure(secret, None)]
            continue
        ends = state.consented_on + CONSENT_LIFE
        milestone = _milestone(ends, today)
        if milestone is not None and not _is_told(state, Ending(secret, ends, milestone)):
            ending.append(Ending(secret, ends, milestone, state.is_day_assumed))
        if state.consent_day == ASSUMED:
            unsure.append(Unsure(secret, ends))
        if milestone is None and not missing and (state.told_consent or state.told_role):
            renewed.append(Renewed(secret, ends))
    return Consents(tuple(ending), tuple(lacking), tuple(renewed), awaiting, tuple(unsure), arrived)


def _awaiting(secrets: Iterable[Secret]) -> Iterator[Awaiting]:
    """Find what waits and was not told of: in a secret by its label, for an empty one by its state."""
    for secret in secrets:
        state = State.from_tags(secret.tags)
        is_held = state.status == HELD and secret.holder(CURRENT) is None
        what = secret.holder(WAITING) or (HELD if is_held else None)
        if what and what != state.told_waiting and secret.deleted_on is None:
            yield Awaiting(secret, what)


def _arrived(secrets: Iterable[Secret], rules: Rules) -> Iterator[Arrived]:
    """Find what came by a page and was not told of; while a rotation is still to decide on it, not yet."""
    for secret in secrets:
        state = State.from_tags(secret.tags)
        if state.arrived_at is None or state.arrived_at == state.told_arrived or secret.deleted_on:
            continue
        if secret.holder(CURRENT) and not secret.holder(OFFERED) and not secret.is_pending:
            lapses = rules.lapses and state.consented_on is not None and _consents(secret)
            ends = state.consented_on + CONSENT_LIFE if lapses and state.consented_on else None
            yield Arrived(secret, state.arrived_at, ends, state.status == OFFER_REFUSED)


def _consents(secret: Secret) -> bool:
    """Whether a seller has access by his consent; one without a value, or being deleted, has none."""
    is_shared = secret.tags.get(TAG_APPLICATION) == "shared"
    return is_shared and secret.holder(CURRENT) is not None and secret.deleted_on is None


def _milestone(ends: date, today: date) -> int | None:
    left = (ends - today).days
    if left < 0:
        return _OVER
    return min((days for days in MILESTONES if left <= days), default=None)


def _is_told(state: State, ending: Ending) -> bool:
    """Whether people know: of this milestone, or that the seller has to authorize again anyway."""
    return state.told_consent == ending.told or (state.status == REAUTHORIZE and state.told == REAUTHORIZE)


def _missing(consented: date, today: date, rules: Rules) -> list[tuple[str, date]]:
    """List the roles that came after a consent, the newest last; one of the same day is taken for included."""
    return sorted((role for role in rules.roles if consented < role[1] <= today), key=lambda role: role[1])
