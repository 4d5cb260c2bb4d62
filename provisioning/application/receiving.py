"""One message of Amazon's: what it says, whether it is ours and newer, and what becomes of it (sp-api.md 5.4).

Whoever calls may delete a message only where this returns: it raises as long as the new client secret is not stored
and proven, and for every message that is not understood, so that the dead-letter queue gets it untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from provisioning.application.keeping import LAG, AnotherApplication
from provisioning.application.lives import Life, Source, known, life_of
from provisioning.application.message import NewSecret, read
from provisioning.errors import AmazonRefused, SellerkeysError, Unreachable
from provisioning.fingerprint import version_id
from provisioning.payload import App
from provisioning.state import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.application.keeping import Held, Keeper
    from provisioning.application.message import ExpiryNotice
    from provisioning.application.owned import Owned
    from provisioning.store import Store


class Became(StrEnum):
    """What became of a message that may be deleted."""

    CURRENT = "made current"
    DUPLICATE = "in place already"
    OLD = "older than what is in place"
    NOTED = "noted"
    OFFERED = "offered to the seller"


class Doubtful(SellerkeysError):
    """A message is older than what a person put in by hand; only a person can tell which of the two is newer."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the queue hands it over: its body, and when it was sent."""

    body: str
    sent_at: datetime | None = None


class Receiver:
    """Receives for the fleet's shared application, and for sellers' own ones that are told of by the same queues."""

    def __init__(self, keeper: Keeper, owned: Owned, store: Store, now: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._owned = owned
        self._store = store
        self._now = now

    def receive(self, letter: Letter) -> Became:
        """Do what a message asks for; raises where it has to stay in the queue."""
        message = read(letter.body)
        held = self._keeper.settle(self._keeper.held())
        if message.client_id != held.app.client_id:
            return self._received_for_a_seller(message)
        if isinstance(message, NewSecret):
            became = self._new_secret(held, message, letter.sent_at)
        else:
            became = self._expiry(held, message)
        self._store.tag(held.secret.arn, State(noticed_at=self._now()).to_tags())
        return became

    def _received_for_a_seller(self, message: NewSecret | ExpiryNotice) -> Became:
        sellers = self._owned.of(message.client_id)
        if not sellers:
            raise AnotherApplication(
                "the message is about an application that neither the fleet nor a seller of it is known to use"
            )
        if isinstance(message, NewSecret):
            return Became.OFFERED if self._owned.offer(sellers, message) else Became.DUPLICATE
        self._owned.note(sellers, message)
        return Became.NOTED

    def _new_secret(self, held: Held, message: NewSecret, sent_at: datetime | None) -> Became:
        app = App(message.client_id, message.client_secret)
        life = Life(message.expires_at, Source.AMAZON, message.old_ends_at)
        version = version_id(held.secret.arn, app.to_json())
        if version == held.version:
            # A retry after AWSCURRENT moved, or handed in by a person before: what is to be said may be unsaid.
            if life_of(held.secret, version) != life:
                self._keeper.learn(held.secret, life)
            self._keeper.note(held.secret)
            return Became.DUPLICATE
        current = known(held.secret)
        if current and life.expires_at <= current.expires_at:
            if current.source is Source.AMAZON or version in held.secret.versions:
                return Became.OLD
            raise Doubtful(
                "the message's client secret expires before the one that was put in by hand says it does: "
                "nothing was changed, and the message is kept for a person"
            )
        self._keeper.keep(held, app, life)
        try:
            self._keeper.adopt(held, app, version)
        except AmazonRefused as refused:
            if sent_at and self._now() - sent_at < LAG:
                raise Unreachable(
                    f"Amazon does not accept the client secret yet that it made since {sent_at:%H:%M} UTC "
                    f"({refused.cause.code}): it is stored, and is tried again"
                ) from None
            self._keeper.refuse(refused)
            raise
        return Became.CURRENT

    def _expiry(self, held: Held, notice: ExpiryNotice) -> Became:
        """Note until when the client secret in use lives; a notice from before it came into use speaks of another."""
        changed_at = State.from_tags(held.secret.tags).changed_at
        if changed_at and notice.said_at and notice.said_at < changed_at:
            return Became.OLD
        current = known(held.secret)
        if current is None or current.source is not Source.AMAZON:
            self._keeper.learn(held.secret, Life(notice.expires_at, Source.AMAZON))
        return Became.NOTED
