"""What was changed by hand since `pulumi up`, named by role, policy and statement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from proving.live import Live
from provisioning.auditing.drift import as_declared, drift
from tests.fakes.account import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.auditing.account import Account
    from tests.fakes.account import FakeAccount
    from tests.fakes.secrets_manager import FakeSecretsManager

BERLIN = "sellerkeys/dev/sellers/berlin/sp-api"
READER = "sellerkeys.dev.berlin"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def found(account: Account) -> tuple[str, ...]:
    """What differs from what the program declares."""
    return drift(account, Live(account).declared())


@pytest.mark.parametrize("mode", ["role-per-seller", "one-role"])
def test_nothing_differs_after_pulumi_up(
    mode: str, look: Callable[[], Account], request: pytest.FixtureRequest
) -> None:
    """What the program declares is what it declares, in both modes, with every function there is."""
    if mode == "one-role":
        look = request.getfixturevalue("look_at_one_role")

    assert found(look()) == ()


def test_a_widened_reader(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """A star where the seller stood."""
    row = deployed.policy(READER, "read-its-secret")["Statement"][0]
    row["Resource"] = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/*"

    account = look()

    assert found(account) == (
        (
            "role sellerkeys.dev.berlin, policy read-its-secret: statement ReadItsSecret was changed: Resource is"
            ' "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/dev/sellers/*"'
        ),
    )
    declared = Live(account).declared()
    assert [as_declared(account, declared, slug) for slug in ("berlin", "maple")] == [False, True]


def test_a_policy_added_to_a_role(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Inline or attached, it is named as IAM names it."""
    deployed.inline(READER, "more", EVERYTHING)
    deployed.aws_managed["arn:aws:iam::aws:policy/AdministratorAccess"] = EVERYTHING
    deployed.roles["sellerkeys-fn.dev.rotation"]["AttachedManagedPolicies"] = [
        {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    ]

    assert found(look()) == (
        ("role sellerkeys-fn.dev.rotation: policy arn:aws:iam::aws:policy/AdministratorAccess was added by hand"),
        "role sellerkeys.dev.berlin: policy more was added by hand",
    )


def test_a_policy_taken_away_and_one_of_another_name(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """What a policy is called decides nothing; without one the reader reads nothing."""
    document = deployed.policy(READER, "read-its-secret")
    deployed.roles[READER]["RolePolicyList"] = [{"PolicyName": "renamed", "PolicyDocument": document}]
    deployed.roles["sellerkeys.dev.maple"]["RolePolicyList"] = []

    assert found(look()) == ("role sellerkeys.dev.maple: was taken away by hand",)


def test_who_may_become_a_reader(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """One more principal in a trust policy."""
    trust: Any = json.loads(json.dumps(deployed.roles[READER]["AssumeRolePolicyDocument"]))
    trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::123456789012:root"
    deployed.roles[READER]["AssumeRolePolicyDocument"] = trust

    assert found(look()) == (
        (
            "role sellerkeys.dev.berlin, who may become it: statement ConfiguredReadersOnly was changed: Principal is"
            ' {"AWS": ["arn:aws:iam::123456789012:root"]}'
        ),
    )


def test_a_secrets_policy_and_key(look: Callable[[], Account], aws: FakeSecretsManager) -> None:
    """Taken off, or encrypted with a key that knows no second lock."""
    aws.secrets[BERLIN].policy = None
    aws.secrets[BERLIN].key = None

    assert found(look()) == (
        f"secret {BERLIN}: was taken away by hand",
        f"secret {BERLIN}: is encrypted with another key than the fleet's: of AWS",
    )


def test_the_key(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """A denial taken out of its policy, and a grant."""
    rows = deployed.key_policy["Statement"]
    deployed.key_policy["Statement"] = [row for row in rows if row["Sid"] != "NoDirectUse"]
    deployed.grants = [{"GranteePrincipal": "arn:aws:iam::123456789012:role/x"}]

    assert found(look()) == (
        "the key: statement NoDirectUse was taken away",
        "the key: a grant was given to arn:aws:iam::123456789012:role/x",
    )


def test_roles_that_are_missing_or_too_many(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Under the fleet's own names and paths nobody else makes a role."""
    trust = deployed.roles[READER]["AssumeRolePolicyDocument"]
    del deployed.roles["sellerkeys.dev.kyoto"]
    deployed.add_role("sellerkeys.dev.ghost", trust, path="/sellerkeys/dev/sellers/")
    deployed.add_role("sellerkeys-fn.dev.ghost", trust)
    deployed.add_role("somebody-elses", trust)

    assert found(look()) == (
        "role sellerkeys.dev.kyoto: is not there: run `pulumi up`",
        "role sellerkeys-fn.dev.ghost: no seller of the roster and no function of the fleet has such a role",
        "role sellerkeys.dev.ghost: no seller of the roster and no function of the fleet has such a role",
    )


def test_a_boundary(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """It can only take away, and nobody declared it."""
    deployed.managed["arn:aws:iam::123456789012:policy/limit"] = EVERYTHING
    deployed.roles[READER]["PermissionsBoundary"] = {"PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/limit"}

    assert found(look()) == ("role sellerkeys.dev.berlin: a permissions boundary was set",)


def test_the_keys_id_alone_is_the_key(look: Callable[[], Account], aws: FakeSecretsManager) -> None:
    """AWS tells a secret's key as it was given, by ARN or by id."""
    aws.secrets[BERLIN].key = KEY.rpartition("/")[2]

    assert found(look()) == ()
