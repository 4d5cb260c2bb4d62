"""The demo, run once for all tests that look at what it left; and a bench for those that need one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from local.actors import Actors
from local.bench import Bench
from local.home import Home
from tests.end_to_end.projects import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Told:
    """What `make demo` said, and the folder with what it made."""

    exit_code: int
    output: str
    kept: Path


def told(kept: Path, *options: str) -> Told:
    """Run the demo as `make demo` does, keeping what it made."""
    command = [sys.executable, "-m", "local", "demo", *options, "--keep", str(kept)]
    done = subprocess.run(
        command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False
    )
    (kept / "demo.out").write_text(done.stdout + done.stderr, encoding="utf-8")
    return Told(done.returncode, done.stdout + done.stderr, kept)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the demo said and made."""
    return told(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture(scope="module")
def actors(bench: Bench) -> Actors:
    """Attach docs/policies/ to the people's roles, as an administrator does in a new account."""
    actors = Actors(bench.environment(), PROJECT)
    actors.attach()
    return actors


def lacking(bench: Bench) -> list[str]:
    """List what somebody asked and was denied: a permission that is missing somewhere."""
    return [f"{one.principal}: {one.action} on {one.resource}" for one in bench.aws.guard.verdicts() if not one.allowed]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """An empty bench in this process."""
    with Bench(Home(tmp_path_factory.mktemp("bench"))) as bench:
        yield bench
