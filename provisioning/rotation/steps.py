"""The four steps on one seller secret (design.md 3, aws.md 2.2); each may be repeated, and failure is an exception."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from provisioning.causes import Fault
from provisioning.consented import consent_of, taken_into_use
from provisioning.errors import AmazonRefused
from provisioning.fingerprint import client_mark, stores_print
from provisioning.naming import TAG_BASE
from provisioning.payload import App, Credential
from provisioning.proving import prove
from provisioning.rotation.offers import Disagreement, Offers, difference
from provisioning.rotation.versions import (
    Standing,
    is_approved,
    left_behind,
    named,
    offer_behind,
    refusal,
    standing,
    taken_up,
)
from provisioning.state import ACTIVE, OFFER_REFUSED, REFUSED, State, refusal_noted
from provisioning.store import CURRENT, PENDING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.causes import Cause
    from provisioning.payload import Offer
    from provisioning.proving import Proof
    from provisioning.store import Secret, Store

__all__ = ["Disagreement", "Recipe", "Rotation"]

_OFFERS_FAULT = frozenset({Fault.SELLER, Fault.OPERATOR})


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a seller's payload is made of besides his own: the app secret's id, and profiles of further names."""

    app_secret: str
    profiles: tuple[str, ...] = ()


class Rotation:
    """Rotates one secret at a time; `new_version` makes version ids, `now` tells the time.

    A rotation ends in one of three ways. Proven: AWSCURRENT moves. Later: the step raises Unreachable, and Secrets
    Manager's retry finds what is there. Refused for good: the pending version is taken back, so that the next rotation
    starts afresh with the newest application; a refresh token that only it held goes on offer first.
    """

    def __init__(
        self,
        store: Store,
        amazon: Amazon,
        recipe: Recipe,
        now: Callable[[], datetime],
        new_version: Callable[[], str],
    ) -> None:
        self._store = store
        self._amazon = amazon
        self._recipe = recipe
        self._now = now
        self._offers = Offers(store, new_version)

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        """Do one step for version `token`; tells FINISHED if that version is current already.

        Raises NotRotating where the step must not run, Disagreement, AmazonRefused, Unreachable.
        """
        if step == "setSecret":
            # Nothing to set: Amazon made the credential, and a client secret is not changed per seller.
            return Standing.UNDER_WAY
        secret = self._store.describe(secret_id)
        found = standing(secret, token)
        if found is Standing.UNDER_WAY:
            steps = {"createSecret": self._compose, "testSecret": self._test, "finishSecret": self._finish}
            steps[step](secret, token)
        elif found is not Standing.FINISHED:
            self._clear_the_way(secret, token, found)
            raise refusal(secret, found, token)
        elif step == "finishSecret":
            # A retry after AWSCURRENT moved: what was to be said after it may never have been said.
            self._say(secret, token, self._current(secret))
        return found

    def _compose(self, secret: Secret, token: str) -> None:
        """createSecret: lay the offer and the newest application over AWSCURRENT, and put the result as AWSPENDING."""
        if self._store.find(secret.arn, label=PENDING, version=token):
            return
        self._say_consent(secret)
        current = self._current(secret)
        offer, offered = self._offers.take_up(secret, current)
        credential = self._with_shared_app(offered)
        try:
            answer = self._amazon.refresh(credential.app, credential.refresh_token)
        except AmazonRefused as refused:
            brings_app = offered.app != current.app
            self._end(secret, token, offer if offer and _is_at_fault(refused.cause, brings_app) else None, refused)
            # What an earlier one left behind goes here as well: a seller may be refused for months.
            self._forget(secret)
            raise
        # Stored at once and before the proof: should Amazon ever send another token, this is its only copy.
        token_now = answer.refresh_token or credential.refresh_token
        credential = replace(credential, refresh_token=token_now, profiles=self._recipe.profiles)
        consent = consent_of(secret, offer) if offer else None
        labels = [PENDING, *([named(offer)] if offer else []), *([consent.label(offer)] if offer and consent else [])]
        self._store.put(secret.arn, credential.to_json(), version=token, labels=labels)
        # A rotation that was abandoned never came to say that its labels have served.
        self._forget(secret)

    def _test(self, secret: Secret, token: str) -> None:
        """testSecret: prove AWSPENDING; where it has no value (aws.md 2.4, RotateImmediately=false), AWSCURRENT."""
        current = self._current(secret)
        value = self._store.find(secret.arn, label=PENDING, version=token)
        pending = Credential.from_json(value.text) if value else current
        _agree(secret, token, current, pending)
        behind = offer_behind(secret, token)
        renewed = False

        def keep(refresh_token: str) -> None:
            nonlocal renewed
            self._offers.keep(secret, difference(current, pending, refresh_token), behind=behind, of=token)
            renewed = True

        try:
            proof = prove(self._amazon, pending, {pending.marketplace_id}, keep)
        except AmazonRefused as refused:
            if not value:
                self._note(secret, REFUSED, refused.cause)
            elif renewed:
                # The newer token is on offer already, in the place of whatever this version was composed from.
                self._end(secret, token, None, refused)
            else:
                self._take_back(secret, token, current, pending, refused)
            raise
        if behind and not renewed:
            self._offers.drop(secret, behind)
        self._recognise(secret, proof)

    def _recognise(self, secret: Secret, proof: Proof) -> None:
        """Note the stores that Amazon named, where they have changed: a renewal is recognised by them (design.md 6)."""
        stores = stores_print(secret.arn, proof.stores)
        if State.from_tags(secret.tags).stores != stores:
            self._store.tag(secret.arn, State(stores=stores).to_tags())

    def _finish(self, secret: Secret, token: str) -> None:
        """finishSecret: move AWSCURRENT, then say in the state tags what it now holds."""
        value = self._store.read(secret.arn, label=PENDING, version=token)
        self._store.move(secret.arn, CURRENT, to=token, source=secret.holder(CURRENT))
        self._say(secret, token, Credential.from_json(value.text))

    def _say(self, secret: Secret, token: str, credential: Credential) -> None:
        """Write the state tags of what is current, and take off the labels that have served."""
        state = State(
            status=ACTIVE,
            cause="",
            proven_at=self._now(),
            app_version=credential.app_version,
            client=_own_client(secret, credential),
        )
        consent = taken_into_use(secret, token)
        if State.from_tags(secret.tags).status == OFFER_REFUSED and not taken_up(secret, token):
            # Still true: the one before is in use, and whoever handed the refused one in has to learn of it.
            state = replace(state, status=None, cause=None)
        self._store.tag(secret.arn, state.to_tags() | consent.to_tags())
        self._forget(secret, token)

    def _say_consent(self, secret: Secret) -> None:
        """Note the day of the consent in use where the rotation that took it up died before it could."""
        current = secret.holder(CURRENT)
        if current and (tags := taken_into_use(secret, current).to_tags()):
            self._store.tag(secret.arn, tags)

    def _forget(self, secret: Secret, token: str | None = None) -> None:
        """Take off the labels that have served; with `token`, that version's rotation has finished."""
        for label, version in left_behind(secret, token):
            self._offers.take_off(secret, label, version)

    def _take_back(
        self, secret: Secret, token: str, current: Credential, pending: Credential, refused: AmazonRefused
    ) -> None:
        """End a rotation whose pending version was refused, after saving a refresh token that only it holds."""
        offer, held = self._offers.outstanding(secret), {current.refresh_token}
        behind = offer_behind(secret, token)
        at_fault = behind if behind and _is_at_fault(refused.cause, _brings_app(offer)) else None
        if pending.refresh_token not in held | ({offer.refresh_token} if offer else set()):
            only_copy = difference(current, pending, pending.refresh_token)
            if at_fault:
                self._offers.put_aside(secret, only_copy, of=token)
            else:
                self._offers.keep(secret, only_copy, behind=behind, of=token)
        self._end(secret, token, at_fault, refused)

    def _end(self, secret: Secret, token: str, at_fault: str | None, refused: AmazonRefused) -> None:
        """End a rotation that cannot succeed: note the cause, take AWSPENDING back, drop the offer that is at fault.

        In this order: whoever comes after a crash finds the offer, with its day, and refuses it again.
        """
        self._note(secret, OFFER_REFUSED if at_fault else REFUSED, refused.cause)
        days = self._offers.give_back_days(secret, token)
        self._offers.take_off(secret, PENDING, token)
        if at_fault:
            self._offers.drop(secret, at_fault)
            for day in days:
                self._offers.take_off(secret, day, at_fault)
        if label := taken_up(secret, token):
            self._offers.take_off(secret, label, token)

    def _clear_the_way(self, secret: Secret, token: str, found: Standing) -> None:
        """Take back an empty AWSPENDING on a secret that never had a value: it would keep the first one out."""
        is_ours = found is Standing.NEVER_FILLED and secret.holder(PENDING) == token
        if is_ours and not self._store.find(secret.arn, label=PENDING, version=token):
            self._offers.take_off(secret, PENDING, token)

    def _current(self, secret: Secret) -> Credential:
        return Credential.from_json(self._store.read(secret.arn, label=CURRENT).text)

    def _with_shared_app(self, credential: Credential) -> Credential:
        if credential.has_own_application:
            return credential
        value = self._store.read(self._recipe.app_secret)
        return credential.with_app(App.from_json(value.text), value.version)

    def _note(self, secret: Secret, status: str, cause: Cause) -> None:
        noted = refusal_noted(State.from_tags(secret.tags), status, cause.code, self._now())
        self._store.tag(secret.arn, noted.to_tags())


