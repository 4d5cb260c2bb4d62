"""How a key is set, and whom its policy and grants name."""

from __future__ import annotations

import pytest

from provisioning.auditing.keys import Key, Keys
from provisioning.errors import AccessDenied, Waiting
from tests.fakes.account import KEY, FakeAccount

ALIAS = "alias/sellerkeys-dev"


@pytest.fixture
def keys(deployed: FakeAccount) -> Keys:
    """Keys of the account after `pulumi up`."""
    return Keys(deployed.service("kms", None, "eu-west-1"))


def test_a_key(keys: Keys, deployed: FakeAccount) -> None:
    """As it is deployed, with everybody whom grants name, once."""
    deployed.grants = [{"GranteePrincipal": "b"}, {"GranteePrincipal": "a"}, {"GranteePrincipal": "a"}]

    assert keys.find(ALIAS) == Key(
        arn=KEY,
        state="Enabled",
        spec="SYMMETRIC_DEFAULT",
        manager="CUSTOMER",
        origin="AWS_KMS",
        rotates_every=365,
        policy=deployed.key_policy,
        grantees=("a", "b"),
        tags={"sellerkeys:base": "dev"},
    )


def test_a_key_that_does_not_rotate(keys: Keys, deployed: FakeAccount) -> None:
    """Then there is no period, whatever AWS once said."""
    deployed.rotation = {"KeyRotationEnabled": False, "RotationPeriodInDays": 365}

    assert keys.find(ALIAS).rotates_every is None


def test_no_key(keys: Keys, deployed: FakeAccount) -> None:
    """Before `pulumi up` there is none."""
    deployed.key = {}

    with pytest.raises(Waiting) as waiting:
        keys.find(ALIAS)

    assert str(waiting.value) == "key alias/sellerkeys-dev is not declared: run `pulumi up`"


@pytest.mark.parametrize(
    "call", ["DescribeKey", "GetKeyRotationStatus", "GetKeyPolicy", "ListGrants", "ListResourceTags"]
)
def test_a_denial_names_the_call(keys: Keys, deployed: FakeAccount, call: str) -> None:
    """Whoever may not look is told what he may not."""
    deployed.denied = frozenset({call})

    with pytest.raises(AccessDenied, match=f"AWS denied {call} on alias/sellerkeys-dev"):
        keys.find(ALIAS)
