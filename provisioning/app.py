"""The fleet's shared application: put its first value, proven, into the app secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.errors import SecretEmpty, Waiting
from provisioning.fingerprint import version_id
from provisioning.outcomes import Outcome
from provisioning.payload import App
from provisioning.proving import prove_app
from provisioning.state import ACTIVE, State
from provisioning.store import CURRENT, FIRST

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.store import Secret, Store

_NAME = "app"


class AppSetter:
    """Sets the shared application once; replacing it is the client-secret rotation's work."""

    def __init__(self, fleet: Fleet, store: Store, amazon: Amazon, now: Callable[[], datetime]) -> None:
        self._fleet = fleet
        self._store = store
        self._amazon = amazon
        self._now = now

    def set(self, app: App, expires_on: date | None, *, dry_run: bool) -> Outcome:
        """Prove `app` and store it; the same again is unchanged.

        Raises Waiting if there is another already, SecretNotDeclared before `pulumi up`, AmazonRefused or Unreachable.
        """
        secret = self._store.describe(self._fleet.app_secret)
        present = self._present()
        if present == app:
            return self._note_again(secret, app, expires_on, dry_run=dry_run)
        if present:
            raise Waiting(
                f"secret {secret.name} holds an application already, and replacing it is not there yet: "
                "nothing was changed; wait for a version of sellerkeys that rotates client secrets"
            )
        prove_app(self._amazon, app)
        if dry_run:
            return Outcome(_NAME, "would set", "proven; would store it")
        text = app.to_json()
        version = version_id(secret.arn, text)
        self._store.put(secret.arn, text, version=version, labels=[FIRST])
        if self._store.describe(secret.arn).holder(CURRENT) != version:
            self._store.move(secret.arn, FIRST, to=None, source=version)
            raise Waiting(f"somebody else has just set another application in {secret.name}: nothing was changed")
        self._tag(secret, expires_on)
        return Outcome(_NAME, "set", f"proven and stored in {secret.name}")

    def _note_again(self, secret: Secret, app: App, expires_on: date | None, *, dry_run: bool) -> Outcome:
        """Prove again and write what an interrupted run left unsaid, or a date that is new."""
        state = State.from_tags(secret.tags)
        if state.status and expires_on in (None, state.client_secret_expires_on):
            return Outcome(_NAME, "unchanged", "this application is in place already")
        if dry_run:
            return Outcome(_NAME, "would note", "in place already; would note its state")
        prove_app(self._amazon, app)
        self._tag(secret, expires_on)
        return Outcome(_NAME, "noted", "in place already; proven again and noted")

    def _tag(self, secret: Secret, expires_on: date | None) -> None:
        state = State(status=ACTIVE, proven_at=self._now(), client_secret_expires_on=expires_on)
        self._store.tag(secret.arn, state.to_tags())

    def _present(self) -> App | None:
        try:
            return App.from_json(self._store.read(self._fleet.app_secret).text)
        except SecretEmpty:
            return None
