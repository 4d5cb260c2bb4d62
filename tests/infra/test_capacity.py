"""What `sellerkeys plan-capacity` counts is what the program declares."""

from __future__ import annotations

import runpy

import pytest

from infra.configuration import PROJECT
from provisioning import capacity, naming
from provisioning.capacity import Demand, Mode
from tests.fakes.engine import Declaration, declare

_GIVEN = {"roles": 1_000, "secrets": 500_000}


@pytest.fixture(scope="module", params=list(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    """How sellers are kept apart."""
    return Mode(request.param)


@pytest.fixture(scope="module")
def dev(dev_config: dict[str, str], mode: Mode) -> Declaration:
    """What the demo's stack of three sellers declares."""
    config = {**dev_config, "sellerkeys:isolation": mode.value}
    return declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=config)


def test_what_a_fleet_takes_is_counted_as_declared(dev: Declaration, mode: Mode) -> None:
    """A role that the plan forgot would be the one IAM refuses; a seller has three resources, or his secret alone."""
    demand = Demand(sellers=3, region="eu-west-1", rotation="rate(30 days)", reads_a_day=24)

    planned = capacity.capacity(mode, demand, _GIVEN)

    declared = [len(dev.all(kind)) for kind in ("aws:iam/role:Role", "aws:secretsmanager/secret:Secret")]
    assert [planned.roles, planned.secrets] == declared
    assert planned.keys == len(dev.all("aws:kms/key:Key"))
    sellers = {item.name for item in dev.all("sellerkeys:index:SellerSecret")}
    assert len(sellers) == demand.sellers
    of_sellers = [item for item in dev.resources if item.type.startswith("aws:") and item.name in sellers]
    assert planned.resources == len(of_sellers)


def test_the_rotation_functions_patience_is_the_declared_one(dev: Declaration) -> None:
    """How many rotations can hang at the same time follows from it."""
    timeouts = {item.name: item.inputs["timeout"] for item in dev.all("aws:lambda/function:Function")}

    assert timeouts[naming.ROTATION] == capacity.FUNCTION_SECONDS
