"""moto's secrets, read and written as this folder's types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.secretsmanager.exceptions import OperationNotPermittedOnReplica
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend

from local.aws.secrets.refusal import invalid_request, not_found
from local.aws.secrets.versions import CURRENT, Value, Version, holder

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from local.aws.rotation import Rotations
    from local.aws.secrets.keys import Keys
    from local.aws.trail import Trail
    from local.aws.unsettled import Unsettled
    from local.clock import Clock


class Store(SecretsManagerBackend):
    """One account's secrets in one region; moto makes the objects, so what they work with is set on the class."""

    clock: ClassVar[Clock]
    rotations: ClassVar[Rotations]
    trail: ClassVar[Trail]
    unsettled: ClassVar[Unsettled]
    keys: ClassVar[Keys]
    lock: ClassVar[threading.RLock]

    def found(self, secret_id: str) -> FakeSecret | ReplicaSecret:
        """Find a secret by name, ARN or partial ARN; raises Refused. Past its recovery window it is gone."""
        secret = self.secrets.get(secret_id)
        if secret is None:
            raise not_found()
        if isinstance(secret, FakeSecret) and secret.deleted_date and secret.deleted_date <= self.clock.timestamp():
            self.secrets.pop(secret.name)
            raise not_found()
        return secret

    def readable(self, secret_id: str) -> FakeSecret | ReplicaSecret:
        """Find a secret that is not scheduled for deletion; raises Refused."""
        secret = self.found(secret_id)
        if secret.is_deleted():
            raise invalid_request("You can't perform this operation on the secret because it was marked for deletion.")
        return secret

    def writable(self, secret_id: str) -> FakeSecret:
        """Find a secret that may be changed: not a replica, not scheduled for deletion."""
        secret = self.readable(secret_id)
        if isinstance(secret, ReplicaSecret):
            raise OperationNotPermittedOnReplica
        return secret

    def live(self, arn: str) -> FakeSecret | None:
        """Find a secret for a rotation, or None where it was deleted meanwhile."""
        secret = self.secrets.get(arn)
        return secret if isinstance(secret, FakeSecret) and not secret.is_deleted() else None

    def save(self, secret: FakeSecret, versions: Mapping[str, Version]) -> None:
        """Write a secret's versions back in moto's shape, and note the change."""
        current = holder(versions, CURRENT)
        secret.versions = {version.id: _row(version) for version in versions.values()}
        secret.set_default_version_id(current.id if current else None)
        secret.last_changed_date = int(self.clock.timestamp())


def load(secret: FakeSecret | ReplicaSecret) -> dict[str, Version]:
    """Read a secret's versions, oldest first."""
    return {key: _version(key, row) for key, row in secret.versions.items()}


def labels(version: Version) -> list[str]:
    """Write a version's labels as AWS lists them."""
    return sorted(version.labels)


def _version(version_id: str, row: dict[str, Any]) -> Version:
    text, binary = row.get("secret_string"), row.get("secret_binary")
    value = Value(text, binary, row.get("data_key")) if text is not None or binary is not None else None
    return Version(version_id, value, frozenset(row["version_stages"]), datetime.fromtimestamp(row["createdate"], UTC))


def _row(version: Version) -> dict[str, Any]:
    value = version.value or Value()
    held = {"secret_string": value.text, "secret_binary": value.binary, "data_key": value.data_key}
    return {
        "createdate": version.created.timestamp(),
        "version_id": version.id,
        "version_stages": labels(version),
        **{key: part for key, part in held.items() if part is not None},
    }
