"""Where a rotation stands: pure functions over what DescribeSecret says (aws.md 2.2, 2.3, 2.7)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from provisioning.consented import is_consent, offer_of
from provisioning.errors import SellerkeysError
from provisioning.store import APPROVED, CURRENT, FIRST, KEPT, OFFERED, PENDING, WAITING

if TYPE_CHECKING:
    from provisioning.store import Secret

#: An offer says by a label of its own who it is, and a pending version that was composed from it takes that label over
#: in the same call that puts its value. A separate note could be lost between two calls; a label cannot.
_OFFER = "SELLERKEYS_OFFER_"


class Standing(Enum):
    """Where a secret's rotation stands, row by row of aws.md 2.7; only reading tells whether AWSPENDING has a value."""

    EMPTY = auto()
    """No AWSCURRENT and nothing pending: nobody has put a value in."""

    NEVER_FILLED = auto()
    """AWSPENDING, but no AWSCURRENT: rotation was turned on before there was a value, and can never succeed."""

    OFF = auto()
    """A value, nothing pending, and no rotation."""

    CANCELLED = auto()
    """Rotation was turned off midway: AWSPENDING stays, and would block every later rotation."""

    AT_REST = auto()
    """Rotation is on and none is under way; AWSPENDING is nowhere, or on AWSCURRENT's version."""

    UNDER_WAY = auto()
    """AWSPENDING waits on another version than AWSCURRENT: a rotation runs, will be retried, or is stuck."""

    FINISHED = auto()
    """The version that was asked about is AWSCURRENT: its rotation has succeeded."""

    ABANDONED = auto()
    """The version that was asked about is not AWSPENDING: its rotation was abandoned, or never begun."""


class NotRotating(SellerkeysError):
    """The step was called for a secret or version that is not being rotated."""


def standing(secret: Secret, token: str | None = None) -> Standing:
    """Tell where a secret's rotation stands or, with `token`, that version's rotation."""
    current, pending = secret.holder(CURRENT), secret.holder(PENDING)
    if current is None:
        return Standing.NEVER_FILLED if pending else Standing.EMPTY
    if not secret.rotation_enabled:
        return Standing.CANCELLED if secret.is_pending else Standing.OFF
    if token == current:
        return Standing.FINISHED
    if token and token != pending:
        return Standing.ABANDONED
    return Standing.UNDER_WAY if secret.is_pending else Standing.AT_REST


def refusal(secret: Secret, found: Standing, token: str) -> NotRotating:
    """Say why a step must not run where a rotation stands like that."""
    why = {
        Standing.NEVER_FILLED: f"{secret.name} never held a value, so it cannot be rotated: onboard the seller first",
        Standing.EMPTY: f"{secret.name} holds no value, so it cannot be rotated: onboard the seller first",
        Standing.ABANDONED: f"version {token} of {secret.name} is not pending: the rotation was abandoned",
    }
    return NotRotating(why.get(found, f"rotation is not enabled for {secret.name}"))


def named(offer: str) -> str:
    """Name the label by which the offer of version `offer`, or what was composed from it, says which one it is."""
    return _OFFER + offer


def taken_up(secret: Secret, token: str) -> str | None:
    """Name the label by which version `token` says that it holds an offer; None if it holds none."""
    return next((label for label in secret.versions.get(token, ()) if label.startswith(_OFFER)), None)


def offer_behind(secret: Secret, token: str) -> str | None:
    """Name the offered version that pending version `token` was composed from, if it is still on offer."""
    offer = secret.holder(OFFERED)
    return offer if offer and taken_up(secret, token) == named(offer) else None


def is_approved(secret: Secret, offer: str | None) -> bool:
    """Whether a person has approved the selling partner id that the offered version brings."""
    return offer is not None and secret.holder(APPROVED) == offer


def left_behind(secret: Secret, token: str | None = None) -> list[tuple[str, str]]:
    """List labels of ours, with their versions, that no longer say anything.

    The name of an offer serves as long as the offer is somewhere, or pending; FIRST until a rotation has finished; the
    day of a consent as long as its offer is outstanding or pending, and on AWSCURRENT until it was noted. With `token`,
    that version's rotation has finished.
    """
    outstanding = {secret.holder(label) for label in (OFFERED, WAITING, KEPT)}
    found = []
    for version, labels in secret.versions.items():
        is_offer = bool(labels & {OFFERED, WAITING, KEPT})
        is_pending = PENDING in labels and CURRENT not in labels and version != token
        served = set() if is_offer or is_pending else {label for label in labels if label.startswith(_OFFER)}
        served |= {APPROVED} & labels if not is_offer else set()
        served |= {FIRST} & labels if token or CURRENT not in labels else set()
        is_unsaid = token is None and CURRENT in labels
        if not is_pending and not is_unsaid:
            served |= {label for label in labels if is_consent(label) and offer_of(label) not in outstanding}
        found += [(label, version) for label in sorted(served)]
    return found
