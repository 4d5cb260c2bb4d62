"""Fill an empty secret: the first value by a compare-and-swap, then its rotation; for onboarding, approval and consent.

Safe to run again at any point: what is put gets a version id derived from itself. Botocore and the standard library
only: this module ships in a function's zip.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from provisioning.errors import RotationPending
from provisioning.fingerprint import version_id
from provisioning.store import CURRENT, FIRST

if TYPE_CHECKING:
    from provisioning.payload import Credential
    from provisioning.store import Secret, Store


class Schedule(Protocol):
    """What tells how a fleet's secrets are rotated, and which further names they hold."""

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of further names (`payload.PROFILES`)."""

    @property
    def schedule(self) -> str:
        """Secrets Manager's schedule expression for every seller."""

    def rotation_function(self, account: str) -> str:
        """Write the ARN of the rotation function."""


def put_first(store: Store, secret: Secret, credential: Credential, schedule: Schedule) -> bool:
    """Put a secret's first value; tells whether it, and not somebody else's, is current."""
    text = replace(credential, profiles=schedule.profiles).to_json()
    version = version_id(secret.arn, text)
    if secret.holder(CURRENT) is None and CURRENT in store.put(secret.arn, text, version=version, labels=[FIRST]):
        return True
    found = store.describe(secret.arn).holder(CURRENT)
    if found is None:
        # A rotation that was turned on too early has left a version, so ours was not the secret's first.
        store.move(secret.arn, CURRENT, to=version, source=None)
    return found in {None, version}


def turn_on(store: Store, secret: Secret, schedule: Schedule) -> None:
    """Turn rotation on, and leave the first one to the schedule."""
    try:
        start(store, secret, schedule, immediately=False)
    except RotationPending:
        # It is on already: an earlier run got this far.
        if not store.describe(secret.arn).rotation_enabled:
            raise


def start(store: Store, secret: Secret, schedule: Schedule, *, immediately: bool) -> str:
    """Have a secret rotated as the configuration wants it; returns the version of the rotation, or of its trial."""
    function = schedule.rotation_function(secret.account)
    return store.rotate(secret.arn, function=function, schedule=schedule.schedule, immediately=immediately)
