"""Roles with the policies that a test gives them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.aws.access.acting import client, document, lent_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.aws.access.acting import Acting


@pytest.fixture
def acting(aws: Any) -> Acting:
    """Make roles in the account."""
    iam, sts = aws.client("iam"), aws.client("sts")

    def make(name: str, *statements: dict[str, Any], **session: Any) -> Callable[[str], Any]:
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=lent_to())["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        keys = sts.assume_role(RoleArn=role, RoleSessionName="tests", **session)["Credentials"]
        given = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return functools.cache(lambda service: client(aws.server.url, service, *given))

    return make


@pytest.fixture
def one(secrets: Any) -> str:
    """Make a seller's secret."""
    return str(secrets.create_secret(Name="sellers/one/sp-api", SecretString="PLACEHOLDER one")["ARN"])


@pytest.fixture
def two(secrets: Any) -> str:
    """Make another's."""
    return str(secrets.create_secret(Name="sellers/two/sp-api", SecretString="PLACEHOLDER two")["ARN"])
