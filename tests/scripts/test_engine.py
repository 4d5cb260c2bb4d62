"""Pulumi through its Automation API, against a program called `pulumi` that plays the engine's part."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import SellerkeysError, Waiting
from scripts.engine import Engine, EngineFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HISTORY = (
    '[{"kind": "%s", "startTime": "2026-11-24T12:00:00.000Z", "message": "told", "environment": {}, "config": {}, '
    '"result": "%s", "endTime": "2026-11-24T12:00:05.000Z", "version": 1, "resourceChanges": {"create": 2}}]'
)
#: Answers what the Automation API asks around an update, and plays `up` for it.
PROGRAM = """\
#!/bin/sh
echo "$@" >> {calls}
case "$*" in
  version) echo v3.220.0 ;;
  *"stack output"*) echo '{{"key_arn": "arn:placeholder"}}' ;;
  *"stack history"*) cat {history} ;;
  *"stack export"*) cat {export} ;;
  *"stack ls"*) echo '[{{"name": "dev", "current": true, "lastUpdate": "2026-11-24T12:00:05.400Z"}},
    {{"name": "x", "current": false}}]' ;;
  *" up "*) {up} ;;
esac
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Engine]:
    """Put the program on PATH and give the engine that meets it."""

    def install(*, up: str = "true", kind: str = "update", result: str = "succeeded", state: str = "{}") -> Engine:
        (tmp_path / "Pulumi.yaml").write_text("name: sellerkeys\nruntime: python\n")
        (tmp_path / "history").write_text(HISTORY % (kind, result))
        (tmp_path / "export").write_text(state)
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "pulumi"
        files = {name: tmp_path / name for name in ("calls", "history", "export")}
        program.write_text(PROGRAM.format(up=up, **files))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return Engine(tmp_path)

    return install


def calls(tmp_path: Path) -> list[str]:
    """What `pulumi` was called with."""
    return (tmp_path / "calls").read_text().splitlines()


def test_an_update_names_its_stack_and_leaves_what_it_was_for(pulumi: Callable[..., Engine], tmp_path: Path) -> None:
    """Its message stands in Pulumi's history; which stack the operator has selected stays as it is."""
    assert pulumi().up("dev-s00", "told") == {"create": 2}

    (update,) = [line for line in calls(tmp_path) if " up " in line]
    assert {"--yes", "--skip-preview", "--color", "never", "--stack", "dev-s00", "--message", "told"} <= set(
        update.split()
    )
    others = [line for line in calls(tmp_path) if " up " not in line and line != "version"]
    assert others == ["--non-interactive stack history --json --page-size 1 --page 1 --stack dev-s00"]


@pytest.mark.parametrize(
    ("kind", "result", "later", "message"),
    [
        ("update", "succeeded", 0.4, "told"),
        ("update", "succeeded", 2.0, None),
        ("update", "failed", 0.4, None),
        ("destroy", "succeeded", 0.4, None),
    ],
    ids=["up to date", "a younger state", "failed", "destroyed"],
)
def test_the_last_update_counts_only_if_it_is_the_whole_truth(
    pulumi: Callable[..., Engine], kind: str, result: str, later: float, message: str | None
) -> None:
    """A run that died writes no history, but its state is younger than the last one's end."""
    written = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC) + timedelta(seconds=later)

    assert pulumi(kind=kind, result=result).last_message("dev", written) == message


def test_stacks_are_listed_with_when_their_state_was_written(pulumi: Callable[..., Engine]) -> None:
    """One that was never updated has no such moment, and no last message."""
    engine = pulumi()

    assert engine.stacks() == {"dev": datetime(2026, 11, 24, 12, 0, 5, 400_000, tzinfo=UTC), "x": None}
    assert engine.last_message("x", None) is None


def test_outputs_are_read_once_and_as_they_are_shown(pulumi: Callable[..., Engine], tmp_path: Path) -> None:
    """A secret one would stay hidden: nothing asks for it in the clear."""
    assert pulumi().outputs("dev") == {"key_arn": "arn:placeholder"}

    assert calls(tmp_path) == ["version", "--non-interactive stack output --json --stack dev"]


def test_sellers_are_read_from_the_state(pulumi: Callable[..., Engine]) -> None:
    """The app secret is none of them; protection is told of each, and whose role a run that died did not write down."""
    seller, secret, role = "sellerkeys:index:SellerSecret", "aws:secretsmanager/secret:Secret", "aws:iam/role:Role"
    found = [
        (seller, f"{seller}::maple", {}),
        (secret, f"{seller}${secret}::maple", {"protect": True}),
        (role, f"{seller}${role}::maple", {}),
        (seller, f"{seller}::berlin", {}),
        (secret, f"{seller}${secret}::berlin", {}),
        (seller, f"{seller}::kyoto", {}),
        (secret, f"sellerkeys:index:AppSecret${secret}::app", {"protect": True}),
        (role, f"sellerkeys:index:RotationFunction${role}::rotation", {}),
    ]
    resources = [{"urn": f"urn:pulumi:dev::sellerkeys::{urn}", "type": kind, **more} for kind, urn, more in found]
    pending = [{"type": "creating", "resource": {"urn": "urn:placeholder", "type": role}}]
    state = {"version": 3, "deployment": {"resources": resources, "pending_operations": pending}}

    contents = pulumi(state=json.dumps(state)).contents("dev")

    assert {name: held.is_protected for name, held in contents.held.items()} == {"maple": True, "berlin": False}
    assert contents.begun == {"berlin", "kyoto"}
    assert contents.was_cut_off


