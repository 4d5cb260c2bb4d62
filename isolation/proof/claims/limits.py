"""What an actor needs at most: on which things each action was seen, and in which circumstances it may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from isolation import document, template
from isolation.evaluator import Policies
from isolation.proof.askers import delegating
from isolation.proof.claims.actors import acting
from isolation.proof.claims.common import has, is_a_sellers
from isolation.proof.matching import Undecided, matches
from isolation.proof.proving import Case, Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isolation.proof.asked import Asked
    from isolation.proof.fleet import Actor, Fleet, Limit


def needs_no_more(fleet: Fleet, actor: Actor, needed: Mapping[str, Sequence[str]]) -> Claim:
    """Claim that nothing is allowed but the actions that are needed, on patterns of things they are needed on."""
    cases = []
    for action in sorted(allowed_on(actor)):
        asked, known = acting(fleet, actor, action)
        patterns = needed.get(action, ())
        # An action that knows no resource is asked for on `*`, whatever it is about.
        if "*" not in patterns:
            cases.append(Case([(asked, _alone(fleet, actor))], [known, z3.Not(_is(asked, patterns))], fleet.account))
    return Claim(f"{actor.name} may do nothing that its calls do not need", cases)


def keeps_limits(fleet: Fleet, actor: Actor, limits: Sequence[Limit]) -> Iterator[Claim]:
    """Claim of each limit that the actor's own policies keep it."""
    for limit in limits:
        cases = []
        for action in limit.actions:
            asked, known = acting(fleet, actor, action)
            given = [known, z3.Not(z3.Or([has(asked, key, patterns) for key, patterns in limit.any_of]))]
            if limit.on_sellers:
                given.append(is_a_sellers(fleet, asked.resource))
            if limit.on:
                given.append(_is(asked, limit.on))
            cases.append(Case([(asked, _alone(fleet, actor))], given, fleet.account))
        yield Claim(f"{actor.name}: {limit.what}", cases)


def allowed_on(actor: Actor) -> dict[str, set[str]]:
    """List the actions an actor's policies allow, which have to be written out, each with the resources it names."""
    found: dict[str, set[str]] = {}
    for policy in map(document.identity, actor.identity):
        for row in (row for row in policy.statements if row.allows):
            if row.actions.but or row.resources.but or any("*" in item.text for item in row.actions.items):
                raise Undecided(f"{actor.name}, {row.sid}: actions or resources are not written out")
            for item in row.actions.items:
                found.setdefault(item.text, set()).update(thing.text for thing in row.resources.items)
    return found


def _is(asked: Asked, patterns: Sequence[str]) -> z3.BoolRef:
    made = [template.arn(pattern, variables=False) for pattern in patterns]
    return z3.Or([matches(one, asked.resource, asked.value_of) for one in made])


def _alone(fleet: Fleet, actor: Actor) -> Policies:
    """Let the actor's own policies decide alone, also where a key or a trust policy would have to speak."""
    speaks = delegating(fleet.account)
    return Policies(actor.identity, resource=speaks, key=speaks)
