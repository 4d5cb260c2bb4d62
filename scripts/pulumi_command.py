"""The `pulumi` command as the Automation API runs it here: many at once, ended gracefully."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from pulumi.automation import CommandResult, LocalWorkspace, OutputValue, PulumiCommand
from pulumi.automation.errors import create_command_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi.automation import OutputMap

    Hear = Callable[[str], object]


class Interruptible(PulumiCommand):
    """Runs each `pulumi` out of the terminal's reach, so that Ctrl-C meets this process and is passed on once.

    Pulumi takes one SIGINT as: finish what is under way, write it down, give the lock back; a second one kills. It
    writes into files and not into pipes: where this process is killed, a broken pipe would kill Pulumi, too, in the
    midst of what it makes; so it comes to its own end. What it says is told after that.
    """

    def __init__(self) -> None:
        super().__init__()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self._is_over = False

    def interrupt(self) -> None:
        """Ask every `pulumi` that runs to come to its end, and let none begin."""
        with self._guard:
            self._is_over = True
            for process in self._running:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Hear | None = None,
        on_error: Hear | None = None,
    ) -> CommandResult:
        """Run one command to its end; raises the Automation API's CommandError, or KeyboardInterrupt once it is over.

        Selecting a stack does nothing: every command names its stack, and which one the operator selected is his.
        """
        if args[:2] == ["stack", "select"]:
            return CommandResult(stdout="", stderr="", code=0)
        if args[:2] == ["stack", "init"]:
            args = [*args, "--no-select"]
        with (
            TemporaryFile("w+", encoding="utf-8", errors="replace") as out,
            TemporaryFile("w+", encoding="utf-8", errors="replace") as err,
        ):
            process = self._begun([self.command, "--non-interactive", *args], cwd, additional_env, (out, err))
            try:
                code = process.wait()
            finally:
                with self._guard:
                    self._running.discard(process)
            result = CommandResult(stdout=_told(out, on_output), stderr=_told(err, on_error), code=code)
        if result.code != 0:
            raise KeyboardInterrupt if self._is_over else create_command_error(result)
        return result

    def _begun(
        self, command: list[str], cwd: str, additional: Mapping[str, str], told: tuple[IO[str], IO[str]]
    ) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._is_over:
                raise KeyboardInterrupt
            process = subprocess.Popen(  # noqa: S603  Pulumi, with arguments of ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=told[0],
                stderr=told[1],
                cwd=cwd,
                env={**os.environ, **additional, "PULUMI_AUTOMATION_API": "true"},
                start_new_session=True,
            )
            self._running.add(process)
        return process


class Workspace(LocalWorkspace):
    """A project whose outputs are read once and as they are shown: secret ones stay hidden, and none of ours is."""

    def stack_outputs(self, stack_name: str) -> OutputMap:
        """Read a stack's outputs."""
        told = self.pulumi_command.run(["stack", "output", "--json", "--stack", stack_name], self.work_dir, {})
        return {name: OutputValue(value, secret=False) for name, value in json.loads(told.stdout).items()}


class Updating(Workspace):
    """The same for updates: nobody asks for their outputs, and each would cost two more runs of `pulumi`."""

    def stack_outputs(self, stack_name: str) -> OutputMap:
        """Give none."""
        del stack_name
        return {}


def _told(said: IO[str], hear: Hear | None) -> str:
    said.seek(0)
    lines = [line.rstrip() for line in said]
    if hear:
        for line in lines:
            hear(line)
    return "\n".join(lines)
