"""The crash matrix of the client secret: who asks, who receives, who brings it to the sellers, each killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from provisioning.amazon import Amazon, Endpoints
from provisioning.application.lives import LIFETIME, Life, Source
from provisioning.errors import SellerkeysError
from provisioning.payload import App, Credential
from provisioning.proving import prove
from provisioning.state import State
from provisioning.store import CURRENT, OFFERED
from tests.proof.crash.flows import is_unfinished
from tests.proof.crash.plant import BETWEEN
from tests.proof.crash.wire import Mode, Strike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from tests.proof.crash.flows import Seller
    from tests.proof.crash.plant import Plant
    from tests.proof.crash.wire import Wire

_ROTATE: Final = "rotateApplicationClientSecret"
#: After a request that may have been lost, the calendar may ask again only after a week.
_DAYS: Final = 10


@dataclass(frozen=True)
class Flow:
    """One flow: `prepare` sets the stage, `act` runs the process `victim`; a `slow` one is struck only in full size."""

    name: str
    victim: Literal["function", "calendar", "command"]
    prepare: Callable[[Plant], object]
    act: Callable[[Plant, Strike | None], object]
    slow: bool = True

    def wire(self, plant: Plant) -> Wire:
        """The wire the victim calls through."""
        if self.victim == "command":
            return plant.command_wire
        return plant.wires[plant.function if self.victim == "function" else plant.calendar]


@dataclass(frozen=True)
class Point:
    """One place to strike at; without a strike the message shows again there, and another process takes it up."""

    flow: Flow
    calls: tuple[str, ...]
    call: int
    mode: Mode | None

    def __str__(self) -> str:
        """Say which."""
        return f"{self.flow.name}, call {self.call} ({self.calls[self.call - 1]}), {self.how}"

    @property
    def how(self) -> str:
        """Say what happens there."""
        return self.mode.value if self.mode else "visibility ends"


@dataclass(frozen=True)
class Judged:
    """What became of one point; `why` is empty where all is well."""

    point: Point
    why: str = ""


def record(plant: Plant, flow: Flow) -> tuple[str, ...]:
    """Run a flow without a strike, and tell its calls."""
    began = _ready(plant, flow)
    flow.act(plant, None)
    calls = tuple(flow.wire(plant).calls)
    _go_on(plant, began)
    wrong = list(faults(plant, began))
    assert wrong == [], (flow.name, wrong)
    return calls


def judge(plant: Plant, point: Point) -> Judged:
    """Strike, let the world go on, and look."""
    began, wire, flow = _ready(plant, point.flow), point.flow.wire(plant), point.flow
    hit: list[str] = []
    if point.mode:
        flow.act(plant, Strike(point.mode, point.call))
        hit = list(wire.until)
    else:
        wire.watch = _once_at(point.call, hit, plant.hand_over_again)
        flow.act(plant, None)
        wire.watch = lambda _: None
    _go_on(plant, began)
    wrong = list(faults(plant, began))
    if len(hit) < point.call:
        wrong.append(f"it was not struck: it made {', '.join(wire.calls) or 'no call'}")
    return Judged(point, "; ".join(wrong))


def points(recorded: Iterable[tuple[Flow, tuple[str, ...]]]) -> Iterator[Point]:
    """Every call of every flow, in every mode; where a message is worked on, its visibility ends there, too."""
    for flow, calls in recorded:
        hows: list[Mode | None] = [*Mode, *([None] if flow is RECEIVING else [])]
        for call in range(1, len(calls) + 1):
            yield from (Point(flow, calls, call, mode) for mode in hows)


def few(all_points: Sequence[Point]) -> list[Point]:
    """Pick every seventh, which meets every mode."""
    return list(all_points[::7])


def faults(plant: Plant, began: datetime) -> Iterator[str]:
    """Say what does not hold: the newest is in the app secret, everybody follows, nothing asked twice, nothing left."""
    held, newest = plant.held(), plant.newest
    if held["Text"] != App(plant.app.client_id, newest).to_json():
        yield "the app secret does not hold the newest client secret"
    tags = State.from_tags({tag["Key"]: tag["Value"] for tag in held["Tags"]})
    if tags.app_version != held["Current"] or tags.changed_at is None or tags.changed_at < began:
        yield "the app secret's tags do not describe what it holds"
    for seller in plant.sellers:
        yield from (f"{seller.row.seller} {fault}" for fault in _behind(plant, seller, newest, held["Current"]))
    if (asked := _asked(plant, began)) > 1:
        yield f"Amazon was asked {asked} times within two weeks"
    if left := plant.in_queues():
        yield f"{left} messages were not taken"
    if any(OFFERED in labels for labels in held["VersionIdsToStages"].values()):
        yield "an offer was left"


def table(judged: Sequence[Judged]) -> list[str]:
    """Lay out flows, calls and points, a flow and a way to strike a line, and every bad ending."""
    counts = Counter((one.point.flow.name, one.point.how) for one in judged)
    bad = Counter((one.point.flow.name, one.point.how) for one in judged if one.why)
    width = max(len(name) for name, _ in counts)
    lines = [
        f"{name:<{width}}  {how:<15}  {count:>4} points  {bad[name, how]:>3} bad"
        for (name, how), count in counts.items()
    ]
    lines.append(f"{'all':<{width}}  {'':<15}  {counts.total():>4} points  {bad.total():>3} bad")
    return lines + [f"BAD: {one.point}: {one.why}" for one in judged if one.why]


def _ready(plant: Plant, flow: Flow) -> datetime:
    """Let the last client secret's week pass, and set the stage; returns when this point began."""
    plant.wait(days=BETWEEN.days)
    # Tags tell whole seconds.
    began = plant.bench.clock.now().replace(microsecond=0)
    flow.prepare(plant)
    return began


