"""What is wrong with a fleet, decided over all of it: who has to authorize again, who recovered, what is overdue.

Pure functions over what ListSecrets and DescribeSecret tell. One refusal says little: Amazon has refused whole fleets
for hours (sp-api.md 2, docs#3153), and no bad day may mark every seller. Standard library and our own words only: this
module ships in a function's zip.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from provisioning.causes import INVALID_CLIENT, Fault, find_cause
from provisioning.naming import TAG_APPLICATION
from provisioning.state import ACTIVE, REAUTHORIZE, REFUSED, State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provisioning.store import Secret

#: How far apart two refusals have to be before a seller is asked to act.
APART: Final = timedelta(hours=24)
#: How long ago an outage may be for nobody to be marked: as long as between two looks of the calendar function.
RECENT: Final = timedelta(hours=24)
#: How late a rotation may be: its window lasts to the end of a UTC day at most (aws.md 2.9), then AWS tries again.
SLACK: Final = timedelta(days=2)

_HOUR: Final = timedelta(hours=1)
#: With fewer, "most of the fleet" is a seller or two, and says nothing about Amazon.
_FEWEST: Final = 3
_RATE: Final = re.compile(r"rate\((\d+) (hour|day)s?\)")


@dataclass(frozen=True, slots=True)
class Outage:
    """An hour from `began` in which Amazon refused most of the fleet: `refused` of `fleet`, mostly for `cause`.

    `cause` is a code of causes.py; None once every seller it hit works again.
    """

    began: datetime
    refused: int
    fleet: int
    cause: str | None

    @property
    def sentence(self) -> str:
        """Say it to a person, without a full stop."""
        why = f"mostly because {find_cause(self.cause).words}" if self.cause else "and it is over: they all work again"
        when = f"in the hour from {self.began:%Y-%m-%d %H:%M} UTC"
        return f"Amazon refused {self.refused} of {self.fleet} sellers {when}, {why}"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at a fleet found.

    `reauthorize`: sellers that have to authorize again and were not announced; `recovered`: those that were, and work
    again; `overdue`: those whose last success is older than interval and slack. `outage` is the worst hour of the last
    day, None where there was none.
    """

    reauthorize: tuple[Secret, ...] = ()
    recovered: tuple[Secret, ...] = ()
    overdue: tuple[Secret, ...] = ()
    outage: Outage | None = None

    @property
    def nominated(self) -> frozenset[str]:
        """The ARNs of the secrets of which something would be said or written."""
        return frozenset(secret.arn for secret in (*self.reauthorize, *self.recovered, *self.overdue))


class _Seller(NamedTuple):
    secret: Secret
    state: State


def examine(secrets: Iterable[Secret], now: datetime) -> Findings:
    """Look at all sellers' secrets of a fleet; one without a value, or being deleted, does not belong to it."""
    fleet = [
        _Seller(secret, State.from_tags(secret.tags))
        for secret in secrets
        if secret.holder(CURRENT) and secret.deleted_on is None
    ]
    hours = _bad_hours([seller.state for seller in fleet])
    lately = [hour for hour in hours if hour[0] + RECENT >= now]
    worst = max(lately, key=itemgetter(1), default=None)
    return Findings(
        reauthorize=tuple(
            seller.secret
            for seller in fleet
            if _is_unannounced(seller.state) or (not lately and _has_to_act(seller, hours))
        ),
        recovered=tuple(
            seller.secret for seller in fleet if seller.state.status == ACTIVE and seller.state.told == REAUTHORIZE
        ),
        overdue=tuple(seller.secret for seller in fleet if is_overdue(seller.secret, now)),
        outage=_outage(worst[0], [seller.state for seller in fleet]) if worst else None,
    )


def is_overdue(secret: Secret, now: datetime) -> bool:
    """Whether no rotation has succeeded in interval and slack; of who has to authorize again people know already.

    Of a cron only AWS knows the turns: NextRotationDate stays in the past while a rotation fails (aws.md 2.5).
    """
    state = State.from_tags(secret.tags)
    if not secret.rotation_enabled or state.status == REAUTHORIZE:
        return False
    rate = _RATE.fullmatch(secret.schedule or "")
    due = secret.next_rotation
    # A seller who was never rotated with success counts from the proof that let his credential in.
    if rate and (last := secret.last_rotated or state.proven_at):
        due = last + timedelta(**{f"{rate[2]}s": int(rate[1])})
    return due is not None and due + SLACK < now


def _has_to_act(seller: _Seller, hours: Sequence[tuple[datetime, int]]) -> bool:
    """Whether a seller was refused twice, a day apart, for what only he can mend, and not together with the fleet."""
    state = seller.state
    first, last = state.refused_since, state.refused_at
    if state.status != REFUSED or not state.is_refused or first is None or last is None:
        return False
    is_alone = not any(_lies_in(moment, hours) for moment in (first, last))
    return last - first >= APART and is_alone and _is_sellers(seller.secret, state.cause or "")


def _is_sellers(secret: Secret, cause: str) -> bool:
    """Whether the seller can mend it: his consent, or the client secret of an application that is his own."""
    own = secret.tags.get(TAG_APPLICATION) == "own"
    return find_cause(cause).fault is Fault.SELLER or (own and cause == INVALID_CLIENT.code)


def _is_unannounced(state: State) -> bool:
    """Whether a run that marked a seller ended before people were told."""
    return state.status == REAUTHORIZE and state.told != REAUTHORIZE


def _bad_hours(states: Sequence[State]) -> list[tuple[datetime, int]]:
    """Find the hours in which most of the fleet was refused: when each began, and how many sellers it hit.

    Of each seller the first and the last refusal are known, also once he was proven again.
    """
    refusals = sorted((moment, number) for number, state in enumerate(states) for moment in _moments(state))
    hours, within, end = [], Counter[int](), 0
    for began, seller in refusals:
        while end < len(refusals) and refusals[end][0] <= began + _HOUR:
            within[refusals[end][1]] += 1
            end += 1
        if len(within) >= _FEWEST and 2 * len(within) > len(states):
            hours.append((began, len(within)))
        within[seller] -= 1
        if not within[seller]:
            del within[seller]
    return hours


def _lies_in(moment: datetime, hours: Sequence[tuple[datetime, int]]) -> bool:
    """Whether one of the hours, sorted by their beginning, holds the moment."""
    before = bisect_right(hours, moment, key=itemgetter(0))
    return before > 0 and moment - hours[before - 1][0] <= _HOUR


def _outage(began: datetime, states: Sequence[State]) -> Outage:
    hit = [state for state in states if any(began <= moment <= began + _HOUR for moment in _moments(state))]
    # A seller that works again has no cause any more.
    causes = Counter(state.cause for state in hit if state.cause)
    return Outage(began, len(hit), len(states), causes.most_common(1)[0][0] if causes else None)


def _moments(state: State) -> set[datetime]:
    return {moment for moment in (state.refused_since, state.refused_at) if moment}
