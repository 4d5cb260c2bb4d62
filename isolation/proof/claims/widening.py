"""Whether one document allows more than another, to anybody, on anything, in any context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isolation import document
from isolation.condition import Test
from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.askers import EVERYTHING, delegating, identity, outsiders
from isolation.proof.claims.common import any_seller
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.document import Document, Policy, Statement

_KNOWN: Final = (*actions.OF_SECRET, *actions.USE_KEY, *actions.CHANGE_PERMISSIONS)
#: Put for a pattern's star, an action that nobody knows stands for all those that are not listed.
_UNKNOWN: Final = "Unheard"


def same(before: Document, after: Document, account: str, *, attached: bool) -> Iterator[Claim]:
    """Claim that `after` allows what `before` does, no more and no less."""
    yield allows_no_more(before, after, account, attached=attached)
    less = allows_no_more(after, before, account, attached=attached)
    yield Claim("it allows nothing less", less.cases)


def allows_no_more(before: Document, after: Document, account: str, *, attached: bool) -> Claim:
    """Claim that `after` allows nobody what `before` does not; `attached` documents are those of resources."""
    read = document.resource if attached else document.identity
    cases = []
    for action in sorted(_actions(changed(read(before), read(after)))):
        everybody = [identity("somebody", action, account, any_seller())]
        everybody += outsiders("somebody", action, account, any_seller()) if attached else ()
        for asked, known in everybody:
            # A policy of an identity is attached to no root user, who needs none.
            root = literal(f"arn:aws:iam::{account}:root")
            given = [
                known,
                *([] if attached else [asked.arn != root]),
                *([asked.slot(actions.ALWAYS[action]).present] if action in actions.ALWAYS else []),
            ]
            for new, old in zip(_alone(after, account, attached), _alone(before, account, attached), strict=True):
                cases.append(Case([(asked, new)], given, account, [(asked, old)]))
    return Claim("it allows nothing more", cases)


def in_other_words(before: Document, after: Document, *, attached: bool) -> bool:
    """Say whether two documents differ in their words alone: each test asks the same of the same values."""
    read = document.resource if attached else document.identity
    return [_meant(row) for row in read(before).statements] == [_meant(row) for row in read(after).statements]


def _meant(row: Statement) -> tuple[object, ...]:
    """Give all of a statement that its evaluation depends on, in one way of writing it."""
    tests = []
    for test in row.conditions:
        # Like is Equals where no wildcard stands: the same literal pieces, compared alike.
        kind = Test.LIKE if test.test is Test.EQUALS else test.test
        parts = tuple(item.parts for item in test.allowed)
        tests.append((kind, test.negated, test.over, test.absence, test.key, parts))
    return row.allows, row.named, row.actions, row.resources, sorted(tests, key=repr)


def changed(before: Policy, after: Policy) -> list[Statement]:
    """List the statements that only one of two documents has."""
    return [
        row
        for one, other in ((before, after), (after, before))
        for row in one.statements
        if row not in other.statements
    ]


def _alone(item: Document, account: str, attached: bool) -> tuple[Policies, ...]:  # noqa: FBT001  one word of two
    """Give what decides beside a document; one of a resource may also have to speak to whom nobody else speaks for."""
    if attached:
        return Policies([EVERYTHING], item, item), Policies([], item, item)
    speaks = delegating(account)
    return (Policies([item], speaks, speaks),)


def _actions(rows: list[Statement]) -> set[str]:
    found = set()
    for row in rows:
        for item in row.actions.items:
            found.add(item.text.replace("*", _UNKNOWN))
            found |= {name for name in _KNOWN if item.matches(name.lower(), {}, ignoring_case=True)}
    return found
