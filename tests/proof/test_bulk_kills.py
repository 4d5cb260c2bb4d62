"""Bulk onboarding of real processes: killed at random, and two operators at once; the end state is always the same.

Real time, because a process that is killed has to be one: 12 sellers and 3 kills in `make test`, 1,000 and 10 in
`make matrix`.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.stage import BASE, Stage, stage, tool
from provisioning import naming
from provisioning.state import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Run:
    """How many sellers, and how often they are killed."""

    sellers: int
    kills: int


@pytest.fixture
def wanted(size: str) -> Run:
    """The size of the proof."""
    return Run(1_000, 10) if size == "full" else Run(12, 3)


@pytest.fixture
def fleet(wanted: Run) -> Iterator[Stage]:
    """A fleet that is declared, whose application is set, and whose sellers have consented."""
    with stage(wanted.sellers) as made:
        made.set_app()
        made.limit_writes()
        yield made


def begin(at: Stage, *options: str) -> subprocess.Popen[str]:
    """Start onboarding everybody."""
    command = [str(tool("sellerkeys")), "--stack", BASE, "onboard", "sellers.csv", *options]
    return subprocess.Popen(
        command, env=at.environment, cwd=at.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def end_state(at: Stage) -> list[tuple[Any, ...]]:
    """What AWS holds of each seller, without what differs between sellers and between moments."""
    at.calm()
    client = at.client("secretsmanager")
    found = []
    for slug in at.slugs:
        told = client.describe_secret(SecretId=naming.seller_secret_name(BASE, slug))
        labels = sorted(label for each in told["VersionIdsToStages"].values() for label in each)
        state = sorted(tag["Key"] for tag in told["Tags"] if tag["Key"].startswith(PREFIX))
        versions = client.list_secret_version_ids(SecretId=told["ARN"], IncludeDeprecated=True)["Versions"]
        found.append((labels, state, told["RotationEnabled"], len(versions)))
    return found


def test_killed_at_random(fleet: Stage, wanted: Run) -> None:
    """Killed again and again in the midst of it, the same command in the end has everybody onboarded, nobody twice."""
    chance = random.Random(wanted.kills)  # noqa: S311 - to be repeated
    longest = 1.5 + wanted.sellers / 50
    for _ in range(wanted.kills):
        running = begin(fleet)
        time.sleep(chance.uniform(0.3, longest / wanted.kills + 1))
        running.send_signal(chance.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM]))
        running.communicate(timeout=120)
    last = fleet.sellerkeys("onboard", "sellers.csv")
    fleet.settle()

    again = fleet.sellerkeys("onboard", "sellers.csv")
    states = end_state(fleet)
    assert f"{wanted.sellers} sellers: " in last.output
    assert f"{wanted.sellers} sellers: {wanted.sellers} unchanged" in again.output
    assert all(state == states[0] for state in states)
    assert states[0][2:] == (True, 1)
    assert "sellerkeys-state:fingerprint" in states[0][1]


def test_two_operators_at_once(fleet: Stage, wanted: Run) -> None:
    """Two who begin at the same moment throttle each other, lose no seller and put none twice."""
    both = [begin(fleet), begin(fleet)]
    said = [running.communicate(timeout=600)[0] for running in both]
    fleet.settle()

    again = fleet.sellerkeys("onboard", "sellers.csv")
    assert [running.returncode for running in both] == [0, 0], said
    assert f"{wanted.sellers} sellers: {wanted.sellers} unchanged" in again.output
    assert {state[2:] for state in end_state(fleet)} == {(True, 1)}
