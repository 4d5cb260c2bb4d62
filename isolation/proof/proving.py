"""Claims, and the solver's word on them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

import z3

from isolation.evaluator import decide
from isolation.proof.deciding import allowed
from isolation.proof.matching import Undecided
from isolation.proof.trying import conjuncts, tried
from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from isolation.evaluator import Policies, Request
    from isolation.proof.asked import Asked


#: How long the solver gets before words are tried, in seconds.
_SOON: Final = 0.25


class Result(Enum):
    """What the solver said of a claim."""

    PROVEN = "proven"
    REFUTED = "REFUTED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Case:
    """What must not be, where `given` holds: all requests of `asked` allowed, and all those of `denied` denied."""

    asked: Sequence[tuple[Asked, Policies]]
    given: Sequence[z3.BoolRef]
    owner: str
    denied: Sequence[tuple[Asked, Policies]] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and all cases in which it would be false."""

    name: str
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The solver's word on a claim; refuted, the requests that break it (`denied`: by being denied); unknown, why."""

    claim: str
    result: Result
    seconds: float
    broken_by: tuple[Request, ...] = ()
    why: str = ""
    denied: bool = False


def prove(claim: Claim, timeout: float = 20, words: Sequence[str] = ()) -> Verdict:
    """Ask for a request that breaks the claim, for at most `timeout` seconds a case.

    `words` are texts worth trying first where the solver does not find a request at once; they decide nothing else.
    """
    started = time.monotonic()
    for case in claim.cases:
        if (found := _broken(case, timeout, words)) is not None:
            requests, why = found
            result = Result.REFUTED if requests else Result.UNKNOWN
            return Verdict(claim.name, result, time.monotonic() - started, requests, why, denied=not case.asked)
    return Verdict(claim.name, Result.PROVEN, time.monotonic() - started)


def _broken(case: Case, timeout: float, words: Sequence[str]) -> tuple[tuple[Request, ...], str] | None:
    """Give what breaks a case, or why nobody knows; None where nothing does."""
    try:
        formulas = [*case.given, *(allowed(asked, policies, case.owner) for asked, policies in case.asked)]
        formulas += [z3.Not(allowed(asked, policies, case.owner)) for asked, policies in case.denied]
    except (Undecided, Refused) as error:
        return (), str(error)
    every = [asked for asked, _ in (*case.asked, *case.denied)]
    fewer = [further for count in (1, 2) if (further := [there for asked in every for there in asked.further(count)])]
    model = _model(list(_with_known(formulas)), fewer, timeout, words)
    if model is None:
        return None
    if isinstance(model, str):
        return (), model
    yes = [(asked.found(model), policies) for asked, policies in case.asked]
    no = [(asked.found(model), policies) for asked, policies in case.denied]
    return tuple(request for request, _ in yes or no), _doubts(yes, no)


def _with_known(formulas: Sequence[z3.BoolRef]) -> Iterator[z3.BoolRef]:
    """Put what is given in the place of its symbols, so that the solver meets fewer questions.

    What is given so may settle more: a key that is there has one of the values that a policy asks for.
    """
    parts = [part for formula in formulas for part in conjuncts(formula)]
    while settled := dict(_settled(parts)):
        pairs = list(settled.values())
        yield from (symbol == value for symbol, value in pairs)
        others = (z3.simplify(z3.substitute(part, *pairs)) for part in parts)
        parts = [part for other in others for part in conjuncts(other) if not z3.is_true(part)]
    yield from parts


def _settled(parts: Iterable[z3.BoolRef]) -> Iterator[tuple[str, tuple[z3.ExprRef, z3.ExprRef]]]:
    """List the symbols whose values are given, by name."""
    for part in parts:
        inner = part.arg(0) if z3.is_not(part) else part
        if z3.is_const(inner) and inner.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            yield str(inner), (inner, z3.BoolVal(inner is part))
        elif z3.is_eq(part):
            left, right = part.arg(0), part.arg(1)
            symbol, value = (right, left) if z3.is_string_value(left) else (left, right)
            if z3.is_const(symbol) and not z3.is_string_value(symbol) and z3.is_string_value(value):
                yield str(symbol), (symbol, value)


def _model(
    formulas: Sequence[z3.BoolRef], fewer: Sequence[Sequence[z3.BoolRef]], timeout: float, words: Sequence[str]
) -> z3.ModelRef | str | None:
    """Give a model; None where there is none, and the solver's reason where it does not know.

    A request that breaks a claim seldom needs more than two values of one key: without those of `fewer` it is sooner
    found. That nothing breaks it, is said of all.
    """
    soon = min(timeout, _SOON)
    answer, solver = _checked(formulas, soon)
    if answer == z3.unknown:
        for further in fewer or [[]]:
            found = _found([*_without(formulas, further), *map(z3.Not, further)], soon if further else 0, words)
            if found is not None:
                return found
        answer, solver = _checked(formulas, timeout)
    if answer == z3.unknown:
        return f"the solver gave up: {solver.reason_unknown()}"
    return solver.model() if answer == z3.sat else None


def _without(formulas: Sequence[z3.BoolRef], further: Sequence[z3.BoolRef]) -> list[z3.BoolRef]:
    absent = [(there, z3.BoolVal(val=False)) for there in further]
    return [z3.simplify(z3.substitute(formula, *absent)) for formula in formulas]


def _found(formulas: Sequence[z3.BoolRef], seconds: float, words: Sequence[str]) -> z3.ModelRef | None:
    """Look for a model for some seconds, and then among known texts."""
    answer, solver = _checked(formulas, seconds) if seconds else (z3.unknown, None)
    if solver is not None and answer == z3.sat:
        return solver.model()
    return tried(formulas, words) if words and answer == z3.unknown else None


def _checked(formulas: Sequence[z3.BoolRef], seconds: float) -> tuple[z3.CheckSatResult, z3.Solver]:
    solver = z3.Solver()
    solver.set(timeout=int(seconds * 1000))
    solver.add(formulas)
    return solver.check(), solver


def _doubts(yes: Iterable[tuple[Request, Policies]], no: Iterable[tuple[Request, Policies]]) -> str:
    """Ask the evaluator about what the solver found; the two have to agree."""
    for found, wanted in ((yes, True), (no, False)):
        for request, attached in found:
            try:
                decision = decide(request, attached)
            except Refused as error:
                return f"the evaluator refuses the solver's request: {error}"
            if decision.allowed is not wanted:
                return f"the evaluator disagrees with the solver: {decision.why}"
    return ""
