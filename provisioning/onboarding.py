"""Carry an onboarding plan out, or say what it would do: the first value of a secret, or an offer for a later one.

Safe to run again at any point. What is put gets a version id derived from itself, so that a second run recognises the
first one's work; a value that somebody else put in the meantime is never replaced, only offered to.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from provisioning.consented import Consent, is_of, is_on_its_way
from provisioning.errors import AmazonRefused, SellerkeysError, Unreachable
from provisioning.filling import put_first, start, turn_on
from provisioning.fingerprint import client_mark, partner_print, stores_print
from provisioning.offering import Offering
from provisioning.outcomes import Outcome, failure
from provisioning.payload import OWN, App, Credential, Offer
from provisioning.planning import Action, Planned
from provisioning.proving import prove
from provisioning.state import ACTIVE, ASSUMED, State
from provisioning.store import CURRENT
from provisioning.surveying import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.store import Store


class Carrier(Protocol):
    """Does one planned thing and tells what became of it; raises SellerkeysError."""

    def carry_out(self, planned: Planned) -> Outcome:
        """Do it."""


def apply(plan: Iterable[Planned | Refused], carrier: Carrier) -> Iterator[Outcome]:
    """Carry a plan out, one outcome for each entry as it is known; a failure never stops the others."""
    for planned in plan:
        yield carried_out(planned, carrier)


def carried_out(planned: Planned | Refused, carrier: Carrier) -> Outcome:
    """Carry one thing out, and tell what became of it, a failure too."""
    if isinstance(planned, Refused):
        return failure(planned.seller, planned.why, planned.row)
    try:
        outcome = carrier.carry_out(planned)
    except SellerkeysError as error:
        outcome = failure(planned.seller.seller, error)
    return replace(outcome, row=planned.handed_in.row)


class Prover:
    """Composes and proves what was handed in; the part that doing it and a dry run share."""

    def __init__(self, fleet: Fleet, store: Store, amazon: Amazon) -> None:
        self._fleet = fleet
        self._store = store
        self._amazon = amazon
        self._guard = Lock()

    def prove(self, planned: Planned, keep: Callable[[str], None] = lambda _: None) -> tuple[Credential, State]:
        """Compose the whole credential and prove it; it then holds the refresh token that Amazon answered with.

        Another one than was handed in goes to `keep` before anything else can fail. The state says by which id and
        stores the seller is recognised from now on (design.md 6).
        """
        credential = self.compose(planned)
        proof = prove(self._amazon, credential, {market.id for market in planned.seller.markets}, keep)
        partner = planned.seller.selling_partner_id
        known = State(
            partner=partner_print(self._fleet.base, partner) if partner else None,
            stores=stores_print(planned.secret.arn, proof.stores),
        )
        return replace(credential, refresh_token=proof.refresh_token), known

    def compose(self, planned: Planned) -> Credential:
        """Lay what was handed in over the newest application."""
        seller, handed_in = planned.seller, planned.handed_in
        app, version = (App(*handed_in.own_app), OWN) if handed_in.own_app else self._shared_app
        return Credential(
            seller=seller.seller,
            region=seller.region,
            marketplace_id=seller.markets[0].id,
            client_id=app.client_id,
            client_secret=app.client_secret,
            refresh_token=handed_in.refresh_token,
            app_version=version,
            selling_partner_id=seller.selling_partner_id or None,
        )

    @property
    def _shared_app(self) -> tuple[App, str]:
        # One thread reads it, for all.
        with self._guard:
            return self._read_app

    @cached_property
    def _read_app(self) -> tuple[App, str]:
        value = self._store.read(self._fleet.app_secret)
        return App.from_json(value.text), value.version


class DryRun:
    """Proves, but changes nothing."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover

    def carry_out(self, planned: Planned) -> Outcome:
        """Say what would be done; raises what doing it would."""
        if planned.action is Action.KEEP:
            return _unchanged(planned)
        if planned.action is not Action.TURN_ON:
            self._prover.prove(planned)
        would = {
            Action.FILL: "proven; would put the first value and turn rotation on",
            Action.COMPLETE: "proven; would complete an interrupted onboarding",
            Action.TURN_ON: "would turn rotation on",
            Action.OFFER: "proven; would offer it to the rotation in place of the present one",
        }
        return Outcome(planned.seller.seller, "would " + planned.action, would[planned.action])


