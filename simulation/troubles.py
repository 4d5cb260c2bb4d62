"""What goes wrong in a simulated year, and how often; every draw comes from the world's own randomness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from local.amazon.faults import Fault, FaultKind
from local.aws.rotation import STEPS
from simulation.line import Disturbance

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from provisioning.roster import Row
    from simulation.secrets_manager import Held
    from simulation.world import World

_YEAR: Final = timedelta(days=365)
#: How many processes in a thousand die, lose an answer or are put off at one of their first calls.
_DISTURBED: Final = 12
_FIRST_CALLS: Final = 8


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble: how often a year for each seller, or for the fleet, and what happens.

    One `in_test` waits for the seller's next testSecret, which nothing that happens between two steps could hit.
    """

    name: str
    a_year: float
    happens: Callable[[World, Row, Random], None]
    to_fleet: bool = False
    in_test: bool = False


class Troubles:
    """Befalls one world, `intensity` times as often as usual; `count` tells how many there were by name."""

    def __init__(self, world: World, randomness: Random, intensity: float) -> None:
        self._world = world
        self._randomness = randomness
        self._intensity = intensity
        self._in_test: dict[str, tuple[Trouble, Row]] = {}
        self.count: dict[str, int] = dict.fromkeys((trouble.name for trouble in TROUBLES), 0)

    def begin(self) -> None:
        """Let the troubles of all years come, each at its own moment."""
        self._world.befall = self._strike
        for trouble in TROUBLES:
            self._wait(trouble)

    def _wait(self, trouble: Trouble) -> None:
        times = trouble.a_year * self._intensity * (1 if trouble.to_fleet else len(self._world.fleet.sellers))
        self._world.clock.at(
            self._world.clock.now() + _YEAR * self._randomness.expovariate(times), lambda: self._happen(trouble)
        )

    def _happen(self, trouble: Trouble) -> None:
        self.count[trouble.name] += 1
        row = self._randomness.choice(self._world.fleet.sellers)
        if trouble.in_test:
            self._in_test[self._world.fleet.secret_of(row.seller)] = trouble, row
        else:
            trouble.happens(self._world, row, self._randomness)
        self._wait(trouble)

    def _strike(self, held: Held, step: str) -> None:
        if step == "testSecret" and held.name in self._in_test:
            trouble, row = self._in_test.pop(held.name)
            trouble.happens(self._world, row, self._randomness)
        if self._randomness.randrange(1000) < _DISTURBED:
            how = self._randomness.choice(list(Disturbance))
            self._world.line.disturb(how, self._randomness.randint(1, _FIRST_CALLS))


def _revoke(world: World, row: Row, _: Random) -> None:
    world.amazon.registry.revoke(row.selling_partner_id)


def _authorize(world: World, row: Row, _: Random) -> None:
    # A seller who authorizes once more, for whatever reason, and tells nobody.
    world.authorize(row)


def _change_token(world: World, row: Row, randomness: Random) -> None:
    old_lives = randomness.choice([0.0, 10 * 86400.0, None])
    _fault(world, row, FaultKind.NEW_REFRESH_TOKEN, answers=1, seconds=old_lives)


def _leave_token_out(world: World, row: Row, randomness: Random) -> None:
    _fault(world, row, FaultKind.NO_REFRESH_TOKEN, answers=randomness.randint(1, 3))


def _stumble(world: World, row: Row, randomness: Random) -> None:
    kind = randomness.choice([FaultKind.RESET, FaultKind.LOST, FaultKind.HTML, FaultKind.THROTTLED, FaultKind.OUTAGE])
    _fault(world, row, kind, answers=randomness.randint(1, 9))


def _refuse(world: World, row: Row, randomness: Random) -> None:
    kind = randomness.choice([FaultKind.MISSING_ROLE, FaultKind.WRONG_CLIENT, FaultKind.REVOKED_403])
    _fault(world, row, kind, answers=randomness.randint(1, 3))


def _stray(world: World, row: Row, randomness: Random) -> None:
    other = randomness.choice(world.fleet.sellers)
    if other is not row and other.application == row.application == "shared":
        world.stray_offer(row, other)


def _come_late(world: World, row: Row, randomness: Random) -> None:
    world.late_step(row, randomness.choice(STEPS))


def _outage(world: World, _: Row, randomness: Random) -> None:
    kind = randomness.choice([FaultKind.OUTAGE, FaultKind.OUTAGE, FaultKind.MISSING_ROLE])
    fault = Fault(kind)
    world.amazon.faults.put(fault)
    # Only this one: a message that is to go wrong still is.
    ends = world.clock.now() + timedelta(hours=randomness.uniform(0.1, 18))
    world.clock.at(ends, lambda: world.amazon.faults.end(fault))


def _fault(world: World, row: Row, kind: FaultKind, *, answers: int, seconds: float | None = None) -> None:
    partner = row.selling_partner_id
    world.amazon.faults.put(Fault(kind, selling_partner_id=partner, answers=answers, seconds=seconds))


TROUBLES: Final = (
    Trouble("a seller takes the consent back", 0.1, _revoke),
    Trouble("a seller authorizes once more", 0.1, _authorize),
    Trouble("Amazon changes a refresh token", 0.4, _change_token),
    Trouble("Amazon changes a refresh token in a test", 0.2, _change_token, in_test=True),
    Trouble("Amazon refuses a good credential in a test", 0.1, _refuse, in_test=True),
    Trouble("Amazon leaves the refresh token out", 0.4, _leave_token_out),
    Trouble("Amazon stumbles over one seller", 1.0, _stumble),
    Trouble("Amazon refuses a good credential", 0.2, _refuse),
    Trouble("another seller's token is offered", 0.05, _stray),
    Trouble("a step comes late", 0.3, _come_late),
    Trouble("Amazon is out, or refuses everybody", 6.0, _outage, to_fleet=True),
)
