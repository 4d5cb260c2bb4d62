"""Fleets that end-to-end tests begin with: a project with a roster of its own, or the demo's, declared on a bench."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local import running
from local.amazon.issuing import AdminClient, issue
from local.demo.recording import Recording, tool
from local.engine.attach import attached
from provisioning.roster import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.actors import Actors
    from local.bench import Bench

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 120


@dataclass(frozen=True)
class Project:
    """A copy of the project with a roster of its own, against a bench; `actors` have roles there."""

    folder: Path
    environment: dict[str, str]
    actors: Actors

    def run(self, actor: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder, as an actor."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | self.actors.keys(actor),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Pulumi as the deployer, without colours and progress."""
        return self.run("deployer", "pulumi", *arguments, "--color", "never", "--suppress-progress")

    def sellerkeys(self, actor: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as an actor."""
        return self.run(actor, tool("sellerkeys"), *arguments)

    @property
    def client_id(self) -> str:
        """The shared application's client id."""
        return (self.folder / "issued" / "client-id.txt").read_text(encoding="utf-8").strip()


@contextmanager
def declared(
    bench: Bench,
    actors: Actors,
    folder: Path,
    roster: str,
    *,
    later: str = "",
    application_id: str = "",
    more: str = "",
) -> Iterator[Project]:
    """Declare a roster's sellers and set their shared application; Amazon knows `later`'s sellers, too.

    `more` are lines of configuration beside the demo's.
    """
    _copy(folder, roster)
    config = folder / "Pulumi.dev.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("config:\n", f"config:\n{more}", 1), encoding="utf-8")
    issue(AdminClient(bench.amazon.url), parse(roster + later, "roster"), folder / "issued", application_id)
    # The copy, not the checkout that is installed, is what runs.
    environment = running.environment(os.environ, bench.environment()) | {"PYTHONPATH": str(folder)}
    with attached(environment | actors.keys("deployer"), bench.home.folder) as pulumi:
        project = Project(folder, environment | pulumi, actors)
        secret = str(folder / "issued" / "client-secret.txt")
        for done in (
            project.run("deployer", "pulumi", "stack", "init", "dev"),
            project.pulumi("up", "--yes", "--stack", "dev"),
            project.sellerkeys(
                "onboarder", "app", "set", "--client-id", project.client_id, "--client-secret-file", secret
            ),
        ):
            assert done.returncode == 0, done.stdout + done.stderr
        yield project


def _copy(folder: Path, roster: str) -> None:
    for name in ("infra", "provisioning"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "rosters").mkdir()
    (folder / "rosters" / "dev.csv").write_text(roster, encoding="utf-8")


@dataclass(frozen=True)
class Onboarded:
    """The demo's fleet after its first rotations: what everybody's environment has, and the shared application."""

    environment: dict[str, str]
    client_id: str


def onboard(bench: Bench, actors: Actors) -> Onboarded:
    """Declare and onboard the demo's fleet, each person under a role of his own."""
    plain = running.environment(os.environ, bench.environment())
    issued = bench.home.folder / "issued"
    with attached(plain | actors.keys("deployer"), bench.home.folder) as pulumi:
        environment, recording = plain | pulumi, Recording(bench.home.folder / "records")

        def run(actor: str, *command: str) -> None:
            recording.run(command[0].rpartition("/")[2], command, environment | actors.keys(actor), PROJECT)

        run("deployer", "pulumi", "stack", "select", "--create", "dev")
        run("deployer", "pulumi", "up", "--yes", "--stack", "dev", "--suppress-progress")
        run("onboarder", tool("python"), "-m", "local", "issue", str(issued), "--roster", "rosters/dev.csv")
        client_id = (issued / "client-id.txt").read_text(encoding="utf-8").strip()
        secret = str(issued / "client-secret.txt")
        sellerkeys = ("onboarder", tool("sellerkeys"), "--stack", "dev")
        run(*sellerkeys, "app", "set", "--client-id", client_id, "--client-secret-file", secret)
        run(*sellerkeys, "onboard", str(issued / "sellers.csv"))
    assert bench.aws.wait_idle(PATIENCE)
    return Onboarded(plain, client_id)
