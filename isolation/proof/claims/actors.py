"""What an actor's own policies do not give him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import z3

from isolation.document import Alone
from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.asked import Asked
from isolation.proof.askers import EVERYTHING, delegating
from isolation.proof.claims.common import (
    CONTEXT,
    NO,
    has,
    is_a_sellers,
    names_identity_tag,
)
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import any_secret, is_secret, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.document import Document
    from isolation.proof.fleet import Actor, Fleet, Never

#: One more than the statements about one key of several values that an actor may have.
_TESTS: Final = 8


def of_actor(fleet: Fleet, actor: Actor) -> Iterator[Claim]:
    """Claim what an actor's own policies do not give him."""
    for never in fleet.never:
        if never.actor == actor.name:
            yield from _never(fleet, actor, never)
    if actor.arn in fleet.deployers:
        yield _reads_nothing(fleet, actor, app=True)
        return
    policies = Policies(actor.identity, key=delegating(fleet.account))
    cases = []
    for action in actions.CHANGE_PERMISSIONS:
        asked, known = acting(fleet, actor, action)
        cases.append(Case([(asked, policies)], [known], fleet.account))
    yield Claim(f"{actor.name} changes no policy, role, key or code", cases)
    cases = []
    for action in actions.TAG:
        asked, known = acting(fleet, actor, action)
        no_state = z3.Or(z3.Not(asked.slot("aws:tagkeys").present), names_identity_tag(fleet, asked))
        cases.append(Case([(asked, policies)], [known, no_state], fleet.account))
    yield Claim(f"{actor.name} changes state tags at most", cases)
    if actor.name in fleet.read_sellers:
        yield _reads_enrolled(fleet, actor)
    else:
        yield _reads_nothing(fleet, actor, app=actor.name in fleet.read_nothing)
    if actor.name in fleet.never_read:
        asked, known = acting(fleet, actor, actions.READ)
        given = [known, is_a_sellers(fleet, asked.resource)]
        case = Case([(asked, Policies((EVERYTHING, *actor.identity)))], given, fleet.account)
        yield Claim(f"{actor.name} reads no seller's value, whatever else is attached to his role", [case])
        # Each lock alone: what he is granted opens nothing that the denial would have to shut again.
        granted = Policies([Alone(document) for document in actor.identity])
        yield Claim(
            f"{actor.name} reads no seller's value, by what he is granted alone",
            [Case([(asked, granted)], given, fleet.account)],
        )


def _never(fleet: Fleet, actor: Actor, never: Never) -> Iterator[Claim]:
    """Say that a denial holds by itself; one without circumstances is needed for nothing that is granted beside it."""
    locks: dict[str, tuple[Document, ...]] = {"whatever else is attached to his role": (EVERYTHING, *actor.identity)}
    if not never.where:
        locks["by what he is granted alone"] = tuple(Alone(document) for document in actor.identity)
    for how, identity in locks.items():
        cases = []
        for action in never.actions:
            asked, known = acting(fleet, actor, action)
            given = [known, *(has(asked, *test) for test in never.where)]
            cases.append(Case([(asked, Policies(identity))], given, fleet.account))
        yield Claim(f"{actor.name} {never.what}, {how}", cases)


def _reads_nothing(fleet: Fleet, actor: Actor, *, app: bool) -> Claim:
    """Say that by his own policies he reads no seller's value (nor, with `app`, the app secret's)."""
    what = "no value" if app else "no seller's value"
    return Claim(f"{actor.name} reads {what}", list(_readings(fleet, actor, app=app)))


def _readings(fleet: Fleet, actor: Actor, *, app: bool) -> Iterator[Case]:
    policies = Policies(actor.identity, key=delegating(fleet.account))

    def unspared(arn: z3.SeqRef) -> z3.BoolRef:
        spared = NO if app else is_secret(arn, literal(fleet.app.arn))
        return z3.And(any_secret(arn, fleet.account, fleet.region), z3.Not(spared))

    read, known = acting(fleet, actor, actions.READ)
    yield Case([(read, policies)], [known, unspared(read.resource)], fleet.account)
    if actor.name in fleet.write_sellers:
        return
    decrypt, known = acting(fleet, actor, actions.DECRYPT)
    ((there, arn),) = decrypt.slot(CONTEXT).members
    # What Secrets Manager asks as whoever sets a key opens nothing: no value has such a version (aws.md 6.2).
    ((version_there, version),) = decrypt.slot("kms:encryptioncontext:secretversionid").members
    of_value = z3.Not(z3.And(version_there, version == literal("RequestToValidateKeyAccess")))
    yield Case([(decrypt, policies)], [known, there, unspared(arn), of_value], fleet.account)


def _reads_enrolled(fleet: Fleet, actor: Actor) -> Claim:
    cases = []
    changing = ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")
    for action in (actions.READ, *changing):
        asked, known = acting(fleet, actor, action)
        ((there, function),) = asked.slot("secretsmanager:resource/allowrotationlambdaarn").members
        is_app = is_secret(asked.resource, literal(fleet.app.arn))
        enrolled = z3.And(there, function == literal(fleet.rotation_function), is_a_sellers(fleet, asked.resource))
        good = z3.Or(enrolled, is_app) if action == actions.READ else enrolled
        cases.append(Case([(asked, Policies(actor.identity))], [known, z3.Not(good)], fleet.account))
    return Claim(f"{actor.name} reads and writes only sellers enrolled with it, and reads the app secret", cases)


def acting(fleet: Fleet, actor: Actor, action: str) -> tuple[Asked, z3.BoolRef]:
    """Make an actor who asks, with what is known of him."""
    asked = Asked("actor", action, width=_TESTS)
    return asked, z3.And(asked.account == literal(fleet.account), asked.arn == literal(actor.arn))
