"""The client-secret function in a simulated world: its flows, where each is struck, and what must hold after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from local.amazon.faults import Fault, FaultKind
from provisioning.payload import App
from provisioning.state import State
from provisioning.store import CURRENT, OFFERED
from simulation.renewal import Renewal
from simulation.watch import credential_of
from simulation.world import World
from simulation.years import START

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from simulation.line import Disturbance

SELLERS: Final = 3
_FIVE_MINUTES: Final = timedelta(minutes=5)
_WEEK: Final = timedelta(days=7)
#: After a request that may have been lost, a person or the calendar may ask again only after a week.
_DAYS: Final = 10


class Stage:
    """One small fleet, onboarded, its queues subscribed, and Amazon ready to be asked."""

    def __init__(self) -> None:
        self.world = World("client-secret", SELLERS, START)
        self.renewal = Renewal(self.world)
        self.world.set_app()
        self.renewal.subscribe()
        self.world.onboard([self.world.authorize(row) for row in self.world.fleet.sellers])
        self.world.clock.advance(timedelta(days=1))
        self.renewal.tick()

    @property
    def newest(self) -> str:
        """The client secret that Amazon made last."""
        return self.world.amazon.registry.application(self.world.shared.client_id).secrets[0].value

    def hold_back(self) -> None:
        """Keep the next message in the queue until it is received by hand."""
        self.world.amazon.faults.put(Fault(FaultKind.MESSAGE_LATE, answers=1, seconds=1e9))

    def asked(self) -> None:
        """Have Amazon asked; its message lies in the queue and is not handed over yet."""
        self.renewal.ask("a test")
        self.world.clock.advance(timedelta(seconds=1))

    def arrived(self) -> None:
        """Have the new client secret received and made current."""
        self.asked()
        self.world.clock.advance(timedelta(seconds=5))

    def offered(self) -> None:
        """Have a person make a client secret in Amazon's console and put it on offer."""
        new = self.world.amazon.notifying.replace(self.world.shared.client_id, tell=False).value
        self.renewal.offer(App(self.world.shared.client_id, new))

    def offered_after_another(self) -> None:
        """Have the same done when one is in use already that a person offered so, after one that Amazon sent."""
        self.arrived()
        for _ in range(2):
            self.offered()
            self.renewal.tick()
            self.world.clock.advance(timedelta(minutes=5))
        self.offered()

    def go_on(self) -> None:
        """Let an hour of the schedule pass, then days on each of which the calendar asks if it may."""
        for _ in range(12):
            self.world.clock.advance(_FIVE_MINUTES)
            self.renewal.tick()
        made = self._made()
        for _ in range(_DAYS):
            if not made:
                self.renewal.ask("the calendar")
                self.world.clock.advance(timedelta(minutes=1))
                made = self._made()
            self.world.clock.advance(timedelta(days=1))
            # The schedule's turn of the full hour looks at everybody.
            self.world.clock.advance(timedelta(minutes=60 - self.world.clock.now().minute))
            self.renewal.tick()
        self.world.clock.advance(timedelta(hours=2))

    def faults(self) -> Iterator[str]:
        """Say what does not hold: newest secret in the app secret, everybody follows, nothing asked twice."""
        held = self.world.app_secret
        newest = App(self.world.shared.client_id, self.newest).to_json()
        if held.text(CURRENT) != newest:
            yield "the app secret does not hold the newest client secret"
        state = State.from_tags(held.tags)
        if state.app_version != held.version(CURRENT) or state.changed_at is None:
            yield "the app secret's tags do not describe what it holds"
        for seller in self.world.held:
            found = credential_of(seller.text(CURRENT))
            if found is None or found.client_secret != self.newest or not self.world.amazon.works(found):
                yield f"{seller.name} does not follow"
            if State.from_tags(seller.tags).app_version != held.version(CURRENT):
                yield f"{seller.name} does not say that it follows"
        times = self._made()
        if any(later - earlier < _WEEK for earlier, later in pairwise(times)):
            yield "Amazon was asked twice within a week"
        if self.renewal.waiting or self.renewal.dead:
            yield "a message was not taken"
        if held.version(OFFERED):
            yield "an offer was left"
        yield from map(str, self.world.watch.broken)

    def _made(self) -> list[datetime]:
        """When Amazon was asked and made a client secret."""
        calls = self.world.amazon.calls.all()
        return [
            call.at
            for call in calls
            if call.caller.operation == "rotateApplicationClientSecret" and call.status in (None, 204)
        ]


