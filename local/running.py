"""Runs a command against a bench: its environment, its signals, its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

NOT_FOUND = 127  # what a shell says of a command it cannot find
_KILLED = 128  # a shell adds the signal's number


def environment(own: Mapping[str, str], bench: Mapping[str, str]) -> dict[str, str]:
    """Lay a bench's variables over a process's own; no AWS setting of the user's own reaches the command."""
    kept = {name: value for name, value in own.items() if not name.startswith("AWS_")}
    direct = ",".join(filter(None, (own.get("NO_PROXY") or own.get("no_proxy"), "127.0.0.1")))
    return {**kept, **bench, "NO_PROXY": direct, "no_proxy": direct}


def run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command to its end, pass signals on to it, and return its exit code as a shell would."""
    try:
        process = subprocess.Popen(command, env=variables)  # noqa: S603 - the command is the user's own
    except FileNotFoundError:
        sys.stderr.write(f"{command[0]}: command not found\n")
        return NOT_FOUND

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # A terminal's Ctrl-C has reached the command already; sent twice, it makes Pulumi give up half-way.
        if number != signal.SIGINT or not os.isatty(0):
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else _KILLED - code
