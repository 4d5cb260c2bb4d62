"""What the fleet's work takes: calls that have to be allowed, or what keeps others out keeps the fleet out as well.

What nobody may is claimed of every request; what somebody has to be allowed is asked of examples, one of each call,
whatever the request holds beside what the example names.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import z3

from isolation.evaluator import Policies
from isolation.proof.asked import Asked, Kind
from isolation.proof.claims.common import any_seller
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import ANY_SELLER, SELLER, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isolation.proof.fleet import Fleet, Use

#: One more than the tests on one key of several values that stand in all policies of a call.
_TESTS: Final = 8
#: The shortest slug, the longest, and one that looks like the end of a secret's ARN.
_SELLERS: Final = ("a", "0" * 32, "berlin-abcdef")


def may(fleet: Fleet, who: str, uses: Sequence[Use]) -> Claim:
    """Claim that each of these calls is allowed."""
    cases = [_denied(fleet, use, *example) for use in uses for example in _examples(use)]
    return Claim(f"{who} may make every call that its work takes", cases)


def _examples(use: Use) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Choose a seller, and one of its values for each condition key."""
    named = ANY_SELLER in repr((use.by, use.resource, use.context))
    for seller in _SELLERS if named else _SELLERS[:1]:
        for values in product(*(patterns or (None,) for _, patterns in use.context)):
            yield seller, values


def _denied(fleet: Fleet, use: Use, seller: str, values: Sequence[str | None]) -> Case:
    def example(pattern: str) -> z3.SeqRef:
        return literal(pattern.replace(ANY_SELLER, seller).replace("??????", "AbCdEf").replace("*", "x"))

    is_arn, is_anybody = use.by.startswith("arn:"), use.by == "*"
    kind = Kind.IDENTITY if is_arn else Kind.ANYBODY if is_anybody else Kind.SERVICE
    asked = Asked("user", use.action, kind, any_seller(), _TESTS)
    given = [asked.markers[SELLER] == literal(seller), asked.resource == example(use.resource)]
    if is_arn:
        given += [asked.account == literal(use.by.split(":")[4]), asked.arn == example(use.by)]
    elif not is_anybody:
        given.append(asked.service == literal(use.by))
    for (key, _), value in zip(use.context, values, strict=True):
        first, *others = asked.slot(key).members
        given += [first[0] if value is not None else z3.Not(first[0]), *(z3.Not(there) for there, _ in others)]
        given += [first[1] == example(value)] if value is not None else []
    policies = Policies(use.identity, use.policy, use.policy)
    return Case((), given, fleet.account, [(asked, policies)])
