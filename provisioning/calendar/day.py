"""One day's look at a fleet: nominate from the list, decide on what DescribeSecret says, write, tell, count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Final

from provisioning.calendar.consents import Consents, Rules, examine_consents
from provisioning.calendar.notice import notice
from provisioning.fleet_health import examine
from provisioning.marking import described, mark
from provisioning.naming import TAG_PAUSED, seller_secret_prefix
from provisioning.state import REAUTHORIZE, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.calendar.notice import Notice
    from provisioning.fleet_health import Findings
    from provisioning.store import Secret, Store

_NO_CONSENTS: Final = Rules()


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what was found goes: `publish` sends a notice, `count` keeps the number of overdue sellers at a time."""

    publish: Callable[[Notice], None]
    count: Callable[[int, datetime], None]


class Day:
    """Looks at the fleet of a base stack; a run that ended half-way is made good by the next.

    Of who is paused nothing is said, counted or noted: once he is not, what is still so is news.

    The mark comes before the notice and the note that people were told after it, so a crash repeats a notice and never
    loses one.
    """

    def __init__(self, base: str, store: Store, outlets: Outlets, rules: Rules = _NO_CONSENTS) -> None:
        self._base = base
        self._store = store
        self._outlets = outlets
        self._rules = rules

    def run(self, now: datetime) -> Findings:
        """Do the day's work; raises the store's errors and those of the outlets."""
        found, consents = self._look(now)
        self._outlets.count(len(found.overdue), now)
        mark(self._store, found)
        news = notice(self._base, found, consents)
        if news:
            self._outlets.publish(news)
        for secret in found.reauthorize:
            self._store.tag(secret.arn, State(told=REAUTHORIZE).to_tags())
        for secret in found.recovered:
            self._store.tag(secret.arn, State(told="").to_tags())
        for secret, note in consents.notes():
            self._store.tag(secret.arn, note.to_tags())
        return found

    def _look(self, now: datetime) -> tuple[Findings, Consents]:
        """List the fleet once, and describe whom either look nominates (aws.md 2.8)."""
        listed = list(self._store.list(seller_secret_prefix(self._base)))
        found, consents = self._examine(listed, now)
        if nominated := found.nominated | consents.nominated:
            fleet = described(self._store, listed, nominated)
            return self._examine(fleet, now)
        return found, consents

    def _examine(self, fleet: list[Secret], now: datetime) -> tuple[Findings, Consents]:
        """Look at everybody, for who is paused is rotated as well and tells of an outage; pass on who is not."""
        found, active = examine(fleet, now), [secret for secret in fleet if TAG_PAUSED not in secret.tags]
        awake = replace(
            found,
            reauthorize=_active(found.reauthorize),
            recovered=_active(found.recovered),
            overdue=_active(found.overdue),
        )
        return awake, examine_consents(active, now.astimezone(UTC).date(), self._rules)


def _active(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    return tuple(secret for secret in secrets if TAG_PAUSED not in secret.tags)
