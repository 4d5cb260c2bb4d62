"""Tell consumers that a seller's secret changed, after its rotation has finished.

At least once: what is told follows from the two versions alone, so a step that AWS repeats tells the same again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.announcing import Change, changed
from provisioning.naming import TAG_BASE
from provisioning.payload import Credential, MalformedPayload
from provisioning.store import CURRENT, PENDING, PREVIOUS

if TYPE_CHECKING:
    from provisioning.announcing import Bus
    from provisioning.store import Store


class Telling:
    """Tells the consumers of one fleet over its bus."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus

    def tell(self, secret_id: str, token: str) -> tuple[str, ...]:
        """Tell what version `token`, just made current, changed; returns its names, none where nobody was told.

        Raises what reading and telling raise: AWS then repeats the step, whose work is done but for this.
        """
        secret = self._store.describe(secret_id)
        # AWS may answer with the labels of a moment ago (aws.md 2.8).
        is_seen = secret.holder(CURRENT) == token
        label, before = (CURRENT, PREVIOUS) if is_seen else (PENDING, CURRENT)
        now = Credential.from_json(self._store.read(secret.arn, label=label, version=token).text)
        names = changed(self._held(secret.arn, before, secret.holder(before)), now)
        if names:
            self._bus.put(Change(secret.tags.get(TAG_BASE, ""), now.seller, secret.arn, token, names))
        return names

    def _held(self, secret_arn: str, label: str, version: str | None) -> Credential | None:
        """Read what was before; None where nobody can tell, as where it was not ours."""
        value = self._store.find(secret_arn, label=label, version=version) if version else None
        try:
            return Credential.from_json(value.text) if value else None
        except MalformedPayload:
            return None
