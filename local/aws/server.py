"""AWS on loopback, put together: the HTTP server, the installed rules, functions, rotations, events.

moto keeps its state in its modules, so a process can run one of these at a time; `start` begins with an empty account.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from moto.core.base_backend import BackendDict

from local.aws import roles, tables, wsgi
from local.aws.access import callers
from local.aws.access.callers import Callers
from local.aws.access.guard import Guard
from local.aws.alarms import responses as alarms
from local.aws.alarms.metered import Metered
from local.aws.events import backend as events
from local.aws.faults.budgets import Spent
from local.aws.faults.fault import Faults
from local.aws.faults.striking import Dropped, Striking
from local.aws.functions import backend as functions
from local.aws.functions.logs import Logs
from local.aws.history import responses as history
from local.aws.history.history import History
from local.aws.queues import backend as queues
from local.aws.rotation import Retries, Rotations
from local.aws.secrets import responses as secrets
from local.aws.secrets.keys import Keys
from local.aws.timeline import Timeline
from local.aws.trail import Trail
from local.aws.unsettled import Unsettled
from local.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local.clock import Clock

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "BENCHBENCHBENCHBENCH", "AWS_SECRET_ACCESS_KEY": "placeholder"}


class AWSServer:
    """One account in every region; each function's environment gets `environment` too."""

    def __init__(  # noqa: PLR0913 - what the account stands on, and its switches
        self,
        clock: Clock,
        functions_folder: Path,
        logs_folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        unsettled: Unsettled | None = None,
        retries: Retries | None = None,
    ) -> None:
        wsgi.cache_lookups()
        BackendDict.reset()
        self._stopping = threading.Event()
        self.faults = Faults()
        striking = Striking(self.faults, Spent(time.monotonic), self._pause)
        self._callers = Callers(CREDENTIALS)
        self.guard = Guard(self._callers)
        self._server = Loopback(wsgi.handler(wsgi.application(), clock, striking, self.guard), "aws")
        unsettled = unsettled or Unsettled()
        self.timeline = Timeline(clock)
        self.trail = Trail(clock, lambda event: events.tell(event, unsettled.rotation_detail_type))
        self.history = History(clock, self.trail, events.tell_call)
        self.guard.noted = self.history.note
        history.install(self.history)
        self._pool = Metered(
            functions_folder,
            Logs(logs_folder, self.guard),
            {**(environment or {}), "AWS_ENDPOINT_URL": self._server.url},
            self.timeline,
        )
        self.rotations = Rotations(clock, functions.invoke, self.trail, retries or Retries())
        callers.install(self._callers)
        self._urls = functions.install(self._pool, clock, self._pool.count_url)
        self.keys = Keys()
        secrets.install(clock, self.rotations, self.trail, unsettled, self.keys)
        alarms.install(self.timeline)
        events.install(self.timeline, self.guard)
        queues.install(self.timeline, self.guard)
        tables.install()
        roles.install()

    @property
    def url(self) -> str:
        """Tell the address that every service answers at, the value of AWS_ENDPOINT_URL."""
        return self._server.url

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing rotates, runs or is due by now; False after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if not (self.rotations.wait_idle(left) and self.timeline.wait_idle(left)):
                return False
            # What ran on the timeline may have begun a rotation, and the other way round.
            if self.rotations.wait_idle(0) and self.timeline.wait_idle(0):
                return True
        return False

    def kill_function(self, arn: str) -> None:
        """Kill a function's processes in the middle of whatever they do; the next invocation starts a new one."""
        self._pool.kill(arn)

    def stop(self) -> None:
        """End rotations and functions, then stop answering; nothing is left running."""
        self._stopping.set()
        self._urls.stop()
        self.rotations.close()
        self.timeline.close()
        self._pool.stop()
        self.rotations.join()
        self.timeline.join()
        self._server.stop()

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Dropped
