"""Runs the demo's commands and keeps what each was told and said, so that a test can search it for secrets."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST = 600
_LAST_LINES = 15


class CommandFailed(Exception):
    """A command of the demo did not end well; the text has its last lines."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder with one file for each command's output, in order, and `argv.txt` with every command line."""

    folder: Path

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> str:
        """Run a command to its end and return what it printed; raises CommandFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "argv.txt").open("a", encoding="utf-8") as lines:
            lines.write(shlex.join(command) + "\n")
        done = subprocess.run(  # noqa: S603 - the demo's own commands
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
        number = len(list(self.folder.glob("*.out"))) + 1
        (self.folder / f"{number:02}-{name}.out").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
            raise CommandFailed(f"{shlex.join(command)} ended with exit code {done.returncode}:\n{last}")
        return done.stdout

    def keep(self, name: str, document: Any) -> None:  # noqa: ANN401 - whatever AWS answered
        """Keep a document beside the outputs."""
        text = json.dumps(document, indent=2, default=str)
        (self.folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def tool(name: str) -> str:
    """Name a program that was installed beside this Python."""
    return str(Path(sys.executable).with_name(name))
