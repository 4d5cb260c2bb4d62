"""Random operators, schedules, offers, faults, crashes and clock jumps, as hypothesis thinks of them.

What may follow on what is a model of its own, small enough to be read beside aws.md 2.2 and 2.7; the invariants are
the simulation's.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from local.amazon.faults import Fault, FaultKind
from local.aws.rotation import STEPS
from local.aws.secrets.versions import CURRENT, PENDING, holder
from simulation.checkup import Checkup
from simulation.line import Disturbance
from simulation.secrets_manager import Held, Watcher
from simulation.world import World
from simulation.years import START

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.aws.secrets.versions import Version
    from provisioning.credentials import HandedIn

SELLERS = 8
NUMBERS = st.integers(0, SELLERS - 1)


class Phase(StrEnum):
    """What a secret's labels and values say (aws.md 2.7)."""

    EMPTY = "no value"
    AT_REST = "AWSCURRENT, nothing pending"
    BEGUN = "AWSPENDING on an empty version"
    COMPOSED = "AWSPENDING on a version with a value"


#: What may follow on what (aws.md 2.2): only finishing moves AWSCURRENT, and only onto what was composed.
STAYS = frozenset(
    {
        (Phase.EMPTY, Phase.EMPTY),
        (Phase.AT_REST, Phase.AT_REST),
        (Phase.AT_REST, Phase.BEGUN),  # RotateSecret, or the schedule
        (Phase.AT_REST, Phase.COMPOSED),  # a trial that sees a copy of AWSCURRENT (aws.md 2.4)
        (Phase.BEGUN, Phase.BEGUN),
        (Phase.BEGUN, Phase.COMPOSED),  # createSecret
        (Phase.BEGUN, Phase.AT_REST),  # a trial's end, or refused in createSecret
        (Phase.COMPOSED, Phase.COMPOSED),
        (Phase.COMPOSED, Phase.AT_REST),  # refused in testSecret
    }
)
MOVES = frozenset({(Phase.EMPTY, Phase.AT_REST), (Phase.COMPOSED, Phase.AT_REST)})  # a first value; finishSecret


def phase(versions: Mapping[str, Version]) -> Phase:
    """Tell a secret's phase."""
    current, pending = holder(versions, CURRENT), holder(versions, PENDING)
    if current is None:
        return Phase.EMPTY
    if pending is None or pending.id == current.id:
        return Phase.AT_REST
    return Phase.BEGUN if pending.value is None else Phase.COMPOSED


class Lifecycle(Watcher):
    """Sees each change after the simulation's watch, and notes one that may not follow."""

    def __init__(self, inner: Watcher, app: Held) -> None:
        self.wrong: list[str] = []
        self._inner = inner
        self._app = app

    def changed(self, held: Held, before: Mapping[str, Version]) -> None:
        """Hold one change against the model."""
        self._inner.changed(held, before)
        was, now = phase(before), phase(held.versions)
        old, new = holder(before, CURRENT), holder(held.versions, CURRENT)
        allowed = STAYS if (old and old.id) == (new and new.id) else MOVES
        pending = holder(before, PENDING)
        is_other = allowed is MOVES and was is Phase.COMPOSED and pending and new and pending.id != new.id
        if held is not self._app and ((was, now) not in allowed or is_other):
            self.wrong.append(f"{held.name}: {was.value}, then {now.value}")

    def tagged(self, held: Held, tags: Mapping[str, str]) -> None:
        """Pass on."""
        self._inner.tagged(held, tags)

    def abandoned(self, held: Held, token: str) -> None:
        """Pass on."""
        self._inner.abandoned(held, token)


