"""Monday morning: a roster goes from nothing to rotating by two commands, killed at random on the way.

With the real engine and every function, because a process that is killed has to be a real one: 8 sellers in three
stacks and 4 kills in `make test`, 1,000 and 10 in `make matrix`. The application is set between the two, as the vendor
did long before.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import running
from local.actors import Actors
from local.amazon.issuing import AdminClient, issue
from local.bench import Bench
from local.demo.recording import tool
from local.engine.attach import attached
from local.home import Home
from provisioning import naming, roster
from provisioning.sharding import ROOM, Rooms
from provisioning.state import PREFIX
from tests.end_to_end.projects import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BASE = "dev"
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: What AWS holds of a seller in the end: whether it rotates, the labels of all versions, and which tags it has.
END = (
    True,
    ["AWSCURRENT", "SELLERKEYS_FIRST"],
    [f"{PREFIX}{name}" for name in ("app", "cause", "consent-day", "consented", "fingerprint", "proven", "status")]
    + [f"{PREFIX}stores"]
    + ["sellerkeys:application", "sellerkeys:base", "sellerkeys:region", "sellerkeys:seller"],
)
#: What AWS would have raised for a thousand sellers with a role each.
RAISED = "  sellerkeys:quotas: {roles: 5000}\n"
#: Seconds that what was killed has to come to its end.
PATIENCE = 600


@dataclass(frozen=True)
class Run:
    """How many sellers, how many to a stack, and how often each command is killed, so `soon` after a start."""

    sellers: int
    room: int
    kills: int
    soon: dict[str, float]


@dataclass(frozen=True)
class Vendor:
    """A project on a bench, with its people's roles, and an operator who follows what the screen says."""

    bench: Bench
    folder: Path
    environment: dict[str, str]
    actors: Actors

    def begin(self, who: str, *arguments: str) -> subprocess.Popen[str]:
        """Start `sellerkeys`."""
        return subprocess.Popen(
            [tool("sellerkeys"), "--output", "json", *arguments],
            cwd=self.folder,
            env=self.environment | self.actors.keys(who),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, who: str, *arguments: str) -> dict[str, Any]:
        """Run a command until it has ended well, waiting where it says that an update of before still runs."""
        for _ in range(60):
            running = self.begin(who, *arguments)
            said, complained = running.communicate(timeout=PATIENCE)
            if running.returncode == 0:
                return dict(json.loads(said))
            assert "is being updated by somebody else" in said + complained, said + complained
            time.sleep(2)
        raise AssertionError(f"{arguments} never ended")

    def kill(self, chance: random.Random, number: int, soon: float, who: str, *arguments: str) -> None:
        """Start a command and kill it at some moment."""
        running = self.begin(who, *arguments)
        time.sleep(chance.uniform(0.5, soon))
        running.send_signal(SIGNALS[number % len(SIGNALS)])
        running.communicate(timeout=PATIENCE)


@pytest.fixture
def wanted(size: str) -> Run:
    """The size of the proof."""
    if size == "full":
        return Run(1_000, ROOM, 5, {"up": 45.0, "onboard": 12.0})
    return Run(8, 3, 2, {"up": 12.0, "onboard": 4.0})


@pytest.fixture
def vendor(wanted: Run, tmp_path: Path) -> Iterator[Vendor]:
    """A roster, a new account, and sellers who have consented."""
    folder = tmp_path / "project"
    (folder / "rosters").mkdir(parents=True)
    for name in ("infra", "provisioning", "docs", "Pulumi.yaml"):
        (folder / name).symlink_to(PROJECT / name)
    configuration = (PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(configuration.replace("config:\n", f"config:\n{RAISED}"), encoding="utf-8")
    cells = {"region": "EU", "marketplaces": "DE", "account_name": "A seller of the proof"}
    rooms = Rooms([], wanted.room)
    rows = [rooms.give(roster.row_from({"seller": f"seller-{n}", **cells})) for n in range(wanted.sellers)]
    (folder / "rosters" / "dev.csv").write_text(roster.render(rows), encoding="utf-8")
    with ExitStack() as undo:
        bench = undo.enter_context(Bench(Home(tmp_path / "bench")))
        issue(AdminClient(bench.amazon.url), rows, folder / "issued")
        actors = Actors(bench.environment(), PROJECT)
        actors.attach()
        plain = running.environment(os.environ, bench.environment())
        pulumi = undo.enter_context(attached(plain | actors.keys("deployer"), tmp_path))
        yield Vendor(bench, folder, plain | pulumi, actors)


def end_states(vendor: Vendor, sellers: Sequence[str]) -> list[tuple[Any, ...]]:
    """What AWS holds of each seller, without what differs between sellers and between moments; each kind once."""
    keys = vendor.bench.environment()
    session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=keys["AWS_REGION"])
    secrets = session.client("secretsmanager", endpoint_url=keys["AWS_ENDPOINT_URL"])
    found: list[tuple[Any, ...]] = []
    for seller in sellers:
        told = secrets.describe_secret(SecretId=naming.seller_secret_name(BASE, seller))
        labels = sorted(label for each in told["VersionIdsToStages"].values() for label in each)
        tags = sorted(tag["Key"] for tag in told["Tags"])
        state = (told["RotationEnabled"], labels, tags)
        found += [state] if state not in found else []
    return found


def test_a_roster_from_nothing_to_rotating_by_two_commands(vendor: Vendor, wanted: Run) -> None:
    """Killed again and again, `up` and `onboard` in the end have everybody declared, onboarded, rotating, nobody twice.

    Nobody cleans up in between: what the screen says is enough.
    """
    chance = random.Random(wanted.sellers)  # noqa: S311 - to be repeated
    onboard = ("onboard", "issued/sellers.csv")

    for number in range(wanted.kills):
        vendor.kill(chance, number, wanted.soon["up"], "deployer", "up")
    vendor.finish("deployer", "up")
    issued = vendor.folder / "issued"
    client_id = (issued / "client-id.txt").read_text(encoding="utf-8").strip()
    vendor.finish(
        "onboarder", "app", "set", "--client-id", client_id, "--client-secret-file", str(issued / "client-secret.txt")
    )
    for number in range(wanted.kills):
        vendor.kill(chance, number, wanted.soon["onboard"], "onboarder", *onboard)
    vendor.finish("onboarder", *onboard)
    assert vendor.bench.aws.wait_idle(PATIENCE)

    sellers = [f"seller-{number}" for number in range(wanted.sellers)]
    stacks = -(-wanted.sellers // wanted.room)
    assert vendor.finish("deployer", "up")["summary"] == {"unchanged": stacks}
    assert vendor.finish("onboarder", *onboard)["summary"] == {"unchanged": wanted.sellers}
    assert vendor.finish("on-call", "status")["summary"] == {"sellers": wanted.sellers, "waiting": 0}
    assert end_states(vendor, sellers) == [END]
