"""What a secret's own policy keeps from everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.askers import EVERYTHING, identity, outsiders
from isolation.proof.claims.common import (
    any_seller,
    names_identity_tag,
)
from isolation.proof.matching import ANY
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import SELLER, SLUG, is_none_of, is_secret, literal, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.proof.asked import Asked
    from isolation.proof.fleet import Fleet, Secret


def of_secret(fleet: Fleet, secret: Secret) -> Iterator[Claim]:
    """Claim what the secret's own policy keeps from everybody, even from who may do anything."""
    cases = [
        _on_secret(fleet, secret, "outsider", action, who)
        for action in actions.OF_SECRET
        for who in outsiders("outsider", action, fleet.account, any_seller())
    ]
    yield Claim(f"{secret.name}: nobody from outside the account does anything with it", cases)
    yield Claim(f"{secret.name}: nobody deletes it without a recovery window", list(_forced(fleet, secret)))
    yield Claim(f"{secret.name}: only a deployer changes its identity tags", list(_retagged(fleet, secret)))
    if secret.seller:
        yield Claim(f"{secret.name}: no other function rotates it", list(_rotated(fleet, secret)))


def _on_secret(
    fleet: Fleet, secret: Secret, name: str, action: str, who: tuple[Asked, z3.BoolRef] | None = None, *more: z3.BoolRef
) -> Case:
    asked, known = who or identity(name, action, fleet.account, any_seller())
    given = [known, z3.InRe(asked.markers[SELLER], SLUG), is_secret(asked.resource, text(secret.arn, asked.markers))]
    return Case([(asked, Policies([EVERYTHING], secret.policy))], [*given, *more], fleet.account)


def _forced(fleet: Fleet, secret: Secret) -> Iterator[Case]:
    action = "secretsmanager:DeleteSecret"
    asked, known = identity("somebody", action, fleet.account, any_seller())
    ((there, value),) = asked.slot("secretsmanager:forcedeletewithoutrecovery").members
    yield _on_secret(fleet, secret, "", action, (asked, known), there, value == literal("true"))


def _rotated(fleet: Fleet, secret: Secret) -> Iterator[Case]:
    action = "secretsmanager:RotateSecret"
    asked, known = identity("somebody", action, fleet.account, any_seller())
    ((there, value),) = asked.slot("secretsmanager:rotationlambdaarn").members
    begin = z3.InRe(value, z3.Concat(z3.Re("arn:aws:lambda:"), z3.Star(ANY)))
    yield _on_secret(fleet, secret, "", action, (asked, known), there, begin, value != literal(fleet.rotation_function))


def _retagged(fleet: Fleet, secret: Secret) -> Iterator[Case]:
    for action in actions.TAG:
        asked, known = identity("somebody", action, fleet.account, any_seller())
        nobodys = is_none_of(asked.arn, [literal(arn) for arn in fleet.deployers])
        yield _on_secret(fleet, secret, "", action, (asked, known), nobodys, names_identity_tag(fleet, asked))
