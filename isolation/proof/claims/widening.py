"""Whether one document allows more than another, to anybody, on anything, in any context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isolation import document
from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.askers import EVERYTHING, delegating, identity, outsiders
from isolation.proof.claims.common import any_seller
from isolation.proof.proving import Case, Claim

if TYPE_CHECKING:
    from isolation.document import Document, Policy

_OTHERS: Final = (*actions.OF_SECRET, *actions.USE_KEY, *actions.CHANGE_PERMISSIONS)


def allows_no_more(before: Document, after: Document, account: str, *, attached: bool) -> Claim:
    """Claim that `after` allows nobody what `before` does not; `attached` documents are those of resources."""
    read = document.resource if attached else document.identity
    cases = []
    for action in sorted(_actions(read(before)) | _actions(read(after))):
        everybody = [identity("somebody", action, account, any_seller())]
        everybody += outsiders("somebody", action, account, any_seller()) if attached else ()
        for asked, known in everybody:
            new, old = (_alone(item, account, attached=attached) for item in (after, before))
            cases.append(Case([(asked, new)], [known], account, [(asked, old)]))
    return Claim("it allows nothing more", cases)


def _alone(item: Document, account: str, *, attached: bool) -> Policies:
    if attached:
        return Policies([EVERYTHING], item, item)
    speaks = delegating(account)
    return Policies([item], speaks, speaks)


def _actions(policy: Policy) -> set[str]:
    found = set()
    for row in policy.statements:
        for item in row.actions.items:
            if "*" not in item.text:
                found.add(item.text)
            found |= {name for name in _OTHERS if item.matches(name.lower(), {}, ignoring_case=True)}
    return found
