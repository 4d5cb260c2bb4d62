"""Pulumi through its Automation API, against a program called `pulumi` that plays the engine's part."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import SellerkeysError, Waiting
from scripts.engine import Engine, EngineFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Answers what the Automation API asks around an update, and plays `body` for `up` and `preview`.
PROGRAM = """\
#!/bin/sh
echo "$@" >> {calls}
case "$*" in
  version) echo v3.220.0 ;;
  *"stack select"*) {select} ;;
  *"stack output"*) echo '{{}}' ;;
  *"stack history"*) echo '[{{"kind": "update", "startTime": "2026-11-24T12:00:00.000Z", "message": "",
    "environment": {{}}, "config": {{}}, "result": "succeeded", "endTime": "2026-11-24T12:00:00.000Z", "version": 1,
    "resourceChanges": {{}}}}]' ;;
  *" up "*) {up} ;;
esac
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Engine]:
    """Put the program on PATH and give the engine that meets it."""

    def install(*, select: str = "true", up: str = "true") -> Engine:
        (tmp_path / "Pulumi.yaml").write_text("name: sellerkeys\nruntime: python\n")
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "pulumi"
        program.write_text(PROGRAM.format(calls=tmp_path / "calls", select=select, up=up))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return Engine(tmp_path, "dev")

    return install


def test_each_line_is_passed_on(pulumi: Callable[..., Engine], tmp_path: Path) -> None:
    """Progress is said as it comes, empty lines left out; what is updated is the stack that was named."""
    heard: list[str] = []

    pulumi(up="echo '+ 2 created'; echo; echo '  done'").up(heard.append)

    assert heard == ["+ 2 created", "  done"]
    (update,) = [line for line in (tmp_path / "calls").read_text().splitlines() if " up " in line]
    assert {"--yes", "--skip-preview", "--color", "never", "--stack", "dev"} <= set(update.split())


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
            {"select": "echo \"error: no stack named 'dev' found\" >&2; exit 255"},
            Waiting,
            "Pulumi has no stack dev yet: run `pulumi stack init dev` first",
        ),
        (
            {"up": "echo 'error: the stack is currently locked by 1 lock(s)' >&2; exit 255"},
            Waiting,
            "stack dev is being updated by somebody else: wait, then run this again",
        ),
        (
            {"select": "echo 'error: PULUMI_ACCESS_TOKEN must be set' >&2; exit 255"},
            EngineFailed,
            "`pulumi up` failed: error: PULUMI_ACCESS_TOKEN must be set",
        ),
    ],
    ids=["update", "other words", "no words", "no stack", "locked", "not signed in"],
)
def test_a_failure_is_one_line(
    pulumi: Callable[..., Engine], arranged: dict[str, str], kind: type[SellerkeysError], said: str
) -> None:
    """The engine's last error lines are told, in one sentence; a stack's absence or lock is somebody's next step."""
    engine = pulumi(**arranged)

    with pytest.raises(kind) as failure:
        engine.up(lambda _: None)

    assert str(failure.value) == said


def test_no_engine_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no `pulumi`, the line says where it is to be had."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineFailed, match=r"`pulumi` cannot be run \(FileNotFoundError\): install it, see https://"):
        Engine(tmp_path, "dev").up(lambda _: None)
