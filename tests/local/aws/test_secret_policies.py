"""A secret's own policy, over HTTP; each docstring names the rule and its source."""

import json

import pytest

from tests.local.aws.seen import refusal

PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
NARROWED = {**PUBLIC, "Condition": {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}}
DENIED = {**PUBLIC, "Effect": "Deny"}


def policy(*statements: object) -> str:
    """Write a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.rule(24)
def test_a_policy_is_json(secrets, secret) -> None:
    """PutResourcePolicy refuses what is no policy (aws.md 10.1 no. 24; botocore PutResourcePolicy)."""
    found = refusal(secrets.put_resource_policy, SecretId=secret, ResourcePolicy="not a policy")

    assert found[0] == "MalformedPolicyDocumentException"


@pytest.mark.rule(25)
def test_a_public_policy_is_blocked_where_asked(secrets, secret) -> None:
    """BlockPublicPolicy refuses an Allow to everybody; without it the policy is taken (aws.md 10.1 no. 25; 6.1)."""
    found = refusal(secrets.put_resource_policy, SecretId=secret, ResourcePolicy=policy(PUBLIC), BlockPublicPolicy=True)
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=policy(PUBLIC))
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=policy(NARROWED, DENIED), BlockPublicPolicy=True)

    assert found[0] == "PublicPolicyException"
    assert json.loads(secrets.get_resource_policy(SecretId=secret)["ResourcePolicy"])["Statement"] == [NARROWED, DENIED]


@pytest.mark.rule(26)
@pytest.mark.parametrize(("statement", "passes"), [(PUBLIC, False), (NARROWED, True)], ids=["public", "narrowed"])
def test_a_policy_can_be_validated(secrets, secret, statement, passes) -> None:
    """ValidateResourcePolicy exists and finds public policies (aws.md 10.1 no. 26; botocore ValidateResourcePolicy)."""
    answer = secrets.validate_resource_policy(SecretId=secret, ResourcePolicy=policy(statement))

    assert answer["PolicyValidationPassed"] is passes
    assert [found["CheckName"] for found in answer["ValidationErrors"]] == ([] if passes else ["PUBLIC_POLICY"])
