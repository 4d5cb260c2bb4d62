"""What each actor may do, beside what its recorded calls needed: nothing missing, nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from isolation.proof.claims.limits import allowed_on, keeps_limits, needs_no_more
from isolation.proof.proving import Claim, Result, prove
from isolation.proof.telling import sentence
from proving.fleet import MODES, fleet
from proving.needs import gathered, limits, needed

if TYPE_CHECKING:
    from isolation.proof.fleet import Actor, Fleet

ACTORS = [(fleet(mode), actor) for mode in MODES for actor in fleet(mode).actors]


def _claims(looked_at: Fleet, actor: Actor) -> list[Claim]:
    table = needed()[actor.name]
    return [needs_no_more(looked_at, actor, table), *keeps_limits(looked_at, actor, limits(actor.name))]


@pytest.mark.parametrize(("looked_at", "actor"), ACTORS, ids=[f"{f.by_tag}: {actor.name}" for f, actor in ACTORS])
def test_nothing_is_missing_and_nothing_is_more(looked_at: Fleet, actor: Actor) -> None:
    """On no other thing, and in no other circumstances, than the table has."""
    missing = set(needed()[actor.name]) - set(allowed_on(actor)) - {"sts:GetCallerIdentity", "sts:TagSession"}

    assert missing == set()
    assert [
        sentence(said) for claim in _claims(looked_at, actor) if (said := prove(claim)).result is not Result.PROVEN
    ] == []


def test_what_was_denied_was_not_needed() -> None:
    """A seller for all, a role for its actor, the first recording; who and what is not the fleet's is left out."""
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/berlin/sp-api-AbCdEf"
    role = "arn:aws:iam::123456789012:role/sellerkeys-fn.dev.rotation"
    somebody = "arn:aws:iam::123456789012:role/somebody"

    assert gathered(
        [
            (role, "secretsmanager:GetSecretValue", secret, True, "the second"),
            (role, "secretsmanager:GetSecretValue", secret, True, "the first"),
            (role, "secretsmanager:GetSecretValue", secret.replace("/dev/", "/prod/"), True, "the first"),
            (role, "secretsmanager:DeleteSecret", secret, False, "the first"),
            (somebody, "secretsmanager:GetSecretValue", secret, True, "the first"),
        ]
    ) == {
        "the rotation function": {
            "secretsmanager:GetSecretValue": {secret.replace("berlin", "*").replace("AbCdEf", "??????"): "the first"}
        }
    }
