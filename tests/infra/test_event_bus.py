"""A fleet has a bus for its consumers where its configuration says so, and nothing of it otherwise."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

from infra.configuration import PROJECT
from infra.place import Place
from infra.policies.events import telling_policy
from tests.fakes.engine import ACCOUNT, Declaration, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "SELLERKEYS_BUS"


def program(config: Mapping[str, str]) -> Declaration:
    """Run the whole program with this configuration."""
    return declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=config)


def variables(made: Declaration) -> Mapping[str, str]:
    """The rotation function's environment."""
    (function,) = (one for one in made.all("aws:lambda/function:Function") if one.name == "rotation")
    found: Mapping[str, str] = function.inputs["environment"]["variables"]
    return found


def test_off_by_default(dev_config: dict[str, str]) -> None:
    """No bus, no permission, no variable."""
    made = program(dev_config)

    assert made.all("aws:cloudwatch/eventBus:EventBus") == []
    assert [one.name for one in made.all("aws:iam/rolePolicy:RolePolicy") if "tells" in one.name] == []
    assert VARIABLE not in variables(made)


def test_where_the_configuration_says_so(dev_config: dict[str, str]) -> None:
    """A bus with the fleet's name and tag; the rotation function alone may speak there, and knows its name."""
    made = program(dev_config | {"sellerkeys:events": "true"})
    (policy,) = (one for one in made.all("aws:iam/rolePolicy:RolePolicy") if "tells" in one.name)

    assert made.one("aws:cloudwatch/eventBus:EventBus").inputs == {
        "name": "sellerkeys-dev",
        "tags": {"sellerkeys:base": "dev"},
    }
    assert {**policy.inputs, "policy": policy.document("policy")} == {
        "name": "tell-consumers",
        "role": "sellerkeys-fn.dev.rotation",
        "policy": telling_policy(Place(base="dev", region="eu-west-1", account=ACCOUNT)),
    }
    assert variables(made)[VARIABLE] == "sellerkeys-dev"
