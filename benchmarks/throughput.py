"""How long a new client secret takes to reach a fleet of sellers where Secrets Manager takes 50 writes a second.

The function's own turns and pace, on a virtual clock, against the bench's count of writes (aws.md 5.1). Lambda and
Amazon take no time here, so the limit is Secrets Manager's alone; beside it, what the bench itself does over HTTP.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from rich.table import Table

from local.aws.faults.budgets import BUDGETS, Spent
from local.aws.faults.call import Call
from local.bench import REGION, Bench
from local.home import Home
from provisioning.application.following import Follow, Newest, survey
from provisioning.application.pace import STARTS_A_SECOND, Pace
from provisioning.application.workers import in_turn
from provisioning.naming import seller_secret_prefix
from provisioning.onboarding import Executor, Prover, apply
from provisioning.planning import Planner
from provisioning.store import CURRENT
from scripts.report import counted
from simulation.renewal import BASE
from simulation.secrets_manager import Watcher
from simulation.world import World
from simulation.years import START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from local.aws.secrets.versions import Version
    from simulation.secrets_manager import Held

SELLERS: Final = (1_000, 5_000)
_AIM: Final = 0.9
_WRITES: Final = next(budget.rate for budget in BUDGETS if "PutSecretValue" in budget.operations)
#: What a rotation writes: the version put, the label moved.
_EACH: Final = 2
#: As long as one turn of the function may run, and how often there is one.
_TURN_SECONDS: Final = 300.0
_EVERY: Final = timedelta(minutes=5)
_MOST_TURNS: Final = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """What a fleet's following came to: `seconds` from the first start to the last write."""

    sellers: int
    seconds: float
    writes: int
    refused: int
    most_in_a_second: int
    turns: int
    late: int

    @property
    def share(self) -> float:
        """How much of the budget was used while it lasted: the last seller's writes begin the time after it."""
        return (self.writes - _EACH) / (self.seconds * _WRITES)


class Writes(Watcher):
    """Counts the writes that Secrets Manager's rules take, and those that a strict one would have put off."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._spent = Spent(world.clock.timestamp)
        self.times: list[float] = []
        self.refused = 0

    def changed(self, held: Held, before: Mapping[str, Version]) -> None:
        """Count a version put or a label moved by the function; what AWS itself makes or takes off is no write."""
        if held is self._world.app_secret:
            return
        filled = any(
            version.value and (key not in before or before[key].value is None) for key, version in held.versions.items()
        )
        old = next((key for key, version in before.items() if CURRENT in version.labels), None)
        if not filled and held.version(CURRENT) == old:
            return
        call = Call("secretsmanager", "PutSecretValue" if filled else "UpdateSecretVersionStage", "eu-west-1")
        self.times.append(self._world.clock.timestamp())
        self.refused += not self._spent.allows(call, None)


def measure(sellers: int, starts: float = STARTS_A_SECOND) -> Measured:
    """Onboard a fleet, change the client secret, and let the function's turns bring it to all, `starts` a second."""
    world = World("throughput", sellers, START)
    world.set_app()
    _onboard(world)
    world.clock.advance(timedelta(days=1))
    world.replace_client_secret()
    writes = Writes(world)
    world.secrets.watcher = writes
    store, _ = world.tools()
    newest = Newest(world.app_secret.version(CURRENT) or "", world.clock.now())
    turns = 0
    while turns < _MOST_TURNS and survey(store.list(seller_secret_prefix(BASE)), newest).late:
        began, turns = world.clock.now(), turns + 1
        _turn(world, newest, began, starts)
        world.clock.advance(max(_EVERY - (world.clock.now() - began), timedelta(seconds=30)))
    seconds = writes.times[-1] - writes.times[0]
    busiest = max(Counter(int(when) for when in writes.times).values())
    late = survey(store.list(seller_secret_prefix(BASE)), newest).late
    return Measured(sellers, seconds, len(writes.times), writes.refused, busiest, turns, late)


def ceiling(writes: int = 400, callers: int = 8) -> float:
    """Measure how many PutSecretValue calls a second the bench itself answers over HTTP, `callers` at a time."""
    with TemporaryDirectory() as folder, Bench(Home(Path(folder))) as bench:
        keys = bench.environment()
        client = boto3.client(
            "secretsmanager",
            endpoint_url=keys["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            config=Config(max_pool_connections=callers),
        )
        names = [str(client.create_secret(Name=f"ceiling/{number}")["ARN"]) for number in range(callers)]
        with ThreadPoolExecutor(callers) as pool:
            began = time.perf_counter()
            list(
                pool.map(
                    lambda number: client.put_secret_value(SecretId=names[number % callers], SecretString=str(number)),
                    range(writes),
                )
            )
            return writes / (time.perf_counter() - began)


def _onboard(world: World) -> None:
    """Onboard everybody by one plan, as `sellerkeys onboard` does a file: one by one, each would survey the fleet."""
    store, amazon = world.tools()
    handed_in = [world.authorize(row) for row in world.fleet.sellers]

    def run() -> None:
        carrier = Executor(world.fleet, store, Prover(world.fleet, store, amazon), world.clock.now)
        outcomes = list(apply(Planner(world.fleet, store).plan(handed_in), carrier))
        if left := [outcome for outcome in outcomes if outcome.result != "onboarded"]:
            raise LookupError(f"{len(left)} sellers were not onboarded; the first: {left[0].detail}")

    if not world.process(world.app_secret, run):
        raise LookupError("the fleet could not be onboarded")


def _turn(world: World, newest: Newest, began: datetime, starts: float) -> None:
    store, _ = world.tools()

    def sleep(seconds: float) -> None:
        world.clock.advance(timedelta(seconds=seconds))

    def left() -> float:
        return _TURN_SECONDS - (world.clock.now() - began).total_seconds()

    pace = Pace(world.clock.timestamp, sleep, starts)
    Follow(store, BASE, pace, in_turn, left, world.clock.now).run(newest)


def table(fleets: Sequence[int] = SELLERS) -> Table:
    """Measure and lay out."""
    made = Table("a new client secret for everybody", "measured", "limit", "held")
    for sellers in fleets:
        for row in _rows(measure(sellers)):
            made.add_row(*row)
    made.add_row("the bench's own ceiling over HTTP, for comparison", f"{ceiling():.0f} writes a second", "", "")
    return made


def _rows(found: Measured) -> list[tuple[str, str, str, str]]:
    fleet = f"{found.sellers:,} sellers"
    return [
        (
            f"{fleet}, {found.writes // _EACH:,} of the shared application, {counted(found.turns, 'turn')}",
            f"{found.seconds:.1f} s",
            "",
            "",
        ),
        (f"{fleet}: who has not followed", f"{found.late}", "0", _held(is_held=found.late == 0)),
        (f"{fleet}: writes, each seller's two", f"{found.writes:,}", "", ""),
        (
            f"{fleet}: writes that a strict Secrets Manager would have put off",
            f"{found.refused}",
            "0",
            _held(is_held=found.refused == 0),
        ),
        (
            f"{fleet}: share of {_WRITES} writes a second",
            f"{found.share:.1%}",
            f"{_AIM:.0%} aimed at, never above",
            _held(is_held=round(found.share, 3) <= _AIM),
        ),
        (
            f"{fleet}: busiest second",
            f"{found.most_in_a_second} writes",
            f"{_WRITES}",
            _held(is_held=found.most_in_a_second <= _WRITES),
        ),
    ]


def _held(*, is_held: bool) -> str:
    return "yes" if is_held else "no"
