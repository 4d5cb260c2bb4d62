"""The processes of all functions: reused while warm, a few in parallel per function, new ones when the code changes."""

from __future__ import annotations

import os
import threading
import zipfile
from collections import defaultdict
from typing import TYPE_CHECKING

from local.aws.access.callers import function_keys
from local.aws.functions import package
from local.aws.functions.answer import failed
from local.aws.functions.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local.aws.functions.answer import Answer, Deployed
    from local.aws.functions.logs import Logs

# What an interpreter and its C library need of the bench's own environment.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")


class Pool:
    """`environment` is what the bench adds for every function; at most `width` processes of a function run at once."""

    def __init__(self, folder: Path, logs: Logs, environment: Mapping[str, str], width: int = 4) -> None:
        self._folder = folder
        self._logs = logs
        self._environment = environment
        self._packages = package.runtime_packages(folder / ".runtime")
        self._guard = threading.Lock()
        self._unpacking = threading.Lock()
        self._places: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(width))
        self._idle: dict[str, list[Process]] = defaultdict(list)
        self._all: set[Process] = set()
        self._stopped = False

    def invoke(self, function: Deployed, payload: bytes) -> Answer:
        """Run a function on an event and wait for its answer; waits first while all its places are taken."""
        with self._guard:
            places = self._places[function.arn]
        with places:
            try:
                process = self._warm(function) or self._start(function)
            except zipfile.BadZipFile:
                return failed("Runtime.InvalidZip", "Error: the deployed code is not a zip file")
            if process is None:
                return failed("ServiceException", "the bench is stopping")
            try:
                answer = process.invoke(payload)
            finally:
                self._give_back(process)
            if answer.error:
                self._logs.keep_error(function, answer.payload)
            return answer

    def retire(self, arn: str) -> None:
        """End a function's idle processes, because it was deleted."""
        with self._guard:
            idle = self._idle.pop(arn, [])
            self._all.difference_update(idle)
        for process in idle:
            process.stop()

    def kill(self, arn: str) -> None:
        """Kill a function's processes in the middle of whatever they do, as a host that fails would.

        What is being invoked fails; the next invocation starts a new process.
        """
        with self._guard:
            struck = [process for process in self._all if process.function.arn == arn]
        for process in struck:
            process.kill()

    def stop(self) -> None:
        """End every process; what is being invoked fails."""
        with self._guard:
            self._stopped = True
            running = list(self._all)
        for process in running:
            process.stop()

    def _warm(self, function: Deployed) -> Process | None:
        with self._guard:
            idle = self._idle[function.arn]
            process = idle.pop() if idle else None
        if process is None or (process.alive and process.function == function):
            return process
        self._discard(process)
        return self._warm(function)

    def _start(self, function: Deployed) -> Process | None:
        with self._unpacking:
            folder = package.unpack(function, self._folder)
        stream = self._logs.stream(function)
        with self._guard:
            if self._stopped:
                return None
            process = Process(function, folder, self._packages, self._variables(function, stream.name), stream.write)
            self._all.add(process)
            return process

    def _give_back(self, process: Process) -> None:
        if process.alive:
            with self._guard:
                self._idle[process.function.arn].append(process)
        else:
            self._discard(process)

    def _discard(self, process: Process) -> None:
        process.stop()
        with self._guard:
            self._all.discard(process)

    def _variables(self, function: Deployed, stream: str) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            **self._environment,
            **function.environment,
            **function_keys(function.role, function.name, function.region),
            "AWS_EXECUTION_ENV": function.runtime,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "_HANDLER": function.handler,
            "TZ": ":UTC",
        }
