"""Secrets Manager's rates, without a server."""

import pytest

from local.aws.faults.budgets import Spent
from local.aws.faults.call import Call


class Second:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def second() -> Second:
    """Make a standing clock."""
    return Second()


@pytest.fixture
def spent(second) -> Spent:
    """Count calls by that clock."""
    return Spent(second)


def call(operation: str, service: str = "secretsmanager", region: str = "eu-west-1") -> Call:
    """Make a call."""
    return Call(service, operation, region)


def allowed(spent: Spent, *operations: str) -> int:
    """Count how many of 200 calls, taking turns between operations, are allowed at one moment."""
    return sum(spent.allows(call(operations[number % len(operations)]), None) for number in range(200))


@pytest.mark.parametrize(
    ("operations", "rate"),
    [
        (("PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "ReplicateSecretToRegions"), 50),
        (("RotateSecret", "CancelRotateSecret"), 50),
        (("TagResource", "UntagResource"), 50),
        (("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy", "ValidateResourcePolicy"), 50),
        (("ListSecrets",), 100),
        (("GetSecretValue",), 200),
        (("PutSecretValue", "TagResource"), 100),
    ],
)
def test_the_rates(spent, operations, rate) -> None:
    """Operations in one row of the table share their calls, operations in two do not (aws.md 5.1)."""
    assert allowed(spent, *operations) == rate


def test_a_second_later(spent, second) -> None:
    """Calls come back a second after they were made, not before."""
    allowed(spent, "PutSecretValue")
    second.now += 0.99
    early = allowed(spent, "PutSecretValue")
    second.now += 0.01

    assert (early, allowed(spent, "PutSecretValue")) == (0, 50)


def test_other_regions_and_services(spent) -> None:
    """A budget is a region's, and other services have none here."""
    allowed(spent, "TagResource")

    assert not spent.allows(call("TagResource"), None)
    assert spent.allows(call("TagResource", region="us-east-1"), None)
    assert spent.allows(call("TagResource", service="lambda"), None)


def test_cloudtrails_rate_is_always_in_force(spent) -> None:
    """Two look-ups a second, an account and region (botocore LookupEvents); nothing else is held back unasked."""
    look_up = call("LookupEvents", "cloudtrail")

    assert [spent.allows_always(look_up) for _ in range(3)] == [True, True, False]
    assert spent.allows_always(call("LookupEvents", "cloudtrail", region="us-east-1"))
    assert all(spent.allows_always(call("PutSecretValue")) for _ in range(60))
