"""What befalls consents over the years: they end, the application gains roles, sellers answer late; nobody unannounced.

The calendar's own day runs every morning, and dies or loses an answer as every process does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from local.amazon.roles import ROLES
from provisioning.calendar.consents import Rules
from provisioning.calendar.day import Day, Outlets
from provisioning.settings import DatedRole
from provisioning.state import PREFIX, State
from provisioning.store import CURRENT
from simulation.invariants import Invariant
from simulation.watch import credential_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from random import Random

    from local.amazon.records import Authorization
    from provisioning.calendar.notice import Notice
    from provisioning.roster import Row
    from simulation.secrets_manager import Held
    from simulation.world import World

_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
#: Lambda invokes a function that failed asynchronously twice more (aws.md 5.3).
_INVOCATIONS: Final = 3
#: How often a year the application gains a role, until it has them all.
_ROLES_A_YEAR: Final = 0.5
#: Roles that the application gains one after the other; none of them opens what a proof asks for.
LATER: Final = ("Brand Analytics", "Pricing", "Tax Invoicing", "Buyer Communication", "Professional Services")
#: People have to know of an end so long before, and of a role so soon after.
_AHEAD: Final = timedelta(days=7)
_SOON: Final = timedelta(days=3)
#: Of so many sellers one begins without a day of his consent.
_UNKNOWN_EVERY: Final = 8
#: A notice counts for the consent whose end lies so near; the one before it had another end a year earlier.
_SAME: Final = timedelta(days=120)


class Consents:
    """One world's consents; `count` tells what happened by name, `needs` says who is shown to people as in need."""

    def __init__(self, world: World, randomness: Random, intensity: float, needs: Callable[[str], bool]) -> None:
        self._world = world
        self._randomness = randomness
        self._intensity = intensity
        self._needs = needs
        self._waiting = list(LATER)
        self._told: dict[str, list[datetime]] = {}
        self._unsure: dict[str, list[datetime]] = {}
        self._roles: list[tuple[str, date]] = []
        self._lapsed: set[str] = set()
        self._gained: dict[str, datetime] = {}
        self.count: dict[str, int] = dict.fromkeys(
            (
                "roles the application gained",
                "consents that ended in use",
                "consents of an assumed day that ended in use",
                "consents whose day nobody knew",
                "notices to people",
            ),
            0,
        )
        world.amazon.registry.set_roles(world.shared.client_id, ROLES - set(LATER))

    def begin(self) -> None:
        """Let the mornings and the roles come."""
        self._world.clock.at(self._world.clock.now() + _DAY, self._morning)
        self._wait_for_role()

    def forget_days(self) -> None:
        """Leave some sellers without any day, as an application does that was private once."""
        for number, (row, held) in enumerate(self._sellers()):
            if number % _UNKNOWN_EVERY == _UNKNOWN_EVERY - 1 and held.version(CURRENT):
                held.tags |= State(consent_day="").to_tags() | {f"{PREFIX}consented": ""}
                self._world.note_consent(row, None)
                self.count["consents whose day nobody knew"] += 1

    def _wait_for_role(self) -> None:
        if self._waiting:
            after = _YEAR * self._randomness.expovariate(_ROLES_A_YEAR * self._intensity)
            self._world.clock.at(self._world.clock.now() + after, self._gain_role)

    def _gain_role(self) -> None:
        world, role = self._world, self._waiting.pop(0)
        today = world.clock.now().date()
        self.count["roles the application gained"] += 1
        self._roles.append((role, today))
        world.amazon.registry.set_roles(world.shared.client_id, ROLES - set(self._waiting))
        settings = world.fleet.settings
        gained = (*settings.consent.roles, DatedRole(name=role, since=today))
        consent = settings.consent.model_copy(update={"roles": gained})
        world.fleet = replace(world.fleet, settings=settings.model_copy(update={"consent": consent}))
        self._gained = {
            row.seller: world.clock.now()
            for row, held in self._sellers()
            # A role of the very day of a consent is taken for included.
            if (given := self._consent(held)) and given.consented_on.date() < today
        }
        self._wait_for_role()

    def _morning(self) -> None:
        """Run the calendar's day, then look who has lapsed, and who lacks a role that nobody was told of."""
        for _ in range(_INVOCATIONS):
            if self._world.process(self._world.app_secret, self._run):
                break
        for row, held in self._sellers():
            self._look(row, held)
        self._world.clock.at(self._world.clock.now() + _DAY, self._morning)

    def _run(self) -> None:
        store, _ = self._world.tools()
        rules = Rules(lapses=True, roles=tuple(self._roles))
        Day(self._world.fleet.base, store, Outlets(self._hear, lambda *_: None), rules).run(self._world.clock.now())

    def _hear(self, notice: Notice) -> None:
        """Note of whom people were told what, line by line, as they read it."""
        self.count["notices to people"] += 1
        self._world.watch.heard(self._world.app_secret, [notice.subject, notice.text])
        for line in notice.text.splitlines():
            seller, _, said = line.removeprefix("- ").partition(": ")
            if said.startswith(("ends on", "ended on")):
                self._told.setdefault(seller, []).append(self._world.clock.now())
            elif said.endswith("at the latest") or said.startswith("any day"):
                # It says as well that nobody knows which roles such a consent covers.
                self._unsure.setdefault(seller, []).append(self._world.clock.now())
                self._gained.pop(seller, None)
            elif any(role in said for role in LATER):
                self._gained.pop(seller, None)

    def _look(self, row: Row, held: Held) -> None:
        now, world = self._world.clock.now(), self._world
        gained = self._gained.get(row.seller)
        consent = self._consent(held)
        if gained and now - gained > _SOON:
            del self._gained[row.seller]
            has_them = consent and world.amazon.registry.application(world.shared.client_id).roles <= consent.roles
            if not has_them and not self._needs(row.seller):
                world.watch.report(Invariant.ANNOUNCED, held, "nobody was told of a new role")
        if consent is None or consent.revoked or consent.ends_on is None or consent.ends_on > now:
            return
        if consent.refresh_token in self._lapsed or row.application == "own":
            return
        self._lapsed.add(consent.refresh_token)
        self.count["consents that ended in use"] += 1
        self.count["consents of an assumed day that ended in use"] += State.from_tags(held.tags).is_day_assumed
        in_time = [
            told
            for told in self._told.get(row.seller, [])
            if consent.ends_on - _SAME <= told <= consent.ends_on - _AHEAD
        ]
        # Of a day that nobody knows people are told at once, and then may not count on any warning.
        in_time += [
            told
            for told in self._unsure.get(row.seller, [])
            if consent.consented_on <= told <= consent.ends_on - _AHEAD
        ]
        if not in_time and not self._needs(row.seller):
            world.watch.report(Invariant.ANNOUNCED, held, "a consent ended, and nobody was told a week before")

    def _consent(self, held: Held) -> Authorization | None:
        """Give the consent in use, as Amazon knows it."""
        current = credential_of(held.text(CURRENT))
        return self._world.amazon.registry.authorization(current.refresh_token) if current else None

    def _sellers(self) -> list[tuple[Row, Held]]:
        return [
            (row, held)
            for row, held in zip(self._world.fleet.sellers, self._world.held, strict=True)
            if row.application == "shared"
        ]
