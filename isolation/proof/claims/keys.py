"""Claim (b): nobody uses a key but as its condition says; each lock alone, what it grants and what it denies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import z3

from isolation.document import Alone
from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.askers import EVERYTHING, identity, outsiders
from isolation.proof.claims.common import (
    VIA,
    everybody,
    for_secret,
    of_fleet,
)
from isolation.proof.fleet import Key
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from isolation.proof.asked import Asked
    from isolation.proof.fleet import Fleet

    Good = Callable[[Asked], z3.BoolRef]

_GRANT: Final = "kms:CreateGrant"
#: What a symmetric key is used for, as all keys of a fleet are.
_SYMMETRIC: Final = tuple(
    name for name in actions.USE_KEY if name.startswith(("kms:Decrypt", "kms:Encrypt", "kms:GenerateD", "kms:ReEncr"))
)
#: What no service asks of a key for its own things (aws.md 6.2).
_OTHERWISE: Final = tuple(name for name in actions.USE_KEY if name not in {"kms:Decrypt", "kms:GenerateDataKey"})
_ADMINISTER: Final = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey")
_BY_GRANTS: Final = "by its grants alone"
_BY_DENIALS: Final = "whatever is granted beside its denials"


def of_key(fleet: Fleet) -> Iterator[Claim]:
    """Claim (b): nobody uses the key but Secrets Manager, for this fleet's secrets."""
    key = Key("the key", fleet.key_arn, fleet.key_policy)
    grants, denials = _alone(key)

    def good(asked: Asked) -> z3.BoolRef:
        return for_secret(fleet, asked, lambda arn: of_fleet(fleet, arn))

    bound = "nobody uses the key without Secrets Manager and a secret of the fleet in the encryption context"
    yield _used(fleet, bound, key, actions.USE_KEY, good)
    yield _used(fleet, f"{bound}, {_BY_GRANTS}", grants, actions.USE_KEY, good)
    yield _used(fleet, f"{bound}, {_BY_DENIALS}", denials, _SYMMETRIC, good)
    yield _granted(fleet, denials, "secretsmanager")
    yield _used(fleet, "nobody uses the key in another way than Secrets Manager does", key, _OTHERWISE)
    cases = []
    for action in (*actions.USE_KEY, *_ADMINISTER):
        for asked, known in outsiders("outsider", action, fleet.account, {}):
            policies = Policies([EVERYTHING], key=key.policy)
            given = [known, asked.resource == literal(key.arn)]
            cases.append(Case([(asked, policies)], given, fleet.account))
    yield Claim("nobody from outside the account uses or administers the key, Amazon's account included", cases)


def of_other_keys(fleet: Fleet) -> Iterator[Claim]:
    """Claim for each other key that it serves its service alone, and of outsiders Amazon's account alone."""
    for arn, policy, service in fleet.other_keys:
        key = Key("the other key", arn, policy)
        grants, denials = _alone(key)

        def good(asked: Asked, service: str = service) -> z3.BoolRef:
            return _through(fleet, asked, service)

        bound = f"nobody uses the other key but through {service}"
        yield _used(fleet, bound, key, actions.USE_KEY, good)
        yield _used(fleet, f"{bound}, {_BY_GRANTS}", grants, actions.USE_KEY, good)
        yield _used(fleet, f"{bound}, {_BY_DENIALS}", denials, _SYMMETRIC, good)
        yield _granted(fleet, denials, service)
        yield _used(fleet, f"nobody uses the other key in another way than {service} does", key, _OTHERWISE)


def _granted(fleet: Fleet, denials: Key, service: str) -> Claim:
    """Claim that nobody hands out use of a key, which a service alone could do for itself."""

    def good(asked: Asked) -> z3.BoolRef:
        return _through(fleet, asked, service)

    return _used(fleet, f"nobody grants {denials.name}, {_BY_DENIALS}", denials, (_GRANT,), good)


def _alone(key: Key) -> tuple[Key, Key]:
    """Give a key as if its policy held nothing but what it grants, and nothing but what it denies."""
    return replace(key, policy=Alone(key.policy)), replace(key, policy=Alone(key.policy, denials=True))


def _through(fleet: Fleet, asked: Asked, service: str) -> z3.BoolRef:
    ((there, via),) = asked.slot(VIA).members
    return z3.And(there, via == literal(f"{service}.{fleet.region}.amazonaws.com"))


def of_grants(fleet: Fleet) -> Iterator[Claim]:
    """Claim for each key that its policy leaves it to the account's own policies who may."""
    for key in fleet.keys:
        policies, cases = Policies((), key=key.policy), []
        for action in (*actions.USE_KEY, *_ADMINISTER):
            asked, known = identity("somebody", action, fleet.account, {})
            # What is given to the account, its root may use.
            no_root = asked.arn != literal(f"arn:aws:iam::{fleet.account}:root")
            given = [known, no_root, asked.resource == literal(key.arn)]
            cases.append(Case([(asked, policies)], given, fleet.account))
        yield Claim(f"{key.name}: without a policy of his own, nobody may use or administer it", cases)


def _used(fleet: Fleet, what: str, key: Key, used: Sequence[str], good: Good | None = None) -> Claim:
    """Claim that nobody uses a key, or (with `good`) nobody but in a good way."""
    policies, cases = Policies([EVERYTHING], key=key.policy), []
    for action in used:
        for asked, known in everybody(fleet, action):
            given = [known, asked.resource == literal(key.arn), *([z3.Not(good(asked))] if good else [])]
            cases.append(Case([(asked, policies)], given, fleet.account))
    return Claim(what, cases)
