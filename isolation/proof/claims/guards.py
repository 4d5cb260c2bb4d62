"""What only some may do to a resource, whatever their own policies say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from isolation import template
from isolation.evaluator import Policies
from isolation.proof.asked import Asked, Kind
from isolation.proof.askers import EVERYTHING
from isolation.proof.claims.common import (
    NO,
    everybody,
    has,
)
from isolation.proof.matching import matches
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import SELLER, SLUG, is_none_of, is_secret, literal, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isolation.proof.fleet import Fleet, Guard, Service


def guarded(fleet: Fleet, guard: Guard) -> Claim:
    """Claim that nobody else may, though his own policies allow him everything."""
    cases = []
    for action in guard.actions:
        for asked, known in everybody(fleet, action, insiders=guard.insiders):
            given = [known, z3.InRe(asked.markers[SELLER], SLUG), _is_resource(guard, asked, asked.markers)]
            named = z3.Not(is_none_of(asked.arn, [text(arn, asked.markers) for arn in guard.only]))
            given.append(z3.Not(z3.And(named, *(has(asked, *test) for test in guard.provided))))
            given.append(is_none_of(asked.account, [literal(account) for account in guard.accounts]))
            given += [z3.Not(_is_service(asked, service)) for service in guard.services]
            given += [z3.Not(z3.And([has(asked, *test) for test in guard.opened]))] if guard.opened else []
            cases.append(Case([(asked, Policies([EVERYTHING], guard.policy, guard.policy))], given, fleet.account))
    return Claim(guard.what, cases)


def _is_service(asked: Asked, service: Service) -> z3.BoolRef:
    if asked.kind is not Kind.SERVICE:
        return NO
    tests = [asked.service == literal(service.name)]
    for key, pattern in service.provided:
        ((there, value),) = asked.slot(key).members
        tests.append(z3.And(there, matches(template.pattern(pattern, variables=False), value, asked.value_of)))
    return z3.And(tests)


def _is_resource(guard: Guard, asked: Asked, markers: Mapping[str, z3.SeqRef]) -> z3.BoolRef:
    name = text(guard.resource, markers)
    return is_secret(asked.resource, name) if guard.is_secret else asked.resource == name
