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
from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isolation.evaluator import Policies, Request
    from isolation.proof.asked import Asked


#: How long the solver gets before it is given words to try, in seconds.
_SOON: Final = 1.0


class Result(Enum):
    """What the solver said of a claim."""

    PROVEN = "proven"
    REFUTED = "REFUTED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Case:
    """Requests that must not all be allowed, where `given` holds; but where `anyway` allows one, that is no matter."""

    asked: Sequence[tuple[Asked, Policies]]
    given: Sequence[z3.BoolRef]
    owner: str
    anyway: Sequence[tuple[Asked, Policies]] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and all cases in which it would be false."""

    name: str
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The solver's word on a claim; refuted, the requests that break it; unknown, why."""

    claim: str
    result: Result
    seconds: float
    broken_by: tuple[Request, ...] = ()
    why: str = ""


def prove(claim: Claim, timeout: float = 20, words: Sequence[str] = ()) -> Verdict:
    """Ask for a request that breaks the claim, for at most `timeout` seconds a case.

    `words` are texts worth trying first where the solver does not find a request at once; they decide nothing else.
    """
    started = time.monotonic()
    found = next((found for case in claim.cases if (found := _broken(case, timeout, words))), None)
    seconds = time.monotonic() - started
    if found is None:
        return Verdict(claim.name, Result.PROVEN, seconds)
    requests, why = found
    return Verdict(claim.name, Result.REFUTED if requests else Result.UNKNOWN, seconds, requests, why)


def _broken(case: Case, timeout: float, words: Sequence[str]) -> tuple[tuple[Request, ...], str] | None:
    """Give what breaks a case, or why nobody knows; None where nothing does."""
    solver = z3.Solver()
    try:
        solver.add(*case.given, *(allowed(asked, policies, case.owner) for asked, policies in case.asked))
        solver.add(*(z3.Not(allowed(asked, policies, case.owner)) for asked, policies in case.anyway))
    except (Undecided, Refused) as error:
        return (), str(error)
    answer = _answer(solver, timeout, words)
    if answer == z3.unsat:
        return None
    if answer == z3.unknown:
        return (), f"the solver gave up: {solver.reason_unknown()}"
    requests = tuple(asked.found(solver.model()) for asked, _ in case.asked)
    return requests, _doubts(requests, [policies for _, policies in case.asked])


def _answer(solver: z3.Solver, timeout: float, words: Sequence[str]) -> z3.CheckSatResult:
    solver.set(timeout=int(min(timeout, _SOON) * 1000))
    answer = solver.check()
    if answer != z3.unknown:
        return answer
    if words:
        solver.push()
        solver.add([z3.Or([symbol == z3.StringVal(word) for word in words]) for symbol in symbols(solver)])
        if solver.check() == z3.sat:
            return z3.sat
        solver.pop()
    solver.set(timeout=int(timeout * 1000))
    return solver.check()


def symbols(solver: z3.Solver) -> list[z3.SeqRef]:
    """List the texts a solver looks for."""
    found, seen, left = {}, set(), list(solver.assertions())
    while left:
        item = left.pop()
        if item.get_id() in seen:
            continue
        seen.add(item.get_id())
        left += item.children()
        if isinstance(item, z3.SeqRef) and z3.is_const(item) and item.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found[str(item)] = item
    return [found[name] for name in sorted(found)]


def _doubts(requests: Iterable[Request], policies: Iterable[Policies]) -> str:
    """Ask the evaluator about what the solver found; the two have to agree."""
    for request, attached in zip(requests, policies, strict=True):
        try:
            decision = decide(request, attached)
        except Refused as error:
            return f"the evaluator refuses the solver's request: {error}"
        if not decision.allowed:
            return f"the evaluator disagrees with the solver: {decision.why}"
    return ""
