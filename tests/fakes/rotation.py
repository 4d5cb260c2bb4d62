"""Secrets Manager's rotation, played in process: whoever waits lets it play."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning.errors import SellerkeysError
from provisioning.rotation.steps import Recipe, Rotation
from provisioning.store import Store

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.amazon import Amazon
    from tests.fakes.secrets_manager import FakeSecretsManager

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@dataclass
class FakeRotation:
    """Plays the four steps on every secret whose rotation is under way; its clock goes on by what was slept.

    `broken`: the function is never invoked.
    """

    aws: FakeSecretsManager
    amazon: Amazon
    now: datetime
    seconds: float = 0.0
    broken: bool = False

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if not self.broken:
            self.play()

    def play(self) -> None:
        """Try each rotation that is not complete, once."""
        for held in self.aws.secrets.values():
            token = held.holder("AWSPENDING")
            if held.rotation.get("RotationEnabled") and token and token != held.holder("AWSCURRENT"):
                self._try(held.arn, token)

    def _try(self, secret_id: str, token: str) -> None:
        steps = Rotation(
            Store(self.aws), self.amazon, Recipe("sellerkeys/dev/app"), lambda: self.now, lambda: str(uuid.uuid4())
        )
        for step in STEPS:
            try:
                steps.run(step, secret_id, token)
            except SellerkeysError:
                return
