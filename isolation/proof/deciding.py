"""The evaluator's decision as a formula: the same parsed statements, the same order of questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import z3

from isolation import document as documents
from isolation.condition import Over, Test
from isolation.evaluator import RESOURCE_MUST_SPEAK
from isolation.keys import is_multiple
from isolation.proof.asked import Kind
from isolation.proof.matching import Undecided, matches
from isolation.template import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isolation.condition import Condition
    from isolation.document import Listed, Policy, Statement
    from isolation.evaluator import Policies
    from isolation.principal import Named
    from isolation.proof.asked import Asked
    from isolation.template import Template

_YES: Final = z3.BoolVal(val=True)
_NO: Final = z3.BoolVal(val=False)


def allowed(asked: Asked, policies: Policies, owner: str) -> z3.BoolRef:
    """Say that the request is allowed on a resource of the account `owner`."""
    attached = policies.key if asked.action.lower().startswith("kms:") else policies.resource
    of_resource = [documents.resource(attached)] if attached is not None else []
    identity = [documents.identity(item) for item in policies.identity]
    session = [documents.identity(item) for item in policies.session]
    boundary = [documents.identity(policies.boundary)] if policies.boundary is not None else []
    if asked.kind is not Kind.IDENTITY:
        identity, session, boundary = [], [], []
    limits = [each for each in (session, boundary) if each]
    every = [*identity, *session, *boundary, *of_resource]
    _refuse_more_tests_than_witnesses(asked, every)
    denied = _any(_applies(asked, row) for policy in every for row in policy.statements if not row.allows)
    return z3.And(z3.Not(denied), _granted(asked, identity, limits, of_resource, owner))


def _refuse_more_tests_than_witnesses(asked: Asked, policies: Iterable[Policy]) -> None:
    rows = [row for policy in policies for row in policy.statements if row.is_about(asked.action)]
    tests = [test.key for row in rows for test in row.conditions]
    if any(is_multiple(key) and tests.count(key) >= asked.width for key in tests):
        raise Undecided(f"more than {asked.width - 1} tests on one key of several values")


def _granted(
    asked: Asked, identity: list[Policy], limits: list[list[Policy]], of_resource: list[Policy], owner: str
) -> z3.BoolRef:
    rows = [row for policy in of_resource for row in policy.statements if row.allows]
    by_name = _any(z3.And(_means(asked, row.named), _applies(asked, row)) for row in rows if row.named)
    by_account = _any(z3.And(_means_account(asked, row.named), _applies(asked, row)) for row in rows if row.named)
    if asked.kind is not Kind.IDENTITY:
        return by_name
    # Of the policies that were passed to one session, one that allows is enough (evaluator).
    within = z3.And([_any(_allows(asked, one) for one in limit) for limit in limits]) if limits else _YES
    # What is given to the account, its root may use without a policy of its own.
    is_root = asked.arn == z3.Concat(z3.StringVal("arn:aws:iam::"), asked.account, z3.StringVal(":root"))
    own = z3.And(z3.Or(is_root, *(_allows(asked, policy) for policy in identity)), within)
    same = asked.account == z3.StringVal(owner)
    must_speak = asked.action.lower().startswith(RESOURCE_MUST_SPEAK)
    # A user or session that is named goes past the limits; a role does not. Which it is shows in the ARN.
    is_user = z3.Contains(asked.arn, z3.StringVal(":user/"))
    direct = z3.And(by_name, z3.Or(within, z3.And(is_user, _any_named_exactly(asked, rows))))
    inside = z3.Or(direct, z3.And(own, by_account) if must_speak else own)
    return z3.If(same, inside, z3.And(own, z3.Or(by_name, by_account)))


def _any_named_exactly(asked: Asked, rows: list[Statement]) -> z3.BoolRef:
    return _any(z3.And(_is_one_of(asked.arn, row.named.identities), _applies(asked, row)) for row in rows if row.named)


def _allows(asked: Asked, policy: Policy) -> z3.BoolRef:
    return _any(_applies(asked, row) for row in policy.statements if row.allows)


def _applies(asked: Asked, row: Statement) -> z3.BoolRef:
    if not row.is_about(asked.action):
        return _NO
    tests = [_means_any(asked, row.named)] if row.named is not None else []
    tests.append(_resources(asked, row.resources))
    tests += [_holds(asked, test) for test in row.conditions]
    if not row.allows:
        tests += [asked.resolved(key) for key in _variables(row)]
    return z3.And(tests)


def _resources(asked: Asked, listed: Listed) -> z3.BoolRef:
    found = _any(_YES if item.everything else _fits(asked, item, asked.resource) for item in listed.items)
    return z3.Not(found) if listed.but else found


def _holds(asked: Asked, test: Condition) -> z3.BoolRef:
    slot = asked.slot(test.key)
    if test.test is Test.NULL:
        return z3.Not(slot.present) if test.wants_null else slot.present
    results = [(there, _fits_any(asked, test, value)) for there, value in slot.members]
    if test.over is Over.ANY:
        holds = _any(z3.And(there, fits) for there, fits in results)
    else:
        holds = z3.And([z3.Implies(there, fits) for there, fits in results])
    return z3.If(slot.present, holds, z3.BoolVal(test.absence))


def _fits_any(asked: Asked, test: Condition, value: z3.SeqRef) -> z3.BoolRef:
    ignoring_case = test.test in {Test.EQUALS_IGNORING_CASE, Test.BOOL}
    found = _any(_fits(asked, item, value, ignoring_case=ignoring_case) for item in test.allowed)
    return z3.Not(found) if test.negated else found


def _fits(asked: Asked, item: Template, value: z3.SeqRef, *, ignoring_case: bool = False) -> z3.BoolRef:
    found = matches(item, value, asked.value_of, ignoring_case=ignoring_case)
    variables = [part.key for part in item.parts if isinstance(part, Variable)]
    return z3.And([found, *(asked.resolved(key) for key in variables)]) if variables else found


def _variables(row: Statement) -> set[str]:
    items = [*row.resources.items, *(item for test in row.conditions for item in test.allowed)]
    return {part.key for item in items for part in item.parts if isinstance(part, Variable)}


def _means_any(asked: Asked, named: Named) -> z3.BoolRef:
    return z3.Or(_means(asked, named), _means_account(asked, named))


def _means(asked: Asked, named: Named) -> z3.BoolRef:
    """Say that it names the one who asks, or everybody."""
    if named.everybody:
        return _YES
    if asked.kind is Kind.SERVICE:
        return _is_one_of(asked.service, named.services)
    if asked.kind is Kind.ANYBODY:
        return _NO
    if any(arn.startswith("arn:aws:sts:") for arn in named.identities):
        raise Undecided("a session's ARN as a principal")
    return _is_one_of(asked.arn, named.identities)


def _means_account(asked: Asked, named: Named) -> z3.BoolRef:
    if asked.kind is not Kind.IDENTITY:
        return _NO
    return _is_one_of(asked.account, named.accounts)


def _is_one_of(text: z3.SeqRef, values: Iterable[str]) -> z3.BoolRef:
    return _any(text == z3.StringVal(value) for value in sorted(values))


def _any(tests: Iterable[z3.BoolRef]) -> z3.BoolRef:
    made = list(tests)
    return z3.Or(made) if made else _NO
