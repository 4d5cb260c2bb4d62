"""Where a function's output goes: a file of the bench's home, and CloudWatch Logs."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING

from moto.logs.models import logs_backends

from local.aws.access.asked import Asked

if TYPE_CHECKING:
    from pathlib import Path

    from local.aws.access.guard import Guard
    from local.aws.functions.answer import Deployed


class Logs:
    """Writes under one folder, one file per function, and one for the bodies of its errors.

    To CloudWatch Logs as far as the function's role may, which `guard` decides.
    """

    def __init__(self, folder: Path, guard: Guard) -> None:
        self._folder = folder
        self._access = guard
        self._guard = threading.Lock()

    def stream(self, function: Deployed) -> Stream:
        """Open the stream of a new process; makes the log group if nobody declared it, as Lambda does."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return Stream(function, self._folder / f"{function.name}.log", self._guard, self._access)

    def keep_error(self, function: Deployed, body: bytes) -> None:
        """Keep the body of a failed invocation, which AWS hands to the caller and no log shows."""
        with self._guard, (self._folder / f"{function.name}.errors.log").open("ab") as file:
            file.write(body + b"\n")


class Stream:
    """The output of one process."""

    def __init__(self, function: Deployed, file: Path, guard: threading.Lock, access: Guard) -> None:
        self.name = f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid.uuid4().hex}"
        self._group = function.log_group
        self._file = file
        self._guard = guard
        self._backend = logs_backends[function.account][function.region]
        stream = f"arn:aws:logs:{function.region}:{function.account}:log-group:{self._group}:log-stream:{self.name}"
        asked = [Asked(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")]
        if access.role_lacks(function.role, function.name, asked, function.region):
            return  # Lambda then runs the function, and nobody sees what it says
        with guard:
            self._backend.ensure_log_group(self._group)
            self._backend.ensure_log_stream(self._group, self.name)

    def write(self, line: str) -> None:
        """Append one line; a log group deleted meanwhile takes no more."""
        with self._guard:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
            group = self._backend.groups.get(self._group)
            if group and self.name in group.streams:
                # CloudWatch Logs refuses times far from its own, so this is the real time, not the bench's.
                event = {"timestamp": int(time.time() * 1000), "message": line}
                self._backend.put_log_events(self._group, self.name, [event])