class Fleet(RuleBasedStateMachine):
    """A fleet of eight sellers, seven of the shared application; anything may happen, in any order."""

    world: World

    @initialize(seed=st.integers(0, 999))
    def declare(self, seed: int) -> None:
        """Declare the fleet, and set the application."""
        self.world = World(f"model/{seed}", SELLERS, START)
        self.lifecycle = Lifecycle(self.world.watch, self.world.app_secret)
        self.world.secrets.watcher = self.lifecycle
        self.checkup = Checkup(self.world)
        self.drawer: dict[str, list[HandedIn]] = {}
        self.world.set_app()

    @rule(number=NUMBERS)
    def onboard(self, number: int) -> None:
        """A seller authorizes, and an operator hands the token in."""
        row = self.world.fleet.sellers[number]
        handed_in = self.world.authorize(row)
        self.drawer.setdefault(row.seller, []).append(handed_in)
        self.world.onboard([handed_in])

    @rule(number=NUMBERS, which=st.integers(0, 3))
    def onboard_again(self, number: int, which: int) -> None:
        """An operator hands an earlier token in once more, be it the newest or not."""
        row = self.world.fleet.sellers[number]
        if drawer := self.drawer.get(row.seller):
            self.world.onboard([self.world.hand_in(row, drawer[which % len(drawer)].refresh_token)])

    @rule(number=NUMBERS)
    def rotate(self, number: int) -> None:
        """Somebody on call starts a rotation."""
        if self.world.held[number].version(CURRENT):
            self.world.rotate(self.world.fleet.sellers[number])

    @rule(number=NUMBERS, step=st.sampled_from(STEPS))
    def late_step(self, number: int, step: str) -> None:
        """A step comes late."""
        self.world.late_step(self.world.fleet.sellers[number], step)

    @rule(number=NUMBERS, other=NUMBERS)
    def stray_offer(self, number: int, other: int) -> None:
        """Another seller's token is offered."""
        row, theirs = self.world.fleet.sellers[number], self.world.fleet.sellers[other]
        if row is not theirs and row.application == theirs.application == "shared":
            self.world.stray_offer(row, theirs)

    @rule(number=NUMBERS)
    def revoke(self, number: int) -> None:
        """A seller takes the consent back."""
        self.world.amazon.registry.revoke(self.world.fleet.sellers[number].selling_partner_id)

    @rule(
        number=NUMBERS,
        kind=st.sampled_from(list(FaultKind)),
        answers=st.integers(1, 7),
        seconds=st.sampled_from([0.0, 86400.0 * 10, None]),
    )
    def fault(self, number: int, kind: FaultKind, answers: int, seconds: float | None) -> None:
        """Amazon makes trouble for one seller."""
        partner = self.world.fleet.sellers[number].selling_partner_id
        if kind is FaultKind.NEW_REFRESH_TOKEN:
            answers = 1
        seconds = seconds if kind is FaultKind.NEW_REFRESH_TOKEN else 0.0
        self.world.amazon.faults.put(Fault(kind, selling_partner_id=partner, answers=answers, seconds=seconds))

    @rule()
    def mend(self) -> None:
        """Every fault ends."""
        self.world.amazon.faults.clear()

    @rule(how=st.sampled_from(list(Disturbance)), call=st.integers(1, 20))
    def disturb(self, how: Disturbance, call: int) -> None:
        """One of the next calls is the last of its process, or goes wrong."""
        self.world.line.disturb(how, call)

    @rule()
    def replace_client_secret(self) -> None:
        """The shared application gets a new client secret."""
        self.world.replace_client_secret()

    @rule(by=st.sampled_from([timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1), timedelta(days=31)]))
    def wait(self, by: timedelta) -> None:
        """Time passes, and what is due runs."""
        self.world.clock.advance(by)

    @invariant()
    def nothing_is_broken(self) -> None:
        """No invariant is broken, and only what may follow has followed."""
        if not hasattr(self, "checkup"):
            return
        for held in self.world.held:
            self.checkup.look(held, None)
        assert self.lifecycle.wrong == []
        assert [str(broken) for broken in self.world.watch.broken] == []


_USUAL = settings(stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
SIZES = {
    "quick": settings(_USUAL, max_examples=150, derandomize=True),
    "full": settings(_USUAL, max_examples=5000),
}


def test_any_order_of_anything(size: str) -> None:
    """Whatever happens in whatever order, no invariant breaks; the quick size is the same every time."""
    run_state_machine_as_test(Fleet, settings=SIZES[size])
