"""One process that runs a deployed function, warm until its code changes or it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import TimeoutError as Overdue
from pathlib import Path
from typing import TYPE_CHECKING

from local.aws.functions.answer import Answer, failed
from local.aws.functions.runtime_api import Invocation, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import IO

    from local.aws.functions.answer import Deployed

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_LONGEST_START = 60.0  # AWS gives 10 s; a busy laptop is slower than AWS, and no function's fault
_LONGEST_FAREWELL = 5.0


class Process:
    """Starts at once; `output` gets each line the function writes, `folder` is its unpacked zip."""

    def __init__(
        self,
        function: Deployed,
        folder: Path,
        packages: Path,
        environment: Mapping[str, str],
        output: Callable[[str], None],
    ) -> None:
        self.function = function
        self._output = output
        self._api = RuntimeApi()
        self._api.start()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and files
            [sys.executable, "-I", "-S", str(_BOOTSTRAP), str(packages), function.handler],
            cwd=folder,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address, "LAMBDA_TASK_ROOT": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C at the bench's terminal is for the bench, which then ends its functions itself.
            start_new_session=True,
        )
        self._lines: IO[str] = self._process.stdout or sys.stdin
        self._watcher = threading.Thread(target=self._watch, name=f"function-{function.name}", daemon=True)
        self._watcher.start()

    @property
    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.poll() is None

    def invoke(self, payload: bytes) -> Answer:
        """Run the handler on an event and wait for its answer; past the function's timeout the process is ended."""
        self._api.ready.wait(_LONGEST_START)
        limit = self.function.timeout
        invocation = Invocation(payload, self.function.arn, int((time.time() + limit) * 1000))
        try:
            answer = self._api.submit(invocation).result(limit)
        except Overdue:
            self.stop()
            message = f"RequestId: {invocation.id} Error: Task timed out after {limit:.2f} seconds"
            self._output(message)
            return failed("Sandbox.Timedout", message)
        return answer

    def kill(self) -> None:
        """Let the process die at once, and wait until it is dead."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_LONGEST_FAREWELL)

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        self._watcher.join(_LONGEST_FAREWELL)
        self._api.stop()

    def _watch(self) -> None:
        with self._lines as lines:
            for line in lines:
                self._output(line.rstrip("\n"))
        status = self._process.wait()
        reason = f"exit status {status}" if status >= 0 else f"signal: {signal.Signals(-status).name}"
        self._api.give_up(failed("Runtime.ExitError", f"Error: Runtime exited with error: {reason}"))
