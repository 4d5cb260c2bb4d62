"""IAM on the bench, where moto looks through its roles while others are made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from local.bench import Bench

TRUST = '{"Version": "2012-10-17", "Statement": []}'


def client(bench: Bench) -> Any:
    """Give a client of the bench's IAM."""
    keys = bench.environment()
    session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=keys["AWS_REGION"])
    return session.client("iam", endpoint_url=keys["AWS_ENDPOINT_URL"])


def test_roles_are_made_while_others_are_looked_through(bench: Bench) -> None:
    """Whoever walks over the roles sees those of one moment; one that is made meanwhile breaks nothing off."""
    iam = client(bench)
    iam.create_role(RoleName="first", AssumeRolePolicyDocument=TRUST)
    kept = iam_backends["123456789012"]["aws"]

    walk = iter(kept.get_roles())
    next(walk)
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(iam.create_role, RoleName="second", AssumeRolePolicyDocument=TRUST).result()

    assert [role.name for role in walk] == []
    assert sorted(role["RoleName"] for role in iam.list_roles()["Roles"]) == ["first", "second"]
