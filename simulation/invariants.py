"""What must hold in every world at every moment, and whoever watches that it does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Invariant(StrEnum):
    """A rule, in the words of the report."""

    ONE_WRITER = "AWSCURRENT changes by the first value or by finishing what is pending, never otherwise"
    READABLE = "AWSCURRENT is readable and its own seller's"
    PROVEN = "nothing becomes AWSCURRENT that was not proven as it is"
    KEPT = "the newest refresh token is in AWSCURRENT, AWSPENDING, on offer or kept"
    UNBLOCKED = "no rotation stays unfinished after two undisturbed rounds of retries"
    RECOVERS = "where a credential that works is to be had, AWSCURRENT works within an interval and its retries"
    ROTATES = "an onboarded seller is rotated"
    TOLD = "a seller whose credential does not work is shown to a person"
    ANNOUNCED = "no consent ends, and no role comes, without people knowing in time"
    HONEST = "a seller is marked refused only after Amazon refused"
    BEHIND = "the state tag never names a newer application than AWSCURRENT holds"
    FOLLOWS = "whoever can follow has followed before the old client secret ends"
    SILENT = "no value of a secret is in a message or a tag"
    FORESEEN = "every failure is one of ours, with a sentence"
    FORGETS = "no version is kept by a label that has served"
    UNABANDONED = "no rotation is abandoned by a value of ours"


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that did not hold: which, for whom, when, and what was seen; never a value."""

    invariant: Invariant
    seller: str
    at: datetime
    seen: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.at:%Y-%m-%d %H:%M} {self.seller}: {self.invariant.value} ({self.seen})"
