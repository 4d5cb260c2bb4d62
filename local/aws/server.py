"""AWS on loopback, put together: the HTTP server, the installed rules, functions, rotations, events.

moto keeps its state in its modules, so a process can run one of these at a time; `start` begins with an empty account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core.base_backend import BackendDict

from local.aws import wsgi
from local.aws.functions import backend as functions
from local.aws.functions.logs import Logs
from local.aws.functions.pool import Pool
from local.aws.rotation import Retries, Rotations
from local.aws.secrets import responses as secrets
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
        self._server = Loopback(wsgi.handler(wsgi.application(), clock), "aws")
        self.trail = Trail(clock)
        self._pool = Pool(
            functions_folder,
            Logs(logs_folder),
            {**(environment or {}), **CREDENTIALS, "AWS_ENDPOINT_URL": self._server.url},
        )
        self.rotations = Rotations(clock, functions.invoke, self.trail, retries or Retries())
        functions.install(self._pool)
        secrets.install(clock, self.rotations, self.trail, unsettled or Unsettled())

    @property
    def url(self) -> str:
        """Tell the address that every service answers at, the value of AWS_ENDPOINT_URL."""
        return self._server.url

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """End rotations and functions, then stop answering; nothing is left running."""
        self.rotations.close()
        self._pool.stop()
        self.rotations.join()
        self._server.stop()