@pytest.mark.parametrize(("kind", "cut_off"), [("creating", True), ("updating", False), ("deleting", False)])
def test_only_what_was_being_made_is_struck_off(pulumi: Callable[..., Engine], kind: str, *, cut_off: bool) -> None:
    """Pulumi does what was being changed or deleted once more, and forgets that it was."""
    pending = [{"type": kind, "resource": {"urn": "urn:placeholder", "type": "aws:iam/role:Role"}}]

    found = pulumi(state=json.dumps({"version": 3, "deployment": {"pending_operations": pending}})).contents("dev")

    assert found.was_cut_off is cut_off


def test_what_a_dead_run_was_making_is_struck_off_without_a_look_at_aws(
    pulumi: Callable[..., Engine], tmp_path: Path
) -> None:
    """The stack alone is refreshed, not the resources in it."""
    pulumi().settle("dev-s00")

    assert calls(tmp_path)[-1] == (
        "--non-interactive refresh --yes --skip-preview --clear-pending-creates --target "
        "urn:pulumi:dev-s00::sellerkeys::pulumi:pulumi:Stack::sellerkeys-dev-s00 --stack dev-s00"
    )


def test_an_interrupted_update_ends_by_itself(pulumi: Callable[..., Engine], tmp_path: Path) -> None:
    """Pulumi gets one SIGINT, writes down what it did, and gives the lock back; nothing else begins."""
    ready, done = tmp_path / "ready", tmp_path / "done"
    engine = pulumi(up=f"trap 'touch {done}; exit 1' INT; touch {ready}; while :; do sleep 0.05; done")

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(engine.up, "dev", "told")
        while not ready.exists() and not running.done():
            time.sleep(0.02)
        engine.interrupt()
        with pytest.raises(KeyboardInterrupt):
            running.result(30)

    assert done.exists()
    with pytest.raises(KeyboardInterrupt):
        engine.up("dev", "told")


@pytest.mark.parametrize(
    ("arranged", "kind", "said"),
    [
        (
            {
                "up": "echo 'Updating'; echo 'error: update failed'; echo;"
                " echo '    error: rosters/dev.csv, row 3, column region: is wrong'; exit 255"
            },
            EngineFailed,
            "`pulumi up` failed: error: update failed | error: rosters/dev.csv, row 3, column region: is wrong",
        ),
        ({"up": "echo 'the plugin went away'; exit 2"}, EngineFailed, "`pulumi up` failed: the plugin went away"),
        ({"up": "exit 2"}, EngineFailed, "`pulumi up` failed: code: 2"),
        (
            {"up": "echo \"error: no stack named 'dev' found\" >&2; exit 255"},
            Waiting,
            "Pulumi has no stack dev yet: run `sellerkeys up` first",
        ),
        (
            {"up": "echo 'error: the stack is currently locked by 1 lock(s)' >&2; exit 255"},
            Waiting,
            (
                "stack dev is being updated by somebody else: wait, then run this again; if nobody is, and a run died, "
                "give its lock back with `pulumi cancel --stack dev`"
            ),
        ),
        (
            {"up": "echo 'error: EOF' >&2; exit 255"},
            Waiting,
            (
                "`pulumi up` found half a state, because a stack is being updated by somebody else: wait, then run "
                "this again; if nobody is, that state is damaged: Pulumi's backend has a copy of the one before"
            ),
        ),
        (
            {"up": "echo 'error: PULUMI_ACCESS_TOKEN must be set' >&2; exit 255"},
            EngineFailed,
            "`pulumi up` failed: error: PULUMI_ACCESS_TOKEN must be set",
        ),
    ],
    ids=["update", "other words", "no words", "no stack", "locked", "half", "not signed in"],
)
def test_a_failure_is_one_line(
    pulumi: Callable[..., Engine], arranged: dict[str, str], kind: type[SellerkeysError], said: str
) -> None:
    """The engine's last error lines are told, in one sentence; a stack's absence or lock is somebody's next step."""
    engine = pulumi(**arranged)

    with pytest.raises(kind) as failure:
        engine.up("dev", "told")

    assert str(failure.value) == said


def test_no_engine_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no `pulumi`, the line says where it is to be had."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineFailed, match=r"`pulumi` cannot be run \(FileNotFoundError\): install it, see https://"):
        Engine(tmp_path).up("dev", "told")
