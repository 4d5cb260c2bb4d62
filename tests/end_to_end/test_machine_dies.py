"""A machine that dies in the midst of `sellerkeys up`, with the real engine: nobody cleans up by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import boto3

from local.aws.faults.fault import Fault, FaultKind
from local.demo.recording import tool
from provisioning import naming, roster
from tests.end_to_end.projects import Project, declared

if TYPE_CHECKING:
    from pathlib import Path

    from local.actors import Actors
    from local.bench import Bench

CELLS = {"region": "EU", "marketplaces": "DE", "account_name": "A seller of the test"}
SELLERS = 12
#: How late AWS answers who makes a role.
SECONDS = 1.0


def written(sellers: int) -> str:
    """Write a roster of so many sellers."""
    return roster.render([roster.row_from({"seller": f"seller-{number}", **CELLS}) for number in range(sellers)])


def state(bench: Bench) -> dict[str, Any]:
    """Read what Pulumi has written down of the stack."""
    path = bench.home.folder / "pulumi/state/.pulumi/stacks/sellerkeys/dev.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    return found


def begun(bench: Bench) -> list[str]:
    """List the roles that Pulumi is making and has not written down."""
    try:
        pending = state(bench).get("pending_operations", [])
    except (json.JSONDecodeError, KeyError, FileNotFoundError):
        # Half written at this moment.
        return []
    return [each["resource"]["urn"] for each in pending if each["resource"]["type"] == "aws:iam/role:Role"]


def die(project: Project, bench: Bench) -> None:
    """Start `sellerkeys up`, and kill it and its Pulumi while AWS makes roles; AWS goes on."""
    slow = Fault(FaultKind.SLOW, operation="iam:CreateRole", seconds=SECONDS)
    bench.aws.faults.put(slow)
    running = subprocess.Popen(
        [tool("sellerkeys"), "up"],
        cwd=project.folder,
        env=project.environment | project.actors.keys("deployer"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not begun(bench) and time.monotonic() < until:
        time.sleep(0.005)
    ps = ["ps", "-o", "pid=", "--ppid", str(running.pid)]
    children = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.split()
    for each in (running.pid, *map(int, children)):
        os.kill(each, signal.SIGKILL)
    running.wait()
    bench.aws.faults.clear()
    settled(bench)


def roles(bench: Bench) -> set[str]:
    """List the sellers' roles at AWS."""
    keys = bench.environment()
    session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=keys["AWS_REGION"])
    iam = session.client("iam", endpoint_url=keys["AWS_ENDPOINT_URL"])
    pages = iam.get_paginator("list_roles").paginate(PathPrefix=naming.reader_role_path("dev"))
    return {role["RoleName"] for page in pages for role in page["Roles"]}


def settled(bench: Bench) -> None:
    """Wait until AWS has made what it was asked for: twice the time of one answer without a new role."""
    known, since, until = roles(bench), time.monotonic(), time.monotonic() + 60
    while time.monotonic() < min(since + 2 * SECONDS, until):
        time.sleep(0.1)
        if (now := roles(bench)) != known:
            known, since = now, time.monotonic()


def test_the_same_command_again_completes(bench: Bench, actors: Actors, tmp_path: Path) -> None:
    """The error names the command that takes the lock off; then roles and secrets that were made are taken up."""
    with declared(bench, actors, tmp_path / "project", written(1)) as project:
        (project.folder / "rosters" / "dev.csv").write_text(written(SELLERS), encoding="utf-8")
        die(project, bench)
        cut_off = begun(bench)
        kept = {each["id"] for each in state(bench)["resources"] if each["type"] == "aws:iam/role:Role"}
        unknown = roles(bench) - kept

        locked = project.sellerkeys("deployer", "up")
        lock = project.run("deployer", "pulumi", "cancel", "--yes", "--stack", "dev")
        done = project.sellerkeys("deployer", "up")
        again = project.sellerkeys("deployer", "--output", "json", "up", "--all")

        assert cut_off, "it was killed too late"
        assert unknown, "AWS had made no role that the state does not know"
        assert locked.returncode == 3
        assert "`pulumi cancel --stack dev`" in locked.stdout
        assert lock.returncode == 0
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(again.stdout)["summary"] == {"unchanged": 1}
        resources = state(bench)
        assert not resources.get("pending_operations")
        sellers = [each for each in resources["resources"] if "SellerSecret" in each["urn"]]
        assert len(sellers) == 4 * SELLERS
        assert {each["urn"] for each in sellers} >= set(cut_off)
