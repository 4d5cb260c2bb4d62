"""Offers as the rotation meets them: laid over AWSCURRENT, sent to wait, kept where a token would be lost, dropped.

The labels are the whole state (design.md 4). Nothing here takes a label off an offer before the offer's end is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.consented import consent_on, is_consent, offer_of
from provisioning.errors import LabelMoved, SellerkeysError
from provisioning.payload import MalformedPayload, Offer
from provisioning.rotation.versions import is_approved, named
from provisioning.store import KEPT, OFFERED, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.payload import Credential
    from provisioning.store import Secret, Store


class Disagreement(SellerkeysError):
    """A pending or offered version speaks of another seller, region, kind of application or selling partner."""


def difference(current: Credential, credential: Credential, refresh_token: str) -> Offer:
    """Make the offer that turns `current` into `credential`, but with that refresh token."""
    brings_app = credential.has_own_application and credential.app != current.app
    return Offer(
        credential.seller,
        refresh_token=refresh_token,
        client_id=credential.client_id if brings_app else None,
        client_secret=credential.client_secret if brings_app else None,
        region=credential.region,
        selling_partner_id=credential.selling_partner_id,
    )


class Offers:
    """The offers on one seller's secret; `new_version` makes version ids."""

    def __init__(self, store: Store, new_version: Callable[[], str]) -> None:
        self._store = store
        self._new_version = new_version

    def take_up(self, secret: Secret, current: Credential) -> tuple[str | None, Credential]:
        """Lay the offer over `current`: gives its version, None where none was laid, and what came of it.

        One that brings another selling partner id, unapproved, is sent to wait, and AWSCURRENT goes on without it.
        Raises Disagreement after dropping one that was not made for this secret.
        """
        version = secret.holder(OFFERED)
        text = self._text(secret, version)
        if version is None or text is None:
            return None, current
        try:
            offer = Offer.from_json(text)
            if offer.changes_seller(current) and not is_approved(secret, version):
                self._send_to_wait(secret, version)
                return None, current
            return version, offer.over(current)
        except MalformedPayload as error:
            self.drop(secret, version)
            raise Disagreement(f"the offer for {secret.name} was dropped: {error}") from None

    def outstanding(self, secret: Secret) -> Offer | None:
        """Read what is on offer now; None if nothing is, or nothing that can be read."""
        text = self._text(secret, secret.holder(OFFERED))
        try:
            return Offer.from_json(text) if text else None
        except MalformedPayload:
            return None

    def keep(self, secret: Secret, offer: Offer, *, behind: str | None, of: str = "") -> None:
        """Put what AWSPENDING cannot hold on offer, in place of the offer `behind` it.

        Where another offer is outstanding, it is put aside: neither may be lost. It is of the same consent as what
        version `of` was composed from.
        """
        if secret.holder(OFFERED) in {None, behind}:
            self._put(secret, offer, OFFERED, of)
        else:
            self.put_aside(secret, offer, of=of)

    def put_aside(self, secret: Secret, offer: Offer, *, of: str = "") -> None:
        """Put the only copy of a refresh token where no rotation takes it up."""
        self._put(secret, offer, KEPT, of)

    def drop(self, secret: Secret, version: str) -> None:
        """Take an offer that has ended off its label, and its name off it."""
        self.take_off(secret, OFFERED, version)
        if named(version) in secret.versions.get(version, ()):
            self.take_off(secret, named(version), version)

    def give_back_days(self, secret: Secret, token: str) -> list[str]:
        """Move the day of a consent from a version that is about to be taken back to its offer; names the labels."""
        labels = sorted(filter(is_consent, secret.versions.get(token, ())))
        for label in labels:
            offer = offer_of(label)
            try:
                self._store.move(secret.arn, label, to=offer if offer in secret.versions else None, source=token)
            except LabelMoved:
                continue
        return labels

    def take_off(self, secret: Secret, label: str, version: str) -> None:
        """Take a label off a version; one that is no longer there has been taken off by somebody else."""
        try:
            self._store.move(secret.arn, label, to=None, source=version)
        except LabelMoved:
            return

    def _put(self, secret: Secret, offer: Offer, label: str, of: str) -> None:
        version, consent = self._new_version(), consent_on(secret, of)
        labels = [label, named(version), *([consent.label(version)] if consent else [])]
        self._store.put(secret.arn, offer.to_json(), version=version, labels=labels)

    def _send_to_wait(self, secret: Secret, version: str) -> None:
        self._store.move(secret.arn, WAITING, to=version, source=secret.holder(WAITING))
        self.take_off(secret, OFFERED, version)

    def _text(self, secret: Secret, version: str | None) -> str | None:
        value = self._store.find(secret.arn, label=OFFERED, version=version) if version else None
        return value.text if value else None
