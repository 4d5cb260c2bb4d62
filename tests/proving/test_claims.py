"""Every claim of `make prove`, in both modes; none of them because nothing could have broken it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
import z3

from isolation.proof import claims
from isolation.proof.proving import Claim, Result, prove
from isolation.proof.telling import sentence
from isolation.proof.trying import symbols
from proving.fleet import MODES, fleet, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.settings import Isolation

CLAIMS = [(mode, claim) for mode in MODES for claim in claims.of(fleet(mode))]
#: Claims whose cases cannot be at all, by the shape of names alone.
OF_NAMES = ("no seller's slug", "no ARN")


@pytest.mark.parametrize(("mode", "claim"), CLAIMS, ids=[f"{mode}: {claim.name}" for mode, claim in CLAIMS])
def test_a_claim_is_proven(mode: Isolation, claim: Claim) -> None:
    """No request breaks it; the solver's "unknown" is a failure."""
    verdict = prove(claim)

    assert verdict.result is Result.PROVEN, f"{mode}: {sentence(verdict)}"


@pytest.mark.parametrize("mode", MODES)
def test_no_claim_is_empty(mode: Isolation) -> None:
    """In each case there is somebody who could ask, for something, so that the policies had something to say."""
    empty = [
        f"{claim.name}: {[asked.name + ' ' + asked.action for asked, _ in case.asked]}"
        for claim in claims.of(fleet(mode))
        if not claim.name.startswith(OF_NAMES)
        for case in claim.cases[:4]  # one of each kind of asker
        if not _can_be(case.given, words(mode))
    ]

    assert empty == []


def _can_be(given: Sequence[z3.BoolRef], tried: tuple[str, ...]) -> bool:
    """Try texts that look like what a symbol's name says; what is then left to find is who has which key."""
    wanted = symbols(given)
    whole = z3.And(*given)
    for texts in product(*([word for word in tried if _suits(str(symbol), word)] for symbol in wanted)):
        known = [(symbol, z3.StringVal(word)) for symbol, word in zip(wanted, texts, strict=True)]
        left = z3.simplify(z3.substitute(whole, *known))
        if not z3.is_false(left) and z3.Solver().check(left) == z3.sat:
            return True
    return False


def _suits(symbol: str, word: str) -> bool:
    name = symbol.rsplit(":", 1)[-1].removesuffix("=0")
    kinds = {
        "arn": word.startswith("arn:aws:iam:"),
        "rotationlambdaarn": word.startswith("arn:aws:lambda:"),
        "allowrotationlambdaarn": word.startswith("arn:aws:lambda:"),
        "account": word.isdigit(),
        "service": word == "ec2.amazonaws.com",
        "viaservice": word.startswith("ssm."),
        "resource": word.startswith("arn:"),
        "secretarn": word.startswith("arn:aws:secretsmanager:"),
        "seller": word == "a",
        "forcedeletewithoutrecovery": word == "true",
    }
    return kinds.get(name.rsplit("/", 1)[-1], word == "a-b")
