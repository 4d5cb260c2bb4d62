"""The bench: one clock, AWS and Amazon on loopback, and the control API, in one process."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from local.amazon.server import AmazonServer
from local.aws.queues.stranger import Stranger
from local.aws.server import CREDENTIALS, AWSServer
from local.clock import Clock
from local.control import Control
from local.home import VARIABLE, Running
from provisioning.naming import AMAZON_ACCOUNT

if TYPE_CHECKING:
    from local.aws.rotation import Retries
    from local.aws.unsettled import Unsettled
    from local.home import Home

REGION = "eu-west-1"


class Bench:
    """Runs in `home` from `start` to `stop`, or as a context manager; nothing outside the home is left.

    `start` raises HomeBusy. One bench per process: moto keeps its state in its modules.
    """

    def __init__(self, home: Home, *, unsettled: Unsettled | None = None, retries: Retries | None = None) -> None:
        self.home = home
        self.clock: Clock
        self.amazon: AmazonServer
        self.aws: AWSServer
        self.control: Control
        self.stopping = threading.Event()  # set when somebody asks the bench to end, over the control API
        self._unsettled = unsettled
        self._retries = retries
        self._undo = ExitStack()

    def start(self) -> None:
        """Take the home, bring everything up and publish how to reach it."""
        with ExitStack() as undo:
            self.home.claim()
            undo.callback(self.home.release)
            self.clock = Clock()
            undo.callback(self.clock.stop)
            self.amazon = AmazonServer(self.clock)
            undo.callback(self.amazon.stop)
            self.amazon.start()
            self.aws = AWSServer(
                self.clock,
                self.home.functions,
                self.home.logs,
                environment=self._amazon_environment(),
                unsettled=self._unsettled,
                retries=self._retries,
            )
            undo.callback(self.aws.stop)
            self.aws.start()
            self.amazon.notifying.connect(Stranger(AMAZON_ACCOUNT, "notifications"), self.aws.timeline)
            self.control = Control(self.clock, self.aws, self.stopping)
            undo.callback(self.control.stop)
            self.control.start()
            self.home.publish(Running(os.getpid(), self.control.url, self.environment()))
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """Take everything down, in reverse order."""
        self._undo.close()

    def environment(self) -> dict[str, str]:
        """Tell what to set for a program that is to use this bench in place of AWS and Amazon."""
        return {
            "AWS_ENDPOINT_URL": self.aws.url,
            **CREDENTIALS,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            **self._amazon_environment(),
            "SELLERKEYS_BENCH_AMAZON": self.amazon.url,
            VARIABLE: str(self.home.folder),
        }

    def _amazon_environment(self) -> dict[str, str]:
        return {
            "SP_API_OAUTH_URL": self.amazon.lwa_url,
            "SP_API_BASE_URL": self.amazon.sp_api_url,
            "SELLERKEYS_CONSENT_HOSTS": self.amazon.consent_url,
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
