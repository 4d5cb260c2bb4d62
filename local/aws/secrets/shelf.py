"""Secrets by name and ARN, each found at once: moto goes through all of them for every call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.secretsmanager.models import SecretsStore

if TYPE_CHECKING:
    from moto.secretsmanager.models import FakeSecret, ReplicaSecret

#: AWS ends an ARN with a hyphen and six characters of its own.
_TAIL = 7


class Shelf(SecretsStore):
    """Moto's store, with the same answers, in a time that does not grow with the number of secrets."""

    def __getitem__(self, key: str) -> FakeSecret | ReplicaSecret:
        return dict.__getitem__(self, self._name(key))

    def __contains__(self, key: str) -> bool:  # type: ignore[override]
        return dict.__contains__(self, self._name(key))

    def get(self, key: str) -> FakeSecret | ReplicaSecret | None:  # type: ignore[override]
        """Find a secret by name, ARN or partial ARN; None where there is none."""
        return dict.get(self, self._name(key))

    def pop(self, key: str) -> FakeSecret | ReplicaSecret | None:  # type: ignore[override]
        """Take a secret out."""
        return dict.pop(self, self._name(key), None)

    def _name(self, key: str) -> str:
        """Tell the name behind a name, an ARN, or an ARN without AWS's ending."""
        if dict.__contains__(self, key) or not key.startswith("arn:"):
            return key
        whole = key.rpartition(":secret:")[2]
        found = dict.get(self, whole[:-_TAIL])
        return whole[:-_TAIL] if found is not None and found.arn == key else whole
