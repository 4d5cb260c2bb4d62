"""Break a document in every way that `mutants` knows, and say which claim catches it.

The claims are made once, on the sound fleet. A mutant is put in the place of its document in those cases alone that
read it, for an action of a statement that was changed; the first request that breaks a claim is enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from isolation import document as documents
from isolation.document import Alone
from isolation.proof import claims
from isolation.proof.claims.limits import keeps_limits, needs_no_more
from isolation.proof.claims.uses import may
from isolation.proof.claims.widening import changed, in_other_words, same
from isolation.proof.matching import Undecided
from isolation.proof.proving import Claim, Result, prove
from isolation.refusal import Refused
from proving.fleet import ACCOUNT, MODES, fleet, words
from proving.mutants import mutants, written
from proving.needs import limits, needed
from proving.uses import uses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isolation.document import Statement
    from isolation.evaluator import Policies
    from isolation.proof.asked import Asked
    from isolation.proof.proving import Case, Verdict
    from proving.mutants import Mutant, Row
    from provisioning.settings import Isolation

#: How long a case may take on a broken policy; where the solver finds no request by then, another claim may find one.
_PATIENCE: Final = 3.0
#: How long it gets where no claim found one, as `make prove` gives it: what is not proven then, fails there as well.
_LAST: Final = 20.0


@dataclass(frozen=True, slots=True)
class Found:
    """A mutant by name, and the claim that catches it (`by`); where none does, whether it is proven to be `equal`."""

    mutant: str
    by: str = ""
    equal: bool = False


def every_claim(mode: Isolation) -> Iterator[Claim]:
    """List the claims of the proof, and those of the table of what is needed: nothing more, and nothing missing."""
    looked_at = fleet(mode)
    yield from claims.of(looked_at)
    for actor in looked_at.actors:
        yield needs_no_more(looked_at, actor, needed()[actor.name])
        yield from keeps_limits(looked_at, actor, limits(actor.name))
    for who, calls in uses(mode).items():
        yield may(looked_at, who, calls)


def quarry() -> list[tuple[Isolation, str]]:
    """List what is to be broken, by mode and name; a document that is the same in both modes once."""
    found, seen = [], list[object]()
    for mode in MODES:
        for name, document in written(fleet(mode)).items():
            if document not in seen:
                seen.append(document)
                found.append((mode, name))
    return found


def hunt(mode: Isolation, name: str) -> Iterator[Found]:
    """Break one document of a mode."""
    for mutant in mutants(name, written(fleet(mode))[name]):
        # What differs in its words alone breaks no claim.
        plain = in_other_words(mutant.before, mutant.after, attached=mutant.attached)
        by, equal = ("", True) if plain else _hunted(mode, mutant)
        yield Found(f"{name}, {mutant.why}", by, equal)


def _hunted(mode: Isolation, mutant: Mutant) -> tuple[str, bool]:
    """Name the claim that catches it; where none does, say whether it is equal.

    A solver that gave up says nothing of a mutant: it depends on how busy the machine is.
    """
    by, open_ = _caught(mode, mutant)
    if by:
        return by, False
    if is_equal(mutant):
        return "", True
    for claim in open_:
        verdict = prove(claim, _LAST, words(mode))
        if verdict.result is not Result.PROVEN:
            return _by(claim, verdict), False
    return "", False


def caught(mode: Isolation, mutant: Mutant) -> str:
    """Name the claim that a mutant breaks; empty where none does."""
    return _caught(mode, mutant)[0]


def _caught(mode: Isolation, mutant: Mutant) -> tuple[str, list[Claim]]:
    """Name the claim that a mutant breaks, and give those that the solver left open."""
    left = []
    try:
        for claim in _broken(mode, mutant):
            verdict = prove(claim, timeout=_PATIENCE, words=words(mode))
            if verdict.result is Result.REFUTED:
                return _by(claim, verdict), []
            left += [claim] if verdict.result is Result.UNKNOWN else []
    except (Refused, Undecided) as refusal:
        return f"refused: {refusal}", []
    return "", left


def _by(claim: Claim, verdict: Verdict) -> str:
    return f"{claim.name} ({verdict.result.value})"


def is_equal(mutant: Mutant) -> bool:
    """Say whether the solver proves that a mutant allows what its document does, no more and no less."""
    both = same(mutant.before, mutant.after, ACCOUNT, attached=mutant.attached)
    return all(prove(claim, 2 * _PATIENCE).result is Result.PROVEN for claim in both)


def _broken(mode: Isolation, mutant: Mutant) -> Iterator[Claim]:
    """Put a mutant into the claims that read its document; first whether it names what nobody needs, which is quick."""
    rows = _changed(mutant)
    for actor in fleet(mode).actors:
        if mutant.before in actor.identity:
            broken = replace(actor, identity=tuple(_other(item, mutant) for item in actor.identity))
            yield _narrowed(needs_no_more(fleet(mode), broken, needed()[actor.name]), mutant.after, rows)
    for claim in _sound(mode):
        touched = _narrowed(claim, mutant.before, rows)
        if touched.cases:
            yield replace(claim, cases=[_exchanged(case, mutant) for case in touched.cases])


def _narrowed(claim: Claim, document: Row, rows: Sequence[Statement]) -> Claim:
    """Leave of a claim the cases that read a document, for an action of these statements."""

    def reads(asked: Asked, policies: Policies) -> bool:
        return document in _listed(policies) and any(row.is_about(asked.action) for row in rows)

    cases = [case for case in claim.cases if any(reads(*one) for one in (*case.asked, *case.denied))]
    return replace(claim, cases=cases)


def _exchanged(case: Case, mutant: Mutant) -> Case:
    asked, denied = ([(one, _put(policies, mutant)) for one, policies in each] for each in (case.asked, case.denied))
    return replace(case, asked=asked, denied=denied)


def _put(policies: Policies, mutant: Mutant) -> Policies:
    identity = [_other(item, mutant) for item in policies.identity]
    resource, key = _other(policies.resource, mutant), _other(policies.key, mutant)
    return replace(policies, identity=identity, resource=resource, key=key)


def _other(item: Any, mutant: Mutant) -> Any:  # noqa: ANN401  a document of any kind, or none
    if isinstance(item, Alone):
        return replace(item, document=_other(item.document, mutant))
    return mutant.after if item == mutant.before else item


def _listed(policies: Policies) -> list[object]:
    attached = (*policies.identity, policies.resource, policies.key)
    return [item.document if isinstance(item, Alone) else item for item in attached]


def _changed(mutant: Mutant) -> list[Statement]:
    read = documents.resource if mutant.attached else documents.identity
    return changed(read(mutant.before), read(mutant.after))


@cache
def _sound(mode: Isolation) -> list[Claim]:
    return list(every_claim(mode))
