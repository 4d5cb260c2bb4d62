"""A fleet whose application is renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.place import Place
from tests.fakes.table import FakeDynamoDB
from tests.fakes.vendor import Vendor

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager


@pytest.fixture
def dynamo() -> FakeDynamoDB:
    """The fleet's table, empty."""
    return FakeDynamoDB()


@pytest.fixture
def vendor(aws: FakeSecretsManager, amazon: FakeAmazon, dynamo: FakeDynamoDB) -> Vendor:
    """A fleet whose application was set and whose sellers were onboarded."""
    found = Vendor(aws, amazon, dynamo)
    aws.calls.clear()
    return found


@pytest.fixture
def place() -> Place:
    """A fleet in Ireland."""
    return Place(base="prod", region="eu-west-1", account="123456789012")
