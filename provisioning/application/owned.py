"""Sellers' own applications, as far as Amazon tells our queues of them: whose they are, until when they work.

An owner who subscribed our queues has his new client secret brought here; it becomes an offer on his seller's secret,
which the seller's rotation proves once more and takes up. No seller's value is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.errors import RotationPending, Waiting
from provisioning.fingerprint import app_half, client_mark, version_id
from provisioning.naming import TAG_APPLICATION, TAG_REGION, TAG_SELLER, seller_secret_prefix
from provisioning.payload import OWN, App, Offer
from provisioning.proving import prove_app
from provisioning.rotation.offers import Offers
from provisioning.state import State
from provisioning.store import CURRENT, OFFERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.amazon import Amazon
    from provisioning.application.message import ExpiryNotice, NewSecret
    from provisioning.store import Secret, Store


class Owned:
    """The sellers of the fleet `base` that bring applications of their own."""

    def __init__(self, store: Store, amazon: Amazon, base: str) -> None:
        self._store = store
        self._amazon = amazon
        self._base = base

    def of(self, client_id: str) -> list[Secret]:
        """Find the sellers whose own application this is; one merchant may be several sellers (design.md 2)."""
        mark = client_mark(self._base, client_id)
        listed = self._store.list(seller_secret_prefix(self._base))
        return [
            self._store.describe(secret.arn)
            for secret in listed
            if secret.tags.get(TAG_APPLICATION) == OWN and State.from_tags(secret.tags).client == mark
        ]

    def note(self, sellers: Sequence[Secret], notice: ExpiryNotice) -> None:
        """Note until when an own application's client secret lives."""
        for secret in sellers:
            self._store.tag(secret.arn, State(client_secret_expires_on=notice.expires_at.date()).to_tags())

    def offer(self, sellers: Sequence[Secret], message: NewSecret) -> bool:
        """Prove a new client secret and offer it to each of the sellers; says whether it was new to one of them.

        Raises AmazonRefused, Unreachable, or Waiting where one of them cannot take it now.
        """
        app = App(message.client_id, message.client_secret)
        behind = [secret for secret in sellers if self._is_new(secret, app, message)]
        if behind:
            prove_app(self._amazon, app)
        for secret in behind:
            self._offer(secret, app, message)
        return bool(behind)

    def _is_new(self, secret: Secret, app: App, message: NewSecret) -> bool:
        state = State.from_tags(secret.tags)
        half = (state.fingerprint or "").partition(".")[2]
        expires = state.client_secret_expires_on
        is_old = expires is not None and message.expires_at.date() < expires
        return half != app_half(self._base, (app.client_id, app.client_secret)) and not is_old

    def _offer(self, secret: Secret, app: App, message: NewSecret) -> None:
        seller = secret.tags.get(TAG_SELLER, "")
        if secret.holder(CURRENT) is None or not secret.rotation_enabled or secret.rotation_function is None:
            raise Waiting(f"{seller} has a new client secret, but is not rotating: `sellerkeys repair {seller}`")
        if secret.is_pending:
            raise RotationPending(secret.name)
        offer = Offer(
            seller, client_id=app.client_id, client_secret=app.client_secret, region=secret.tags.get(TAG_REGION)
        )
        version = version_id(secret.arn, offer.to_json())
        outstanding = secret.holder(OFFERED)
        if outstanding not in {None, version}:
            raise Waiting(f"{seller} has a new client secret, but another offer is outstanding: it comes after that")
        if outstanding is None:
            Offers(self._store, lambda: version).keep(secret, offer, behind=None)
        self._store.rotate(
            secret.arn, function=secret.rotation_function, schedule=secret.schedule or "", immediately=True
        )
        state = State.from_tags(secret.tags)
        token_half = (state.fingerprint or "").partition(".")[0]
        half = app_half(self._base, (app.client_id, app.client_secret))
        noted = State(
            client_secret_expires_on=message.expires_at.date(),
            fingerprint=f"{token_half}.{half}" if token_half else None,
        )
        self._store.tag(secret.arn, noted.to_tags())