def _go_on(plant: Plant, began: datetime) -> None:
    """Let messages show again, the schedule have turns, and the calendar ask, day by day, until Amazon has made one."""
    for wire in (plant.command_wire, *plant.wires.values()):
        wire.arm(None, lambda: None)
    for _ in range(2):
        plant.wait(minutes=65)
        plant.tick()
    for _ in range(_DAYS):
        if plant.held()["Text"] == App(plant.app.client_id, plant.newest).to_json() and _renewed(plant, began):
            break
        plant.wait(days=1)
        plant.day()
    # A message an hour late, the turn of the full hour for who is stuck, and the rotations it starts.
    plant.wait(minutes=65)
    plant.wait(minutes=60 - plant.bench.clock.now().minute)
    plant.tick()
    plant.wait(minutes=10)


def _renewed(plant: Plant, began: datetime) -> bool:
    return plant.registry.application(plant.app.client_id).secrets[0].made_on >= began


def _asked(plant: Plant, began: datetime) -> int:
    """Count the requests that Amazon granted; in one that was cut off, it is None that they answered."""
    calls = plant.bench.amazon.calls.all()
    return sum(
        call.at >= began and call.caller.operation == _ROTATE and call.status in {None, 204} for call in reversed(calls)
    )


def _behind(plant: Plant, seller: Seller, newest: str, version: str) -> Iterator[str]:
    told = plant.secrets.describe_secret(SecretId=seller.arn)
    try:
        credential = Credential.from_json(seller.values()[CURRENT])
        amazon = Amazon(Endpoints.from_environment(plant.bench.environment()))
        prove(amazon, credential, {credential.marketplace_id})
    except SellerkeysError as error:
        yield f"does not work: {error}"
        return
    if credential.client_secret != newest:
        yield "does not follow"
    if State.from_tags({tag["Key"]: tag["Value"] for tag in told["Tags"]}).app_version != version:
        yield "does not say that it follows"
    if is_unfinished(seller):
        yield "is stuck in a rotation"


def _once_at(call: int, hit: list[str], act: Callable[[], None]) -> Callable[[str], None]:
    """Make a watch that acts once, before the call of this number; `hit` gets the names until then."""

    def watch(name: str) -> None:
        if len(hit) < call:
            hit.append(name)
            if len(hit) == call:
                act()

    return watch


def _receive(plant: Plant, strike: Strike | None) -> None:
    plant.strike(plant.function, strike)
    plant.hand_over()


def _turn(plant: Plant, strike: Strike | None) -> None:
    plant.strike(plant.function, strike)
    plant.tick()


def _day(plant: Plant, strike: Strike | None) -> None:
    plant.strike(plant.calendar, strike)
    plant.day()


def _held_back(plant: Plant) -> None:
    plant.hold_back()
    plant.ask()


def _made_current(plant: Plant) -> None:
    plant.ask()
    plant.wait(minutes=1)


def _rotate(plant: Plant, strike: Strike | None) -> None:
    plant.command(["app", "rotate"], "", strike)


def _by_hand(plant: Plant) -> None:
    plant.bench.amazon.notifying.replace(plant.app.client_id, tell=False)


def _set(plant: Plant, strike: Strike | None) -> None:
    """Hand in what the console made; whoever saw his command die gives it again."""
    command = ["app", "set", "--client-id", plant.app.client_id, "--client-secret-file", "-"]
    plant.command(command, plant.newest, strike)
    if strike:
        plant.command(command, plant.newest, None)


def _left_on_offer(plant: Plant) -> None:
    """Put on offer what the console made, as an `app set` that died before its last call."""
    _by_hand(plant)
    new = App(plant.app.client_id, plant.newest)
    life = Life(plant.bench.clock.now() + LIFETIME, Source.ASSUMED)
    labels = [life.label, OFFERED]
    plant.secrets.put_secret_value(SecretId=plant.app_arn, SecretString=new.to_json(), VersionStages=labels)


RECEIVING: Final = Flow("receiving a new client secret", "function", _held_back, _receive, slow=False)
FLOWS: Final = (
    RECEIVING,
    Flow("a turn that starts the sellers' rotations", "function", _made_current, _turn, slow=False),
    Flow("a turn that takes up an offer", "function", _left_on_offer, _turn),
    Flow("the calendar's day on which it asks", "calendar", lambda plant: plant.hold_back(), _day),
    Flow("sellerkeys app rotate", "command", lambda plant: plant.hold_back(), _rotate),
    Flow("sellerkeys app set", "command", _by_hand, _set),
)