class Executor:
    """Does it, in the order that can be interrupted anywhere: prove, put, rotation, state tags."""

    def __init__(self, fleet: Fleet, store: Store, prover: Prover, now: Callable[[], datetime]) -> None:
        self._fleet = fleet
        self._store = store
        self._prover = prover
        self._now = now
        self._offering = Offering(fleet, store)

    def carry_out(self, planned: Planned) -> Outcome:
        """Do what was planned."""
        if planned.action is Action.KEEP:
            return self._correct_day(planned) or _unchanged(planned)
        if planned.action is Action.TURN_ON:
            turn_on(self._store, planned.secret, self._fleet)
            return Outcome(planned.seller.seller, "completed", "rotation was off and is on again")
        renewed: list[str] = []

        def keep(refresh_token: str) -> None:
            renewed.append(refresh_token)
            if planned.secret.holder(CURRENT):
                offer = _offer(planned, refresh_token)
                self._offering.put_aside(planned.secret.arn, offer, consent=self._consented(planned))

        try:
            credential, known = self._prover.prove(planned, keep)
        except (AmazonRefused, Unreachable) as error:
            if not renewed:
                raise
            return self._rescue(planned, renewed[0], error)
        if planned.action is Action.OFFER:
            return self._offer(planned, credential, known)
        return self._fill(planned, credential, known)

    def _rescue(self, planned: Planned, refresh_token: str, error: AmazonRefused | Unreachable) -> Outcome:
        """Tell what became of a refresh token that Amazon sent in place of the one handed in, before the proof failed.

        An empty secret has no place to put it aside: a first version becomes AWSCURRENT. So it is put there only where
        nothing speaks against it, and the rotation proves it.
        """
        told = failure(planned.seller.seller, error)
        if planned.secret.holder(CURRENT):
            became = f"it waits in the secret: `sellerkeys approve {planned.seller.seller}` takes it up"
        elif isinstance(error, Unreachable):
            self._fill_unproven(planned, refresh_token)
            became = "it was stored, and the rotation that was started proves it"
        else:
            became = "it was not stored, so the one handed in may not work any more: get a new one"
        return replace(told, detail=f"{told.detail}; Amazon sent another refresh token in this moment: {became}")

    def _fill_unproven(self, planned: Planned, refresh_token: str) -> None:
        credential = replace(self._prover.compose(planned), refresh_token=refresh_token)
        if not put_first(self._store, planned.secret, credential, self._fleet):
            self._offering.offer(planned.secret.arn, _offer(planned, refresh_token), self._consented(planned))
            return
        self._tag(planned, self._in_use(planned, State()))
        start(self._store, planned.secret, self._fleet, immediately=True)

    def _fill(self, planned: Planned, credential: Credential, known: State) -> Outcome:
        if not put_first(self._store, planned.secret, credential, self._fleet):
            # Somebody else's value is current: theirs was first, ours comes after it.
            return self._offer(planned, credential, known)
        turn_on(self._store, planned.secret, self._fleet)
        state = replace(known, status=ACTIVE, cause="", proven_at=self._now(), app_version=credential.app_version)
        self._tag(planned, self._in_use(planned, state))
        if planned.action is Action.COMPLETE:
            return Outcome(planned.seller.seller, "completed", "an interrupted onboarding was completed")
        return Outcome(
            planned.seller.seller, "onboarded", f"proven for {', '.join(planned.seller.marketplaces)}; rotating"
        )

    def _offer(self, planned: Planned, credential: Credential, known: State) -> Outcome:
        # The day goes with the offer: until Amazon has taken it, the consent before is the one in use, and may end.
        offer = _offer(planned, credential.refresh_token)
        self._offering.offer(planned.secret.arn, offer, self._consented(planned))
        self._tag(planned, replace(known, status=ACTIVE, cause=""))
        return Outcome(planned.seller.seller, "offered", "proven; the rotation that was started takes it up")

    def _tag(self, planned: Planned, state: State) -> None:
        own_app = planned.handed_in.own_app
        client = client_mark(self._fleet.base, own_app[0]) if own_app else None
        state = replace(state, fingerprint=planned.fingerprint, client=client)
        self._store.tag(planned.secret.arn, state.to_tags())

    def _in_use(self, planned: Planned, state: State) -> State:
        """Add the day of the consent to the state of a secret that rests on it from now on."""
        consent, was_assumed = self._consented(planned), State.from_tags(planned.secret.tags).is_day_assumed
        if consent is None:
            return replace(state, consent_day="" if was_assumed else None)
        day = ASSUMED if consent.is_assumed else "" if was_assumed else None
        return replace(state, consented_on=consent.day, consent_day=day)

    def _consented(self, planned: Planned) -> Consent | None:
        """Tell the day of the consent and how sure it is: without the roster's word, today is the latest it can be."""
        said, state = planned.seller.consented_on, State.from_tags(planned.secret.tags)
        known = None if state.is_day_assumed else state.consented_on
        # A day that the roster had before is that of the consent in use, not of the one that is to come after it.
        if said and not (planned.action is Action.OFFER and known and said <= known):
            return Consent(said)
        if planned.seller.application == "own" or not self._fleet.needs_consent:
            return None
        return Consent(self._now().date(), is_assumed=True)

    def _correct_day(self, planned: Planned) -> Outcome | None:
        """Note the day that the roster knows where one was assumed or none noted; None where nothing is to do."""
        said, state = planned.seller.consented_on, State.from_tags(planned.secret.tags)
        is_unsure = state.is_day_assumed or (state.consented_on is None and planned.seller.application == "shared")
        if said is None or not is_unsure:
            return None
        if is_on_its_way(planned.secret):
            # The day may be of the consent that is offered, not of the one in use.
            return Outcome(planned.seller.seller, "unchanged", "a rotation is to take it up: run this again after it")
        if not is_of(said, state):
            late = f"the roster's consented_on, {said}, is after the day on which this credential came: correct it"
            return Outcome(planned.seller.seller, "unchanged", late)
        self._store.tag(planned.secret.arn, State(consented_on=said, consent_day="").to_tags())
        return Outcome(planned.seller.seller, "completed", f"the consent's day, {said}, was noted from the roster")


def _offer(planned: Planned, refresh_token: str) -> Offer:
    seller = planned.seller
    client_id, client_secret = planned.handed_in.own_app or (None, None)
    return Offer(
        seller.seller, refresh_token, client_id, client_secret, seller.region, seller.selling_partner_id or None
    )


def _unchanged(planned: Planned) -> Outcome:
    return Outcome(planned.seller.seller, "unchanged", "this credential is in place already")
