"""What befalls the shared client secret over the years: asked for, told of, lost, leaked, made by hand."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from local.amazon.faults import Fault, FaultKind
from provisioning.application.tick import Metric
from provisioning.payload import App
from provisioning.state import State
from provisioning.store import CURRENT
from simulation.invariants import Invariant
from simulation.renewal import Renewal
from simulation.watch import credential_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from simulation.world import World

_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
#: The calendar asks when the known expiry is so near (`client_secret.ask_days`).
_AHEAD: Final = timedelta(days=60)
#: Whoever finds a leak while Amazon's answer is overdue ends the client secret in use at once, so often.
_CUTS_OFF: Final = 0.25
#: Whoever hands a client secret in types its end, so often.
_TYPES: Final = 0.5
#: So long after a change the schedule's turns look closely.
_CLOSELY: Final = timedelta(days=8)
#: One cycle in so many, nobody asks in time, and the client secret expires first (180 days, sp-api.md 5.2).
_OVERSLEPT: Final = 20
_LATE: Final = timedelta(days=190)

#: What goes wrong with a message, and how often a year for the fleet.
_MESSAGES: Final = {
    FaultKind.MESSAGE_LOST: 0.7,
    FaultKind.MESSAGE_TWICE: 0.7,
    FaultKind.MESSAGE_LATE: 0.7,
    FaultKind.MESSAGE_WRAPPED: 0.3,
    FaultKind.MESSAGE_MALFORMED: 0.3,
}
_LEAKS_A_YEAR: Final = 0.5
_BY_HAND_A_YEAR: Final = 0.5
_ASKED: Final = "client secrets that Amazon was asked for"
_BY_HAND: Final = "client secrets made by hand"
_LEAKED: Final = "client secrets that leaked"


class ClientSecrets:
    """One world's application, its vendor's people, and Amazon's messages; `count` tells what happened by name."""

    def __init__(self, world: World, randomness: Random, intensity: float) -> None:
        self._world = world
        self._randomness = randomness
        self._intensity = intensity
        self._renewal = Renewal(world)
        self._mending = False
        self._buried = 0
        self._oversleeps = False
        self._changed_at = world.clock.now()
        self._count = dict.fromkeys((_ASKED, _BY_HAND, _LEAKED), 0)

    @property
    def count(self) -> dict[str, int]:
        """What happened, by name; of messages those that were really spoilt, not those that were to be."""
        spoilt = self._world.amazon.notifying.spoilt
        return (
            self._count
            | {f"client secret: {kind.value}": spoilt[kind] for kind in _MESSAGES}
            | {"messages set aside for a person": len(self._renewal.dead)}
        )

    def begin(self) -> None:
        """Subscribe the queues, and let the years come."""
        self._renewal.subscribe()
        self._world.clock.at(self._world.clock.now() + _DAY, self._day)
        for kind, a_year in _MESSAGES.items():
            self._wait(a_year, partial(self._spoil, kind))
        self._wait(_LEAKS_A_YEAR, self._leak)
        self._wait(_BY_HAND_A_YEAR, partial(self._count_by_hand, self._by_hand))

    def _wait(self, a_year: float, happens: Callable[[], None]) -> None:
        def come() -> None:
            happens()
            self._wait(a_year, happens)

        after = _YEAR * self._randomness.expovariate(a_year * self._intensity)
        self._world.clock.at(self._world.clock.now() + after, come)

    def _day(self) -> None:
        """Let the calendar have its day, unless it is asleep in this cycle, and mend what the alarms tell of."""
        now = self._world.clock.now()
        changed_at = State.from_tags(self._world.app_secret.tags).changed_at
        if changed_at and changed_at > self._changed_at:
            self._changed_at, self._oversleeps = changed_at, self._randomness.randrange(_OVERSLEPT) == 0
        if not self._oversleeps:
            self._calendar()
        elif now - self._changed_at >= _LATE:
            self._oversleeps = False
            self._count_by_hand(self._from_console)
        self._mend()
        self._watch_ends()
        self._world.clock.at(now + _DAY, self._day)

    def _calendar(self) -> None:
        """Run the calendar's own part; what it asks for, or could not tell whether it did, the turns look after."""
        renewed = self._renewal.day(_AHEAD)
        if renewed and renewed.outcome == "asked":
            self._count[_ASKED] += 1
            self._renewal.keep_ticking(_CLOSELY)
        elif renewed is None or renewed.outcome != "not due":
            self._renewal.keep_ticking(_DAY)

    def _mend(self) -> None:
        """See to an alarm: no message came, one could not be read, or Amazon refuses what came."""
        numbers, buried = self._renewal.numbers, len(self._renewal.dead)
        rings = numbers.get(Metric.UNANSWERED) or numbers.get(Metric.REFUSED) or buried > self._buried
        if rings and not self._mending:
            self._mending, self._buried = True, buried
            after = timedelta(hours=self._randomness.uniform(2, 30))
            self._world.clock.at(self._world.clock.now() + after, partial(self._count_by_hand, self._from_console))

    def _spoil(self, kind: FaultKind) -> None:
        later = self._randomness.choice([60.0, 7_200.0, 2 * 86_400.0])
        self._world.amazon.faults.put(Fault(kind, answers=1, seconds=later))

    def _leak(self) -> None:
        """Do what the runbook says of a leak: ask, or hand in what an overdue answer would have brought."""
        self._count[_LEAKED] += 1
        done = self._renewal.ask("on call", leaked=True)
        if not done and self._randomness.random() < _CUTS_OFF:
            done = self._renewal.ask("on call", leaked=True, cut_off=True)
        if done:
            self._count[_ASKED] += 1
        else:
            self._count_by_hand(self._from_console)
        self._renewal.keep_ticking(_CLOSELY)

    def _count_by_hand(self, act: Callable[[], None]) -> None:
        self._count[_BY_HAND] += 1
        act()

    def _from_console(self) -> None:
        """Hand in what Amazon's console shows, or make one there if that is the one in use."""
        app = App(self._world.shared.client_id, self._shown)
        if self._world.app_secret.text(CURRENT) == app.to_json():
            self._by_hand()
        else:
            self._hand_in(app)

    def _by_hand(self) -> None:
        """Make a client secret in Amazon's console, and hand it in within three days."""
        new = self._world.amazon.notifying.replace(self._world.shared.client_id, tell=False)
        app = App(self._world.shared.client_id, new.value)
        after = timedelta(hours=self._randomness.uniform(0.1, 72))
        self._world.clock.at(self._world.clock.now() + after, lambda: self._hand_in(app))

    @property
    def _shown(self) -> str:
        """The client secret that Amazon's console shows: the newest."""
        return self._world.amazon.registry.application(self._world.shared.client_id).secrets[0].value

    def _hand_in(self, app: App, tries: int = 20) -> None:
        """Run `app set`, again if it did not get through, for as long as Amazon has made none after it."""
        newest = self._world.amazon.registry.application(app.client_id).secrets[0]
        if app.client_secret != newest.value or self._world.app_secret.text(CURRENT) == app.to_json() or not tries:
            self._mending = False
            return
        types_its_end = self._randomness.random() < _TYPES
        self._renewal.hand_in(app, newest.expires_on.date() if types_its_end else None)
        self._renewal.keep_ticking(_CLOSELY)
        later = self._world.clock.now() + timedelta(hours=6)
        self._world.clock.at(later, lambda: self._hand_in(app, tries - 1))

    def _watch_ends(self) -> None:
        """Look, at the end of each client secret that was replaced, whether anybody still uses it."""
        now = self._world.clock.now()
        for secret in self._world.amazon.registry.application(self._world.shared.client_id).secrets:
            if secret.dies_on and now <= secret.dies_on < now + _DAY:
                self._world.clock.at(secret.dies_on, partial(self._ended, secret.value))

    def _ended(self, value: str) -> None:
        for held in self._world.held:
            found = credential_of(held.text(CURRENT))
            state = State.from_tags(held.tags)
            if found is None or found.client_secret != value or not held.enabled or state.is_refused:
                continue
            if self._world.amazon.is_live(found.refresh_token):
                self._world.watch.report(Invariant.FOLLOWS, held, "still composed with the client secret that ended")
