"""One day's look at a fleet: nominate from the list, decide on what DescribeSecret says, write, tell, count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning.calendar.notice import notice
from provisioning.marking import look, mark
from provisioning.state import REAUTHORIZE, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.calendar.notice import Notice
    from provisioning.fleet_health import Findings
    from provisioning.store import Store


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what was found goes: `publish` sends a notice, `count` keeps the number of overdue sellers at a time."""

    publish: Callable[[Notice], None]
    count: Callable[[int, datetime], None]


class Day:
    """Looks at the fleet of a base stack; a run that ended half-way is made good by the next.

    The mark comes before the notice and the note that people were told after it, so a crash repeats a notice and never
    loses one.
    """

    def __init__(self, base: str, store: Store, outlets: Outlets) -> None:
        self._base = base
        self._store = store
        self._outlets = outlets

    def run(self, now: datetime) -> Findings:
        """Do the day's work; raises the store's errors and those of the outlets."""
        found = look(self._store, self._base, now)
        self._outlets.count(len(found.overdue), now)
        mark(self._store, found)
        news = notice(self._base, found)
        if news:
            self._outlets.publish(news)
        for secret in found.reauthorize:
            self._store.tag(secret.arn, State(told=REAUTHORIZE).to_tags())
        for secret in found.recovered:
            self._store.tag(secret.arn, State(told="").to_tags())
        return found
