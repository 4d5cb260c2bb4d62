"""What is wrong with a secret's rotation, by name: the stuck states of aws.md 2.7, and ours beside them.

`ailments` is a pure function over what DescribeSecret says; `repairing.Doctor` also reads and asks Amazon, where only a
value can tell whether a pending version has to go forward or away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from provisioning.rotation.versions import Standing, left_behind, standing
from provisioning.store import KEPT, OFFERED, PENDING

if TYPE_CHECKING:
    from provisioning.payload import Offer
    from provisioning.roster import Row
    from provisioning.store import Secret


class Ailment(StrEnum):
    """One thing that is wrong; the value is its name in JSON."""

    PENDING_ALONE = "pending-alone"
    PENDING_EMPTY = "pending-empty"
    PENDING_WORKS = "pending-works"
    PENDING_OUTDATED = "pending-outdated"
    PENDING_SPARE = "pending-spare"
    PENDING_DEAD = "pending-dead"
    PENDING_UNDECIDED = "pending-undecided"
    PENDING_FOREIGN = "pending-foreign"
    PENDING_UNREADABLE = "pending-unreadable"
    ROTATION_OFF = "rotation-off"
    ROTATION_DIFFERS = "rotation-differs"
    OFFER_IDLE = "offer-idle"
    TOKEN_KEPT = "token-kept"  # noqa: S105  an ailment's name
    LABEL_LEFT = "label-left"


#: What each one means, and what mends it.
WORDS = {
    Ailment.PENDING_ALONE: "rotation was turned on before there was a value; AWSPENDING is taken off",
    Ailment.PENDING_EMPTY: "AWSPENDING stands on an empty version; it is taken off and a rotation started",
    Ailment.PENDING_WORKS: "the pending credential works at Amazon; its rotation is tried again",
    Ailment.PENDING_OUTDATED: (
        "the pending refresh token works with the newest client secret; it goes on offer and a rotation is started"
    ),
    Ailment.PENDING_SPARE: (
        "the pending credential is refused, and current has its token; it is taken off and a rotation started"
    ),
    Ailment.PENDING_DEAD: "Amazon refuses the pending token for good; it is taken off and a rotation started",
    Ailment.PENDING_UNDECIDED: "Amazon refuses the pending token, which may be the only good one; it stays",
    Ailment.PENDING_FOREIGN: (
        "the pending version was made for another seller, region or application; it is taken off and a rotation started"
    ),
    Ailment.PENDING_UNREADABLE: (
        "the pending value is not one that sellerkeys writes; it is taken off and a rotation started"
    ),
    Ailment.ROTATION_OFF: "rotation is off; it is turned on",
    Ailment.ROTATION_DIFFERS: "schedule or function is not the configured one; it is set",
    Ailment.OFFER_IDLE: "an offer is outstanding and no rotation is under way; one is started",
    Ailment.TOKEN_KEPT: "a refresh token was kept aside; it goes on offer if current no longer works",
    Ailment.LABEL_LEFT: "labels were left behind; they are taken off",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What ails one seller's secret; `rescue` is an offer that saves the pending refresh token.

    `why` says in words what Amazon refused, where it did; `read_as` is the role under which a value was read.
    """

    row: Row
    secret: Secret = field(repr=False)
    ailments: tuple[Ailment, ...]
    rescue: Offer | None = None
    why: str | None = None
    read_as: str | None = None

    @property
    def may_be_running(self) -> bool:
        """Whether the empty pending version may be that of a rotation that runs, and only a later look can tell."""
        return Ailment.PENDING_EMPTY in self.ailments and Ailment.ROTATION_OFF not in self.ailments


def ailments(secret: Secret, *, function: str, schedule: str) -> list[Ailment]:
    """List what DescribeSecret alone tells; a rotation under way is not among it, for it may be well.

    `function` and `schedule` are those of the configuration.
    """
    found, rotation = [], standing(secret)
    if rotation is Standing.NEVER_FILLED:
        found.append(Ailment.PENDING_ALONE)
    if rotation in {Standing.OFF, Standing.CANCELLED}:
        found.append(Ailment.ROTATION_OFF)
    elif secret.rotation_enabled and (secret.rotation_function, secret.schedule) != (function, schedule):
        found.append(Ailment.ROTATION_DIFFERS)
    if rotation is not Standing.UNDER_WAY:
        if secret.holder(OFFERED):
            found.append(Ailment.OFFER_IDLE)
        if secret.holder(KEPT):
            found.append(Ailment.TOKEN_KEPT)
    if left_behind(secret):
        found.append(Ailment.LABEL_LEFT)
    return found


def pending(secret: Secret) -> str | None:
    """Name the version whose rotation is not complete; None if there is none."""
    return secret.holder(PENDING) if secret.is_pending else None
