"""The app secret's later values: stored first, then proven, then made current, then noted (design.md 4).

Each step may be the last before a crash; whoever comes next finds by the labels how far it got. A version that Amazon
sent carries the label of its life (lives.py), one that a person handed in is on offer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from provisioning.application.lives import LIFETIME, OVERLAP, Life, Source, arrived, known, life_of, served
from provisioning.errors import AmazonRefused, LabelMoved, SellerkeysError, Unreachable
from provisioning.fingerprint import version_id
from provisioning.payload import App, MalformedPayload
from provisioning.proving import prove_app
from provisioning.state import ACTIVE, OFFER_REFUSED, State
from provisioning.store import CURRENT, OFFERED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.store import Secret, Store


#: How long Amazon may refuse a client secret that it has just made: half an hour and more was seen (sp-api.md 5.2).
LAG: Final = timedelta(hours=1)
#: How often the app secret is looked at while it changes.
_LOOKS: Final = 3


class AnotherApplication(SellerkeysError):
    """What arrived or is on offer belongs to another client id than the fleet's application."""


@dataclass(frozen=True, slots=True)
class Held:
    """The app secret as it stands: what is told of it, and its current value, put at `created_at`."""

    secret: Secret
    app: App = field(repr=False)
    version: str
    created_at: datetime


class Keeper:
    """Writes the app secret of a fleet; `now` tells the time, as AWS does."""

    def __init__(self, store: Store, amazon: Amazon, secret_id: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._amazon = amazon
        self._secret_id = secret_id
        self._now = now

    def held(self) -> Held:
        """Read what is current; raises SecretEmpty before anybody set an application.

        What is told and what is read belong together: a change in between would be taken for long ago.
        """
        for _ in range(_LOOKS):
            secret = self._store.describe(self._secret_id)
            value = self._store.read(secret.arn)
            if secret.holder(CURRENT) == value.version:
                return Held(secret, App.from_json(value.text), value.version, value.created_at)
        raise Unreachable(f"AWS tells of secret {self._secret_id} what it no longer holds: run this again")

    def settle(self, held: Held) -> Held:
        """Write how long what is current lives at most, where nothing tells; what was made before cannot end later.

        Without that, a client secret that Amazon sent long ago would pass for a newer one.
        """
        if known(held.secret):
            return held
        self._store.move(held.secret.arn, _untold(held.created_at).label, to=held.version, source=None)
        return self.held()

    def keep(self, held: Held, app: App, life: Life) -> str:
        """Store what Amazon sent under the label of its life; returns its version. The same again does nothing."""
        text = app.to_json()
        version = version_id(held.secret.arn, text)
        if life.label not in held.secret.versions.get(version, ()):
            self._store.put(held.secret.arn, text, version=version, labels=[life.label])
        return version

    def adopt(self, held: Held, app: App, version: str) -> None:
        """Prove a version that is stored, make it current and note it; raises AmazonRefused or Unreachable."""
        prove_app(self._amazon, app)
        self._store.move(held.secret.arn, CURRENT, to=version, source=held.version)
        self.note(self._store.describe(held.secret.arn), changed=True)

    def take_up(self, held: Held | None = None) -> str | None:
        """Take up what a person has put on offer; returns the version that became current, None where nothing is.

        `held` is how the app secret was just read to be, if it was.
        Raises AmazonRefused after dropping what Amazon refuses, Unreachable where it stays on offer.
        """
        held = held or self.held()
        offer = held.secret.holder(OFFERED)
        if offer is None:
            return None
        if offer == held.version:
            self.note(held.secret, changed=True)
        else:
            try:
                self.adopt(held, self._offered(held, offer), offer)
            except AmazonRefused as refused:
                self.refuse(refused)
                self._drop(held.secret, offer)
                raise
            except (MalformedPayload, AnotherApplication):
                self._drop(held.secret, offer)
                raise
        self._drop(held.secret, offer)
        return offer

    def catch_up(self, held: Held) -> str | None:
        """Prove what arrived and was stored but not yet proven; returns its version, None where nothing is.

        Raises AmazonRefused, which is noted unless Amazon has just made it, or Unreachable.
        """
        version = arrived(held.secret)
        life = life_of(held.secret, version)
        if version is None or life is None:
            return None
        app = App.from_json(self._store.read(held.secret.arn, label=life.label, version=version).text)
        try:
            self.adopt(held, app, version)
        except AmazonRefused as refused:
            # Its message may have been set aside within the lag, and then nobody else says so.
            if self._now() - (life.expires_at - LIFETIME) >= LAG:
                self.refuse(refused)
            raise
        return version

    def refuse(self, refused: AmazonRefused) -> None:
        """Note that a new client secret was refused; the one before stays in use."""
        self._store.tag(self._secret_id, State(status=OFFER_REFUSED, cause=refused.cause.code).to_tags())

    def note(self, secret: Secret, *, changed: bool = False) -> bool:
        """Write the state tags of what is current; `changed`: it replaced another. False where they describe it."""
        state, current = State.from_tags(secret.tags), secret.holder(CURRENT)
        if current is None or state.app_version == current:
            return False
        now, life = self._now(), life_of(secret, current)
        noted = State(app_version=current, client_secret_expires_on=life.expires_at.date() if life else None)
        if changed or (life and life.source is not Source.UNTOLD):
            # Otherwise it came from elsewhere, and nothing tells that it was proven.
            noted = replace(noted, status=ACTIVE, cause="", proven_at=now)
        if changed or state.app_version or (life and life.source is Source.AMAZON):
            ends = (life and life.old_ends_at) or now + OVERLAP
            noted = replace(noted, changed_at=now, old_client_secret_ends_at=ends)
        self._store.tag(secret.arn, noted.to_tags())
        return True

    def tidy(self, secret: Secret) -> None:
        """Take off the labels that have served."""
        for label, version in served(secret):
            self._take_off(secret, label, version)

    def learn(self, secret: Secret, life: Life) -> None:
        """Write until when the current version lives, now that Amazon has said so."""
        current, before = secret.holder(CURRENT), known(secret)
        if current is None or before == life:
            return
        self._store.move(secret.arn, life.label, to=current, source=secret.holder(life.label))
        if before and before.label in secret.versions.get(current, ()):
            self._take_off(secret, before.label, current)
        self._store.tag(secret.arn, State(client_secret_expires_on=life.expires_at.date()).to_tags())

    def _offered(self, held: Held, offer: str) -> App:
        """Read an offer, and write how long it lives at most where nothing tells: nobody put it there by `app set`."""
        value = self._store.read(held.secret.arn, label=OFFERED, version=offer)
        app = App.from_json(value.text)
        if app.client_id != held.app.client_id:
            raise AnotherApplication("what is on offer is another application: its sellers are others too")
        if life_of(held.secret, offer) is None:
            self._store.move(held.secret.arn, _untold(value.created_at).label, to=offer, source=None)
        return app

    def _drop(self, secret: Secret, offer: str) -> None:
        self._take_off(secret, OFFERED, offer)

    def _take_off(self, secret: Secret, label: str, version: str) -> None:
        try:
            self._store.move(secret.arn, label, to=None, source=version)
        except LabelMoved:
            # Somebody else has taken it off.
            return


def _untold(put_at: datetime) -> Life:
    """Tell how long a client secret lives at most that was put then: it was made before."""
    return Life(put_at + LIFETIME, Source.UNTOLD)
