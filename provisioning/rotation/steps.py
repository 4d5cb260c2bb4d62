"""The four steps on one seller secret (design.md 3, aws.md 2.2); each may be repeated, and failure is an exception."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisioning.causes import Fault
from provisioning.errors import AmazonRefused, SellerkeysError
from provisioning.payload import App, Credential, MalformedPayload, Offer
from provisioning.proving import prove
from provisioning.rotation.versions import Standing, offer_behind, standing, taken_up, taking_up
from provisioning.state import ACTIVE, OFFER_REFUSED, REFUSED, State
from provisioning.store import CURRENT, FIRST, OFFERED, PENDING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.causes import Cause
    from provisioning.store import Secret, Store

_OFFERS_FAULT = frozenset({Fault.SELLER, Fault.OPERATOR})


class Disagreement(SellerkeysError):
    """The pending version speaks of another seller, region or kind of application than the current one."""


class Rotation:
    """Rotates one secret at a time; `new_version` makes version ids, `now` tells the time.

    A rotation ends in one of three ways. Proven: AWSCURRENT moves. Later: the step raises Unreachable, and Secrets
    Manager's retry finds what is there. Refused for good: the pending version is taken back if AWSCURRENT still holds
    the same refresh token, so that the next rotation starts afresh; the state tags say why.
    """

    def __init__(
        self,
        store: Store,
        amazon: Amazon,
        app_secret: str,
        now: Callable[[], datetime],
        new_version: Callable[[], str],
    ) -> None:
        self._store = store
        self._amazon = amazon
        self._app_secret = app_secret
        self._now = now
        self._new_version = new_version

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        """Do one step for version `token`; tells FINISHED if that version is current already."""
        if step == "setSecret":
            # Nothing to set: Amazon made the credential, and a client secret is not changed per seller.
            return Standing.UNDER_WAY
        secret = self._store.describe(secret_id)
        found = standing(secret, token)
        if found is Standing.UNDER_WAY:
            steps = {"createSecret": self._compose, "testSecret": self._test, "finishSecret": self._finish}
            steps[step](secret, token)
        return found

    def _compose(self, secret: Secret, token: str) -> None:
        """createSecret: lay the offer and the newest application over AWSCURRENT, and put the result as AWSPENDING."""
        if self._store.find(secret.arn, label=PENDING, version=token):
            return
        current = self._current(secret)
        offer = secret.holder(OFFERED)
        try:
            credential = self._with_shared_app(self._with_offer(secret, current, offer))
            answer = self._amazon.refresh(credential.app, credential.refresh_token)
        except AmazonRefused as refusal:
            self._refuse(secret, token, offer, refusal.cause)
            raise
        # Stored at once and before the proof: should Amazon ever send another token, this is its only copy.
        credential = replace(credential, refresh_token=answer.refresh_token or credential.refresh_token)
        labels = [PENDING, taking_up(offer)] if offer else [PENDING]
        self._store.put(secret.arn, credential.to_json(), version=token, labels=labels)

    def _test(self, secret: Secret, token: str) -> None:
        """testSecret: prove AWSPENDING; where it has no value (aws.md 2.4, RotateImmediately=false), AWSCURRENT."""
        current = self._current(secret)
        value = self._store.find(secret.arn, label=PENDING, version=token)
        pending = Credential.from_json(value.text) if value else current
        _agree(secret, current, pending)
        offer = offer_behind(secret, token)

        def keep(refresh_token: str) -> None:
            nonlocal offer
            self._offer(secret, pending, refresh_token)
            offer = None  # The label has moved on to the newer token.

        try:
            prove(self._amazon, pending, {pending.marketplace_id}, keep)
        except AmazonRefused as refusal:
            if value and (taken_up(secret, token) or pending.refresh_token == current.refresh_token):
                self._refuse(secret, token, offer, refusal.cause)
            else:
                self._note(secret, REFUSED, refusal.cause)
            raise
        if offer:
            self._store.move(secret.arn, OFFERED, to=None, source=offer)

    def _finish(self, secret: Secret, token: str) -> None:
        """finishSecret: move AWSCURRENT, then say in the state tags what it now holds."""
        value = self._store.read(secret.arn, label=PENDING, version=token)
        self._store.move(secret.arn, CURRENT, to=token, source=secret.holder(CURRENT))
        app_version = Credential.from_json(value.text).app_version
        state = State(status=ACTIVE, cause="", proven_at=self._now(), app_version=app_version)
        self._store.tag(secret.arn, state.to_tags())
        self._tidy(secret, token)

    def _tidy(self, secret: Secret, token: str) -> None:
        """Take off the labels that have served, so that old versions can be deprecated."""
        first, offered = secret.holder(FIRST), taken_up(secret, token)
        if first:
            self._store.move(secret.arn, FIRST, to=None, source=first)
        if offered:
            self._store.move(secret.arn, offered, to=None, source=token)

    def _current(self, secret: Secret) -> Credential:
        return Credential.from_json(self._store.read(secret.arn, label=CURRENT).text)

    def _with_offer(self, secret: Secret, current: Credential, offer: str | None) -> Credential:
        value = self._store.find(secret.arn, label=OFFERED, version=offer) if offer else None
        if value is None:
            return current
        try:
            return Offer.from_json(value.text).over(current)
        except MalformedPayload as error:
            self._store.move(secret.arn, OFFERED, to=None, source=value.version)
            raise Disagreement(f"the offer for {secret.name} was dropped: {error}") from None

    def _with_shared_app(self, credential: Credential) -> Credential:
        if credential.has_own_application:
            return credential
        value = self._store.read(self._app_secret)
        return credential.with_app(App.from_json(value.text), value.version)

    def _offer(self, secret: Secret, pending: Credential, refresh_token: str) -> None:
        """Keep a refresh token that came too late for AWSPENDING, which cannot be overwritten."""
        offer = Offer(pending.seller, refresh_token=refresh_token)
        self._store.put(secret.arn, offer.to_json(), version=self._new_version(), labels=[OFFERED])

    def _refuse(self, secret: Secret, token: str, offer: str | None, cause: Cause) -> None:
        """End a rotation that cannot succeed: drop an offer that is at fault, and take AWSPENDING back."""
        offered = offer is not None and (cause.fault in _OFFERS_FAULT or self._offers_app(secret, offer))
        self._note(secret, OFFER_REFUSED if offered else REFUSED, cause)
        if offer and offered:
            self._store.move(secret.arn, OFFERED, to=None, source=offer)
        self._store.move(secret.arn, PENDING, to=None, source=token)

    def _offers_app(self, secret: Secret, offer: str) -> bool:
        value = self._store.find(secret.arn, label=OFFERED, version=offer)
        return value is not None and Offer.from_json(value.text).client_id is not None

    def _note(self, secret: Secret, status: str, cause: Cause) -> None:
        self._store.tag(secret.arn, State(status=status, cause=cause.code).to_tags())


def _agree(secret: Secret, current: Credential, pending: Credential) -> None:
    """Refuse a pending version that would hand one seller another's credential (aws.md 6.3)."""
    for what, ours, theirs in (
        ("seller", current.seller, pending.seller),
        ("region", current.region, pending.region),
        ("kind of application", current.has_own_application, pending.has_own_application),
    ):
        if ours != theirs:
            raise Disagreement(f"the pending version of {secret.name} names another {what} than the current one")
