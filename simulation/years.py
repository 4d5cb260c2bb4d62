"""A stack of a fleet through its years: onboarded once, then rotated, renewed, troubled, and looked at every week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from provisioning.store import Store
from simulation.checkup import Checkup
from simulation.client import client
from simulation.client_secrets import ClientSecrets
from simulation.consents import Consents
from simulation.line import Line
from simulation.people import People
from simulation.troubles import Troubles
from simulation.world import Product, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulation.invariants import Broken

START: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
_YEAR: Final = timedelta(days=365)
_WEEK: Final = timedelta(days=7)
#: A seller's own client secret is replaced about here.
_REPLACED: Final = (120, 170)


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened to one stack. `rotations` succeeded out of `attempts`; `disturbances` struck a call."""

    rotations: int
    attempts: int
    calls: int
    disturbances: int
    lost: int
    troubles: Mapping[str, int]
    broken: tuple[Broken, ...]


class Years:
    """One stack of `sellers`; `stack` tells several of one fleet apart, whose application has the same calendar.

    Troubles come `intensity` times as often as usual.
    """

    def __init__(
        self, seed: int, sellers: int, stack: int = 0, *, product: Product | None = None, intensity: float = 1.0
    ) -> None:
        self.world = World(f"{seed}/{stack}", sellers, START, product)
        self._application = Random(f"{seed}/application")  # noqa: S311 - to be repeated, not to be unguessable
        self._troubles = Troubles(self.world, self.world.randomness, intensity)
        self._client_secrets = ClientSecrets(self.world, self._application, intensity)
        self._checkup = Checkup(self.world)
        quiet = client(self.world.secrets, self.world.driver, Line())
        self._people = People(self.world, self.world.randomness, Store(quiet, clock=self.world.clock.now))
        roles = Random(f"{seed}/roles")  # noqa: S311 - as above
        self._consents = Consents(self.world, roles, intensity, self._people.needs)

    def live(self, years: float, seen_enough: Callable[[Sequence[Broken]], bool] = lambda _: False) -> Tally:
        """Live through `years`, or until a week in which what has broken is enough, and tell."""
        clock = self.world.clock
        self.world.set_app()
        for row in self.world.fleet.sellers:
            self._people.ask(row)
        self._people.work()
        self._consents.forget_days()
        self._troubles.begin()
        self._client_secrets.begin()
        self._consents.begin()
        for row in self.world.fleet.sellers:
            if row.application == "own":
                self._wait_for_own(row.seller)
        end = START + _YEAR * years
        while clock.now() < end and not seen_enough(self.world.watch.broken):
            clock.advance(_WEEK)
            self._look()
        return self._tally()

    def _look(self) -> None:
        self._people.look()
        self._people.work()
        for row, held in zip(self.world.fleet.sellers, self.world.held, strict=True):
            self._checkup.look(held, self._people.conditions.get(row.seller))

    def _wait_for_own(self, seller: str) -> None:
        days = self.world.randomness.randint(*_REPLACED)
        self.world.clock.at(self.world.clock.now() + timedelta(days=days), lambda: self._renew_own(seller))

    def _renew_own(self, seller: str) -> None:
        row = next(row for row in self.world.fleet.sellers if row.seller == seller)
        token = self.world.watch.newest(self.world.secrets.find(self.world.fleet.secret_of(seller)))
        if token:
            self._people.renew_own(row, token)
        self._wait_for_own(seller)

    @property
    def _came(self) -> dict[str, int]:
        return self._people.count | self._people.pages.count

    def _tally(self) -> Tally:
        world = self.world
        return Tally(
            rotations=world.driver.successes,
            attempts=world.driver.attempts,
            calls=world.line.calls,
            disturbances=world.line.disturbances,
            lost=world.watch.lost,
            troubles=self._troubles.count | self._client_secrets.count | self._consents.count | self._came,
            broken=tuple(world.watch.broken),
        )
