"""`make mutants`: break every policy in every way that `mutants` knows, and see each caught."""

from __future__ import annotations

import sys
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from rich.console import Console

from isolation.proof import claims
from isolation.proof.claims.limits import keeps_limits, needs_no_more
from isolation.proof.claims.widening import allows_no_more
from isolation.proof.matching import Undecided
from isolation.proof.proving import Claim, Result, prove
from isolation.refusal import Refused
from proving.fleet import ACCOUNT, MODES, fleet, words
from proving.mutants import Mutant, documents, exchanged, mutants
from proving.needs import limits, needed
from proving.survivors import EXPLAINED, NOT_MORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isolation.proof.fleet import Fleet
    from provisioning.settings import Isolation

#: How long a claim may take on a broken policy; where the solver finds no request by then, the claim is not proven.
_PATIENCE: Final = 3.0


def every_claim(looked_at: Fleet) -> Iterator[Claim]:
    """List the claims of the proof and those of the table of what is needed."""
    yield from claims.of(looked_at)
    table = needed()
    for actor in looked_at.actors:
        if actor.arn not in looked_at.deployers:
            yield needs_no_more(looked_at, actor, table[actor.name])
            yield from keeps_limits(looked_at, actor, limits(actor.name))


def caught(mode: Isolation, whole: Fleet, mutant: Mutant) -> str:
    """Name the claim that a mutant breaks; empty where none does."""
    sound = _sound(mode)
    try:
        for claim in every_claim(exchanged(whole, mutant)):
            # A claim that looks at none of the changed document is as it was.
            if _policies(claim) == sound[claim.name]:
                continue
            verdict = prove(claim, timeout=_PATIENCE, words=words(mode))
            if verdict.result is not Result.PROVEN:
                return f"{claim.name} ({verdict.result.value})"
    except (Refused, Undecided) as refusal:
        return f"refused: {refusal}"
    return ""


@cache
def _sound(mode: Isolation) -> dict[str, list[object]]:
    return {claim.name: _policies(claim) for claim in every_claim(fleet(mode))}


def _policies(claim: Claim) -> list[object]:
    return [attached for case in claim.cases for _, attached in case.asked]


def hunt(mode: Isolation, only: Sequence[str] = ()) -> Iterator[tuple[Mutant, str]]:
    """Break each document (or those named) and say what caught it."""
    whole = fleet(mode)
    before = [document for _, document in documents(fleet(MODES[0]))] if mode != MODES[0] else []
    for name, document in documents(whole):
        # What is the same in both modes is broken once.
        if (not only or name in only) and document not in before:
            for mutant in mutants(name, document):
                yield mutant, caught(mode, whole, mutant)


def explained(mutant: Mutant) -> str:
    """Say why it is right that nothing catches a mutant; empty where nobody knows."""
    if mutant.why in EXPLAINED:
        return EXPLAINED[mutant.why]
    attached = any("Principal" in row for row in mutant.before["Statement"])
    verdict = prove(allows_no_more(mutant.before, mutant.after, ACCOUNT, attached=attached), _PATIENCE)
    return NOT_MORE if verdict.result is Result.PROVEN else ""


def main() -> int:
    """Hunt in both modes, print, and say by the exit code whether one survived unexplained."""
    console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 150)
    started, left, counted = time.monotonic(), 0, Counter[str]()
    for mode in MODES:
        for mutant, by in hunt(mode):
            name = f"{mutant.document}, {mutant.why}"
            why = "" if by else explained(mutant)
            counted["caught" if by else "explained" if why else "alive"] += 1
            if not by:
                left += not why
                console.print(
                    f"{mode}: {name}: survives" + (f"; {why}" if why else ", and nobody says why"), soft_wrap=True
                )
    told = f"{counted['caught']} caught, {counted['explained']} explained, {counted['alive']} alive"
    console.print(f"{counted.total()} mutants in {time.monotonic() - started:.0f} s: {told}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