def _own_client(secret: Secret, credential: Credential) -> str | None:
    """Write the mark by which a message of Amazon's about an own application finds its seller."""
    base = secret.tags.get(TAG_BASE)
    return client_mark(base, credential.client_id) if base and credential.has_own_application else None


def _is_at_fault(cause: Cause, brings_app: bool) -> bool:  # noqa: FBT001  what the question is about
    """Whether an offer is to blame for this refusal: for the token always, for the application if it brought one."""
    return cause.fault in _OFFERS_FAULT or brings_app


def _brings_app(offer: Offer | None) -> bool:
    return offer is not None and offer.client_id is not None


def _agree(secret: Secret, token: str, current: Credential, pending: Credential) -> None:
    """Refuse a pending version that would hand one seller another's credential (aws.md 6.3)."""
    ids = (current.selling_partner_id, pending.selling_partner_id)
    label = taken_up(secret, token)
    is_known = None in ids or (label is not None and is_approved(secret, label.removeprefix(named(""))))
    for what, ours, theirs in (
        ("seller", current.seller, pending.seller),
        ("region", current.region, pending.region),
        ("kind of application", current.has_own_application, pending.has_own_application),
        ("selling partner", *(ids if not is_known else (None, None))),
    ):
        if ours != theirs:
            raise Disagreement(f"the pending version of {secret.name} names another {what} than the current one")
