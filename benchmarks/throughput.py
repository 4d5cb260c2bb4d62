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
from provisioning.store import CURRENT
from simulation.renewal import BASE
from simulation.world import World
from simulation.years import START

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.aws.secrets.versions import Version
    from simulation.secrets_manager import Held

#: The time grows with the fleet, the share does not; 5,000 take the simulated world more than ten minutes.
SELLERS: Final = 1_000
_AIM: Final = 0.9
_WRITES: Final = next(budget.rate for budget in BUDGETS if "PutSecretValue" in budget.operations)
#: As long as one turn of the function may run, and how often there is one.
_TURN_SECONDS: Final = 300.0
_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a fleet's following came to: `seconds` from the first start to the last write."""

    sellers: int
    seconds: float
    writes: int
    refused: int
    most_in_a_second: int
    turns: int

    @property
    def share(self) -> float:
        """How much of the budget was used while it lasted."""
        return self.writes / (self.seconds * _WRITES)


class Writes:
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

    def tagged(self, held: Held, tags: Mapping[str, str]) -> None:
        """Tags have a budget of their own."""

    def abandoned(self, held: Held, token: str) -> None:
        """Nothing is abandoned here."""


def measure(sellers: int, starts: float = STARTS_A_SECOND) -> Measured:
    """Onboard a fleet, change the client secret, and let the function's turns bring it to all, `starts` a second."""
    world = World("throughput", sellers, START)
    world.set_app()
    world.onboard([world.authorize(row) for row in world.fleet.sellers])
    world.clock.advance(timedelta(days=1))
    world.replace_client_secret()
    writes = Writes(world)
    world.secrets.watcher = writes  # type: ignore[assignment]
    store, _ = world.tools()
    newest = Newest(world.app_secret.version(CURRENT) or "", world.clock.now())
    turns = 0
    while survey(store.list(seller_secret_prefix(BASE)), newest).late:
        began, turns = world.clock.now(), turns + 1
        _turn(world, newest, began, starts)
        world.clock.advance(max(_EVERY - (world.clock.now() - began), timedelta(seconds=30)))
    seconds = writes.times[-1] - writes.times[0]
    busiest = max(Counter(int(when) for when in writes.times).values())
    return Measured(sellers, seconds, len(writes.times), writes.refused, busiest, turns)


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


def _turn(world: World, newest: Newest, began: datetime, starts: float) -> None:
    store, _ = world.tools()

    def sleep(seconds: float) -> None:
        world.clock.advance(timedelta(seconds=seconds))

    def left() -> float:
        return _TURN_SECONDS - (world.clock.now() - began).total_seconds()

    pace = Pace(world.clock.timestamp, sleep, starts)
    Follow(store, BASE, pace, in_turn, left, world.clock.now).run(newest)


def table(sellers: int = SELLERS) -> Table:
    """Measure and lay out."""
    found = measure(sellers)
    made = Table("a new client secret for everybody", "measured", "limit", "held")
    shared = found.writes // 2
    rows = [
        (
            f"{found.sellers:,} sellers, {shared:,} of the shared application, {found.turns} turns",
            f"{found.seconds:.0f} s",
            "",
            "",
        ),
        ("writes, each seller's two", f"{found.writes:,}", "", ""),
        ("writes that a strict Secrets Manager would have put off", f"{found.refused}", "0", found.refused == 0),
        (
            f"share of {_WRITES} writes a second",
            f"{found.share:.0%}",
            f"{_AIM:.0%} aimed at, never above",
            found.share <= _AIM,
        ),
        ("busiest second", f"{found.most_in_a_second} writes", f"{_WRITES}", found.most_in_a_second <= _WRITES),
        ("the bench's own ceiling over HTTP, for comparison", f"{ceiling():.0f} writes a second", "", ""),
    ]
    for what, measured, limit, held in rows:
        made.add_row(what, measured, limit, {True: "yes", False: "no"}.get(held, ""))  # type: ignore[call-overload]
    return made
