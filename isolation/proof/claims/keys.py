"""Claim (b): nobody uses a key but as its condition says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.askers import EVERYTHING, outsiders
from isolation.proof.claims.common import (
    VIA,
    everybody,
    for_secret,
    of_fleet,
)
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.proof.fleet import Fleet


def of_key(fleet: Fleet) -> Iterator[Claim]:
    """Claim (b): nobody uses the key but Secrets Manager, for this fleet's secrets."""
    policies = Policies([EVERYTHING], key=fleet.key_policy)
    loose, other = [], []
    for action in actions.USE_KEY:
        for asked, known in everybody(fleet, action):
            given = [known, asked.resource == literal(fleet.key_arn)]
            bound = for_secret(fleet, asked, lambda arn: of_fleet(fleet, arn))
            loose.append(Case([(asked, policies)], [*given, z3.Not(bound)], fleet.account))
            if action not in {"kms:Decrypt", "kms:GenerateDataKey"}:
                other.append(Case([(asked, policies)], given, fleet.account))
    yield Claim(
        "nobody uses the key without Secrets Manager and a secret of the fleet in the encryption context", loose
    )
    yield Claim("nobody uses the key in another way than Secrets Manager does", other)
    cases = []
    for action in (*actions.USE_KEY, "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey"):
        for asked, known in outsiders("outsider", action, fleet.account, {}):
            cases.append(Case([(asked, policies)], [known, asked.resource == literal(fleet.key_arn)], fleet.account))
    yield Claim("nobody from outside the account uses or administers the key, Amazon's account included", cases)


def of_other_keys(fleet: Fleet) -> Iterator[Claim]:
    """Claim for each other key that it serves its service alone."""
    for arn, policy, service in fleet.other_keys:
        cases = []
        for action in actions.USE_KEY:
            for asked, known in everybody(fleet, action):
                ((there, via),) = asked.slot(VIA).members
                direct = z3.Not(z3.And(there, via == literal(f"{service}.{fleet.region}.amazonaws.com")))
                given = [known, asked.resource == literal(arn), direct]
                cases.append(Case([(asked, Policies([EVERYTHING], key=policy))], given, fleet.account))
        yield Claim(f"nobody uses the other key but through {service}", cases)
