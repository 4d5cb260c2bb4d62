"""Where a rotation stands: pure functions over what DescribeSecret says (aws.md 2.2, 2.3)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from provisioning.errors import SellerkeysError
from provisioning.store import CURRENT, OFFERED, PENDING

if TYPE_CHECKING:
    from provisioning.store import Secret

#: A pending version that was composed from an offer says so by a label of its own, put in the same call as its value.
#: A separate note could be lost between two calls; a label cannot.
_TAKEN_UP = "SELLERKEYS_OFFER_"


class Standing(Enum):
    """What a step may do for one version of a secret."""

    UNDER_WAY = auto()
    FINISHED = auto()


class NotRotating(SellerkeysError):
    """The step was called for a secret or version that is not being rotated."""


def standing(secret: Secret, token: str) -> Standing:
    """Tell where the rotation of version `token` stands; raises NotRotating where a step must not run."""
    labels = secret.versions.get(token)
    if not secret.rotation_enabled:
        raise NotRotating(f"rotation is not enabled for {secret.name}")
    if labels is None:
        raise NotRotating(f"{secret.name} has no version {token}")
    if CURRENT in labels:
        return Standing.FINISHED
    if PENDING not in labels:
        raise NotRotating(f"version {token} of {secret.name} is not pending: the rotation was abandoned")
    return Standing.UNDER_WAY


def taking_up(offer: str) -> str:
    """Name the label under which a pending version says that it holds the offer of version `offer`."""
    return _TAKEN_UP + offer


def taken_up(secret: Secret, token: str) -> str | None:
    """Name the label by which version `token` says that it holds an offer; None if it holds none."""
    return next((label for label in secret.versions[token] if label.startswith(_TAKEN_UP)), None)


def offer_behind(secret: Secret, token: str) -> str | None:
    """Name the offered version that pending version `token` was composed from, if it is still on offer."""
    offer = secret.holder(OFFERED)
    return offer if offer and taken_up(secret, token) == taking_up(offer) else None
