"""The `pulumi` command as the Automation API runs it here: many at once, ended gracefully."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Hear = Callable[[str], object]


class Interruptible(PulumiCommand):
    """Runs each `pulumi` out of the terminal's reach, so that Ctrl-C meets this process and is passed on once.

    Pulumi takes one SIGINT as: finish what is under way, write it down, give the lock back; a second one kills.
    """

    def __init__(self) -> None:
        super().__init__()
        self._running: set[subprocess.Popen[str]] = set()
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
        process = self._begun([self.command, "--non-interactive", *args], cwd, additional_env)
        try:
            with process:
                lines = _Lines(process.stdout, on_output), _Lines(process.stderr, on_error)
                stdout, stderr = (each.all() for each in lines)
        finally:
            with self._guard:
                self._running.discard(process)
        result = CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if result.code != 0:
            raise KeyboardInterrupt if self._is_over else create_command_error(result)
        return result

    def _begun(self, command: list[str], cwd: str, additional: Mapping[str, str]) -> subprocess.Popen[str]:
        with self._guard:
            if self._is_over:
                raise KeyboardInterrupt
            process = subprocess.Popen(  # noqa: S603  Pulumi, with arguments of ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env={**os.environ, **additional, "PULUMI_AUTOMATION_API": "true"},
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        return process


class _Lines(threading.Thread):
    """Reads a stream to its end, handing each line on as it comes."""

    def __init__(self, stream: IO[str] | None, hear: Hear | None) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._hear = hear
        self._lines: list[str] = []
        self.start()

    def run(self) -> None:
        for line in self._stream or ():
            self._lines.append(line.rstrip())
            if self._hear:
                self._hear(line.rstrip())

    def all(self) -> str:
        """Wait for the end, and give everything."""
        self.join()
        return "\n".join(self._lines)
