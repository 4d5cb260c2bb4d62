"""Claim (c): no slug breaks a name or a pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from isolation.proof.matching import ANY
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import SELLER, SLUG, is_secret, literal, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.proof.fleet import Fleet


def of_names(fleet: Fleet) -> Iterator[Claim]:
    """Claim (c): no slug breaks a name or a pattern."""
    first, second, arn = z3.Strings("seller another arn")
    meaning = z3.Concat(z3.Star(ANY), z3.Union([z3.Re(letter) for letter in "*?$/:."]), z3.Star(ANY))
    odd = z3.InRe(first, z3.Intersect(SLUG, meaning))
    yield Claim("no seller's slug holds a letter that means something in a pattern", [Case([], [odd], "")])
    mine, other = (is_secret(arn, text(fleet.seller_secret, {SELLER: slug})) for slug in (first, second))
    of_two = [z3.InRe(first, SLUG), z3.InRe(second, SLUG), first != second, mine, other]
    of_app = [z3.InRe(first, SLUG), mine, is_secret(arn, literal(fleet.app.arn))]
    yield Claim(
        "no ARN is that of two sellers' secrets, or of a seller's and the app secret",
        [Case([], of_two, ""), Case([], of_app, "")],
    )