@dataclass(frozen=True)
class Flow:
    """One flow: `prepare` sets the stage, `act` runs the process that is struck."""

    name: str
    prepare: Callable[[Stage], object]
    act: Callable[[Stage], object]

    def calls(self) -> int:
        """Count the calls of the process, undisturbed."""
        stage = self._ready()
        before = stage.world.line.calls
        self.act(stage)
        return stage.world.line.calls - before

    def struck(self, how: Disturbance, call: int) -> list[str]:
        """Strike at one call and let the world go on; what does not hold."""
        stage = self._ready()
        stage.world.line.disturb(how, call)
        return self._end(stage)

    def interrupted(self, by: Callable[[Stage], object], call: int) -> list[str]:
        """Let another process run to its end before one call; what does not hold."""
        stage = self._ready()
        stage.world.line.interject(lambda: by(stage), call)
        return self._end(stage)

    def _end(self, stage: Stage) -> list[str]:
        self.act(stage)
        stage.world.line.calm()
        stage.go_on()
        return list(stage.faults())

    def _ready(self) -> Stage:
        stage = Stage()
        self.prepare(stage)
        return stage


def _receive(stage: Stage) -> None:
    """Hand the message over once more than the queue does: its visibility has ended, or SQS sent it twice."""
    for message in list(stage.renewal.waiting):
        stage.renewal.receive(message)


def _deliver(stage: Stage) -> None:
    """Hand the message over; only if the process fails does it come again."""
    for message in list(stage.renewal.waiting):
        stage.renewal.deliver(message)


def _tick(stage: Stage) -> None:
    stage.renewal.tick()


def _ask(stage: Stage) -> None:
    """Ask as soon as Amazon takes another request; sooner it would refuse by itself."""
    stage.world.clock.advance(timedelta(seconds=61))
    stage.renewal.ask("somebody else")
    stage.world.clock.advance(timedelta(seconds=61))


def _rotations(stage: Stage) -> None:
    """Let what Secrets Manager has begun run."""
    stage.world.clock.advance(timedelta(minutes=1))


FLOWS: Final = (
    Flow("asking Amazon", lambda _: None, lambda stage: stage.renewal.ask("a test")),
    Flow("receiving a new client secret", Stage.asked, _deliver),
    Flow("a turn that starts the sellers' rotations", Stage.arrived, _tick),
    Flow("a turn that takes up an offer", Stage.offered, _tick),
    Flow("a turn that takes up one more", Stage.offered_after_another, _tick),
)
#: What runs in the middle of a flow's process: the same message, a turn, another request, the sellers' rotations.
OTHERS: Final = {
    "the same message once more": _receive,
    "a turn of the schedule": _tick,
    "another request": _ask,
    "the sellers' rotations": _rotations,
}


def table(counts: Counter[tuple[str, str]], bad: Counter[tuple[str, str]]) -> list[str]:
    """Lay out how often each flow was struck in each way, and how often badly."""
    width = max(len(flow) for flow, _ in counts)
    lines = [
        f"{flow:<{width}}  {how:<30}  {count:>4} points  {bad[flow, how]:>3} bad"
        for (flow, how), count in sorted(counts.items())
    ]
    return [*lines, f"{'all':<{width}}  {'':<30}  {counts.total():>4} points  {bad.total():>3} bad"]
