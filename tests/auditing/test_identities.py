"""Everybody of an account, and every document that says what he may."""

from __future__ import annotations

import pytest

from provisioning.auditing.identities import Identities, Identity, Logins
from provisioning.errors import AccessDenied
from tests.fakes.account import FakeAccount

ACCOUNT = "arn:aws:iam::123456789012"
MANAGED = f"{ACCOUNT}:policy/mine"
OF_AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {"Statement": [{"Sid": "Trust"}]}


@pytest.fixture
def account() -> FakeAccount:
    """An account with a role, two users and a group."""
    account = FakeAccount(managed={MANAGED: {"Statement": ["mine"]}}, aws_managed={OF_AWS: {"Statement": ["aws"]}})
    role = account.add_role("b", TRUST)
    role["AttachedManagedPolicies"] = [{"PolicyArn": MANAGED}, {"PolicyArn": OF_AWS}]
    role["PermissionsBoundary"] = {"PermissionsBoundaryArn": OF_AWS}
    role["Tags"] = [{"Key": "team", "Value": "erp"}]
    account.inline("b", "own", {"Statement": ["own"]})
    account.add_role("a", TRUST)
    account.users = [
        {"Arn": f"{ACCOUNT}:user/ann", "GroupList": ["g"], "UserPolicyList": []},
        {"Arn": f"{ACCOUNT}:user/bob", "GroupList": []},
    ]
    account.groups = [
        {
            "GroupName": "g",
            "GroupPolicyList": [{"PolicyName": "inline", "PolicyDocument": {"Statement": ["group"]}}],
            "AttachedManagedPolicies": [{"PolicyArn": MANAGED}],
        }
    ]
    return account


def test_every_document_of_everybody(account: FakeAccount) -> None:
    """Inline, attached, AWS's own, those of groups, the boundary: in the version that is in force, from every page."""
    found = Identities(account.service("iam", None, "eu-west-1")).all()

    assert found == (
        Identity(f"{ACCOUNT}:role/a", trust=TRUST),
        Identity(
            f"{ACCOUNT}:role/b",
            policies={"own": {"Statement": ["own"]}, OF_AWS: {"Statement": ["aws"]}, MANAGED: {"Statement": ["mine"]}},
            trust=TRUST,
            boundary={"Statement": ["aws"]},
            tags={"team": "erp"},
        ),
        Identity(
            f"{ACCOUNT}:user/ann",
            policies={"g: inline": {"Statement": ["group"]}, f"g: {MANAGED}": {"Statement": ["mine"]}},
        ),
        Identity(f"{ACCOUNT}:user/bob"),
    )
    assert [identity.is_role for identity in found] == [True, True, False, False]


def test_a_policy_of_awss_is_read_once(account: FakeAccount) -> None:
    """Attached to a thousand roles it is the same document."""
    account.add_role("c", TRUST)["AttachedManagedPolicies"] = [{"PolicyArn": OF_AWS}]

    Identities(account.service("iam", None, "eu-west-1")).all()

    assert account.asked == ["GetAccountAuthorizationDetails", "GetPolicy", "GetPolicyVersion"]


def test_how_people_log_in(account: FakeAccount) -> None:
    """Rules that are not set are None, and an account without any rule is no failure."""
    account.summary = {"Users": 2, "AccountMFAEnabled": 1}
    client = account.service("iam", None, "eu-west-1")

    assert Identities(client).logins() == Logins(users=2, root_has_mfa=True)

    account.passwords = {
        "MinimumPasswordLength": 14,
        "RequireSymbols": True,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True,
        "PasswordReusePrevention": 24,
        "MaxPasswordAge": 90,
    }
    assert Identities(client).logins() == Logins(
        users=2, root_has_mfa=True, shortest=14, mixed=True, remembered=24, oldest_days=90
    )


@pytest.mark.parametrize("call", ["GetAccountAuthorizationDetails", "GetPolicy", "GetPolicyVersion"])
def test_a_denial_names_the_call(account: FakeAccount, call: str) -> None:
    """Whoever may not look is told what he may not."""
    account.denied = frozenset({call})

    with pytest.raises(AccessDenied, match=f"AWS denied {call} on "):
        Identities(account.service("iam", None, "eu-west-1")).all()
