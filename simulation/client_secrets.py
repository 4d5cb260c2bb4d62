"""What befalls the shared client secret over the years: asked for, told of, lost, leaked, made by hand."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from local.amazon.faults import Fault, FaultKind
from provisioning.application.lives import known
from provisioning.application.tick import Metric
from provisioning.payload import App
from provisioning.state import State
from provisioning.store import CURRENT, Store
from simulation.client import client
from simulation.invariants import Invariant
from simulation.line import Line
from simulation.renewal import Renewal
from simulation.watch import credential_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from simulation.world import World

_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
#: The calendar asks when the known expiry is so near.
_AHEAD: Final = timedelta(days=60)
#: After so long without a known expiry somebody on call asks: the notice never came.
_UNKNOWN: Final = timedelta(days=130)
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


class ClientSecrets:
    """One world's application, its vendor's people, and Amazon's messages; `count` tells what happened by name."""

    def __init__(self, world: World, randomness: Random, intensity: float) -> None:
        self._world = world
        self._randomness = randomness
        self._intensity = intensity
        self._store = Store(client(world.secrets, world.driver, Line()), clock=world.clock.now)
        self._renewal = Renewal(world)
        self._mending = False
        self._buried = 0
        self._oversleeps = False
        self._changed_at = world.clock.now()
        self.count: dict[str, int] = dict.fromkeys(
            ("client secrets that Amazon was asked for", "client secrets made by hand", "client secrets that leaked"), 0
        ) | {f"client secret: {kind.value}": 0 for kind in _MESSAGES}

    def begin(self) -> None:
        """Subscribe the queues, and let the years come."""
        self._renewal.subscribe()
        self._world.clock.at(self._world.clock.now() + _DAY, self._day)
        for kind, a_year in _MESSAGES.items():
            self._wait(a_year, f"client secret: {kind.value}", partial(self._spoil, kind))
        self._wait(_LEAKS_A_YEAR, "client secrets that leaked", self._leak)
        self._wait(_BY_HAND_A_YEAR, "client secrets made by hand", self._by_hand)

    def _wait(self, a_year: float, name: str, happens: Callable[[], None]) -> None:
        def come() -> None:
            self.count[name] += 1
            happens()
            self._wait(a_year, name, happens)

        after = _YEAR * self._randomness.expovariate(a_year * self._intensity)
        self._world.clock.at(self._world.clock.now() + after, come)

    def _day(self) -> None:
        """Ask if it is time, and mend what the alarms tell of."""
        now = self._world.clock.now()
        secret = self._store.describe(self._world.app_secret.arn)
        changed_at = State.from_tags(secret.tags).changed_at
        if changed_at and changed_at > self._changed_at:
            self._changed_at, self._oversleeps = changed_at, self._randomness.randrange(_OVERSLEPT) == 0
        life, age = known(secret), now - self._changed_at
        is_time = life.expires_at - now <= _AHEAD if life else age >= _UNKNOWN
        if self._oversleeps:
            if age >= _LATE:
                self._oversleeps = False
                self.count["client secrets made by hand"] += 1
                self._by_hand()
        elif is_time and self._renewal.ask("the calendar"):
            self.count["client secrets that Amazon was asked for"] += 1
            self._renewal.keep_ticking(_CLOSELY)
        elif is_time:
            # What became of a request whose answer was lost, the turns tell.
            self._renewal.keep_ticking(_DAY)
        self._mend()
        self._watch_ends()
        self._world.clock.at(now + _DAY, self._day)

    def _mend(self) -> None:
        """See to an alarm: no message came, one could not be read, or Amazon refuses what came."""
        numbers, buried = self._renewal.numbers, len(self._renewal.dead)
        rings = numbers.get(Metric.UNANSWERED) or numbers.get(Metric.REFUSED) or buried > self._buried
        if rings and not self._mending:
            self._mending, self._buried = True, buried
            self.count["client secrets made by hand"] += 1
            after = timedelta(hours=self._randomness.uniform(2, 30))
            self._world.clock.at(self._world.clock.now() + after, self._by_hand)

    def _spoil(self, kind: FaultKind) -> None:
        later = self._randomness.choice([60.0, 7_200.0, 2 * 86_400.0])
        self._world.amazon.faults.put(Fault(kind, answers=1, seconds=later))

    def _leak(self) -> None:
        if self._renewal.ask("on call", leaked=True):
            self.count["client secrets that Amazon was asked for"] += 1
        self._renewal.keep_ticking(_CLOSELY)

    def _by_hand(self) -> None:
        """Make a client secret in Amazon's console, and hand it in within three days."""
        new = self._world.amazon.notifying.replace(self._world.shared.client_id, tell=False)
        app = App(self._world.shared.client_id, new.value)
        after = timedelta(hours=self._randomness.uniform(0.1, 72))
        self._world.clock.at(self._world.clock.now() + after, lambda: self._hand_in(app))

    def _hand_in(self, app: App, tries: int = 20) -> None:
        """Put it on offer, again if that did not get through, for as long as Amazon has made none after it."""
        newest = self._world.amazon.registry.application(app.client_id).secrets[0].value
        if app.client_secret != newest or self._world.app_secret.text(CURRENT) == app.to_json() or not tries:
            self._mending = False
            return
        self._renewal.offer(app)
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
