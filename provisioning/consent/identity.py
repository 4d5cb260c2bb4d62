"""Whose credential is this? One pure decision over claims and what confirms them (design.md 6).

Login with Amazon and the Sellers API name no selling partner, and whoever sits at the browser can edit the callback's
id. So the id is a claim. A link of ours is the approval for its seller as long as nothing speaks against it; at
Amazon's own entries, which everybody can open, something has to speak for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    """What is to become of a credential."""

    ACCEPT = auto()
    """It goes to the seller it was meant for."""

    HOLD = auto()
    """It waits, unseen, for a person."""

    REFUSE = auto()
    """The claim is disproved: it was edited."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a credential and of the seller it is for; empty or None is not known.

    `by_link`: it came by a link of ours. `claimed` is the callback's id, `confirmed` the one that Amazon's API told,
    `expected` whether the claim is the id that this seller is known by (None where he is known by none). `elsewhere`:
    another seller of the same region is known by the claimed id. `same_stores`: Amazon named the very stores that the
    last proof found, by names, and no other seller has the same (None where none is on record, or it was not asked).
    """

    by_link: bool
    claimed: str
    confirmed: str | None = None
    expected: bool | None = None
    elsewhere: bool = False
    same_stores: bool | None = None


def judge(evidence: Evidence) -> Verdict:
    """Decide."""
    if evidence.confirmed and evidence.claimed and evidence.confirmed != evidence.claimed:
        return Verdict.REFUSE
    if evidence.expected is False or evidence.elsewhere:
        return Verdict.HOLD
    if evidence.by_link or evidence.confirmed or evidence.same_stores:
        return Verdict.ACCEPT
    return Verdict.HOLD
