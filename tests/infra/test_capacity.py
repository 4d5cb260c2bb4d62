"""What `sellerkeys plan-capacity` counts is what the program declares."""

import runpy

import pytest

from infra.configuration import PROJECT
from provisioning import capacity, naming
from provisioning.capacity import Demand, Mode
from tests.fakes.engine import Declaration, declare

_GIVEN = {"roles": 1_000, "secrets": 500_000}


@pytest.fixture(scope="module")
def dev(dev_config: dict[str, str]) -> Declaration:
    """What the demo's stack of three sellers declares."""
    return declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=dev_config)


def test_roles_secrets_and_keys_are_counted_as_declared(dev: Declaration) -> None:
    """A role that the plan forgot would be the one that IAM refuses."""
    demand = Demand(sellers=3, region="eu-west-1", rotation="rate(30 days)", reads_a_day=24)

    planned = capacity.capacity(Mode.ROLE_PER_SELLER, demand, _GIVEN)

    declared = [len(dev.all(kind)) for kind in ("aws:iam/role:Role", "aws:secretsmanager/secret:Secret")]
    assert [planned.roles, planned.secrets] == declared
    assert planned.keys == len(dev.all("aws:kms/key:Key"))


def test_the_rotation_functions_patience_is_the_declared_one(dev: Declaration) -> None:
    """How many rotations can hang at the same time follows from it."""
    timeouts = {item.name: item.inputs["timeout"] for item in dev.all("aws:lambda/function:Function")}

    assert timeouts[naming.ROTATION] == capacity.FUNCTION_SECONDS
