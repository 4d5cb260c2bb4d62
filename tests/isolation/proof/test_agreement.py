"""The evaluator and the solver's formula are two readings of one document; they have to agree."""

from __future__ import annotations

from collections import Counter

import z3
from hypothesis import HealthCheck, given, settings

from isolation.evaluator import Policies, Request, decide
from isolation.proof.asked import Asked, Kind
from isolation.proof.deciding import allowed
from isolation.proof.matching import Undecided
from isolation.proof.texts import literal
from isolation.refusal import Refused
from tests.isolation.proof.drawing import policies, requests


def _says_the_formula(request: Request, attached: Policies) -> bool:
    principal = request.principal
    kind = Kind.SERVICE if principal.service else Kind.IDENTITY if principal.arn else Kind.ANYBODY
    asked = Asked("q", request.action, kind)
    parts = request.resource.split(":", 5)
    owner = (parts[4] if len(parts) > 5 else "") or principal.account
    formula = allowed(asked, attached, owner)
    solver = z3.Solver()
    solver.add(formula, asked.resource == literal(request.resource))
    solver.add(asked.arn == literal(principal.arn), asked.account == literal(principal.account))
    solver.add(asked.service == literal(principal.service))
    given_values = {key.lower(): value for key, value in request.context.items()} | principal.context()
    for key, slot in asked.slots.items():
        value = given_values.get(key, ())
        values = (value,) if isinstance(value, str) else value
        for at, (there, symbol) in enumerate(slot.members):
            solver.add(there == z3.BoolVal(at < len(values)))
            solver.add(*([symbol == literal(values[at])] if at < len(values) else []))
    answer = solver.check()

    assert answer != z3.unknown
    return answer == z3.sat


def test_on_a_random_request_both_say_the_same() -> None:
    """Whatever one of them does not know is not compared; of the rest there is enough of each kind."""
    said: Counter[bool] = Counter()

    @settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(requests(), policies())
    def compare(request: Request, attached: Policies) -> None:
        try:
            decision, formula = decide(request, attached), _says_the_formula(request, attached)
        except (Refused, Undecided):
            return
        said[decision.allowed] += 1
        assert formula == decision.allowed, decision.why

    compare()

    assert min(said[True], said[False]) >= 30, said
