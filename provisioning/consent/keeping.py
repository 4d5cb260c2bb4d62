"""Put a proven credential where it belongs: a first value, an offer to the rotation, or a place to wait for a person.

Nothing here reads a seller's value: what a secret's labels say decides (design.md 4, 6). Each way can be interrupted
anywhere; what was put is recognised by a version id derived from itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from provisioning.consent.refusals import WAITS_ALREADY, Refused
from provisioning.consented import Consent
from provisioning.errors import LabelMoved, RotationPending
from provisioning.filling import put_first, turn_on
from provisioning.fingerprint import client_mark, fingerprint, partner_print, stores_print
from provisioning.offering import Offering
from provisioning.payload import Offer
from provisioning.state import ACTIVE, HELD, State
from provisioning.store import CURRENT, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.filling import Schedule
    from provisioning.holding import Holding
    from provisioning.payload import Credential
    from provisioning.store import Secret, Store

#: How often, and how many seconds apart, a rotation that is under way is given time to end.
_TRIES: Final = 5
_APART: Final = 2.0


@dataclass(frozen=True, slots=True)
class Proven:
    """A credential that Amazon took, and the stores it named: pairs of marketplace id and store name."""

    credential: Credential
    stores: tuple[tuple[str, str], ...] = field(repr=False)


class Keeping:
    """Keeps what the sellers of one fleet hand over; `sleep` waits some seconds."""

    def __init__(
        self,
        base: str,
        store: Store,
        schedule: Schedule,
        holding: Holding,
        sleep: Callable[[float], None],
    ) -> None:
        self._base = base
        self._store = store
        self._schedule = schedule
        self._holding = holding
        self._sleep = sleep
        self._offering = Offering(schedule, store)

    def keep(self, secret: Secret, proven: Proven) -> bool:
        """Put it in: the first value of an empty secret, else an offer; False where it could only be left waiting."""
        credential = proven.credential
        if secret.holder(CURRENT) is None and put_first(self._store, secret, credential, self._schedule):
            turn_on(self._store, secret, self._schedule)
            state = State(status=ACTIVE, cause="", proven_at=self._store.now(), app_version=credential.app_version)
            if consent := self._consent(_offer(credential)):
                state = replace(state, consented_on=consent.day, consent_day="")
        elif self._offer(secret, _offer(credential)):
            state = State(status=ACTIVE, cause="")
        else:
            return False
        self._note(secret, proven, state)
        return True

    def hold(self, secret: Secret, credential: Credential) -> None:
        """Leave it waiting for a person; raises Refused where one waits already, which then stays."""
        offer = _offer(credential)
        if secret.holder(CURRENT) is None:
            if State.from_tags(secret.tags).status != HELD:
                # Before it is held: should this process die, a person is told all the same.
                self._store.tag(secret.arn, State(status=HELD, told_waiting="").to_tags())
            if not self._holding.hold(offer, self._store.now()):
                raise Refused(WAITS_ALREADY, credential.seller)
            consent = self._consent(offer)
            self._store.tag(secret.arn, State(waiting_consent=consent and consent.day, told_waiting="").to_tags())
        elif secret.holder(WAITING):
            raise Refused(WAITS_ALREADY, credential.seller)
        else:
            self._offering.put_aside(secret.arn, offer, consent=self._consent(offer))

    def _consent(self, offer: Offer) -> Consent | None:
        """Say that the consent is of today; an application of a seller's own has no such end."""
        return None if offer.client_id else Consent(self._store.now().date())

    def _offer(self, secret: Secret, offer: Offer) -> bool:
        """Offer it; while a rotation is under way wait for its end, and at last leave it waiting in the secret."""
        for _ in range(_TRIES):
            try:
                self._offering.offer(secret.arn, offer, self._consent(offer))
            except (RotationPending, LabelMoved):
                self._sleep(_APART)
            else:
                return True
        if self._store.describe(secret.arn).holder(WAITING):
            raise Refused(WAITS_ALREADY, offer.seller)
        self._offering.put_aside(secret.arn, offer, consent=self._consent(offer))
        return False

    def _note(self, secret: Secret, proven: Proven, state: State) -> None:
        credential = proven.credential
        own_app = (credential.client_id, credential.client_secret) if credential.has_own_application else None
        partner = credential.selling_partner_id
        tags = (
            state.to_tags()
            | State(
                fingerprint=fingerprint(self._base, credential.refresh_token, own_app),
                arrived_at=self._store.now(),
                client=client_mark(self._base, credential.client_id) if own_app else None,
                partner=partner_print(self._base, partner) if partner else None,
                stores=stores_print(secret.arn, proven.stores),
            ).to_tags()
        )
        self._store.tag(secret.arn, tags)


def _offer(credential: Credential) -> Offer:
    own = credential.has_own_application
    return Offer(
        seller=credential.seller,
        refresh_token=credential.refresh_token,
        client_id=credential.client_id if own else None,
        client_secret=credential.client_secret if own else None,
        region=credential.region,
        selling_partner_id=credential.selling_partner_id,
    )
