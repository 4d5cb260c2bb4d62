"""Role names that IAM would take for the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from infra.configuration import check_roles

if TYPE_CHECKING:
    from provisioning.fleet import Fleet

ACCOUNT = "123456789012"


def named(fleet: Fleet, key: str, role: str, account: str = ACCOUNT, isolation: str = "role-per-seller") -> Fleet:
    """Let the configuration name a role under a key."""
    update = {key: (f"arn:aws:iam::{account}:role/{role}",), "isolation": isolation}
    return type(fleet)(fleet.base, fleet.settings.model_copy(update=update), fleet.sellers)


@pytest.mark.parametrize(
    ("key", "role", "isolation", "said"),
    [
        pytest.param(
            "readers",
            "erp/SellerKeys.Dev.Berlin",
            "role-per-seller",
            "role SellerKeys.Dev.Berlin has the name of the reader of berlin, sellerkeys.dev.berlin",
            id="a reader's",
        ),
        pytest.param(
            "deployers",
            "Sellerkeys-FN.dev.rotation",
            "one-role",
            "role Sellerkeys-FN.dev.rotation has the name of the rotation function's role, sellerkeys-fn.dev.rotation",
            id="a function's",
        ),
        pytest.param(
            "on_call",
            "SELLERKEYS-READER.DEV",
            "one-role",
            "role SELLERKEYS-READER.DEV has the name of the fleet's reader, sellerkeys-reader.dev",
            id="the one reader's",
        ),
    ],
)
def test_a_collision_is_refused(fleet: Fleet, key: str, role: str, isolation: str, said: str) -> None:
    """Before anything is made, with the key and the way out."""
    with pytest.raises(pulumi.RunError) as refused:
        check_roles(named(fleet, key, role, isolation=isolation), ACCOUNT)

    assert str(refused.value) == (
        f"Pulumi.dev.yaml, sellerkeys:{key}: {said}, which IAM compares without regard to case: name another role"
    )


@pytest.mark.parametrize(
    ("role", "account", "isolation"),
    [
        pytest.param("erp-worker", ACCOUNT, "role-per-seller", id="another name"),
        pytest.param("sellerkeys.dev.berlin", "210987654321", "role-per-seller", id="another account"),
        pytest.param("sellerkeys.dev.berlin", ACCOUNT, "one-role", id="a role that is not made"),
    ],
)
def test_no_collision(fleet: Fleet, role: str, account: str, isolation: str) -> None:
    """Roles of another account, and of the other isolation, are none of ours."""
    check_roles(named(fleet, "readers", role, account, isolation), ACCOUNT)
