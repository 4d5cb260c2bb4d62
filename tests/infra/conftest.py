"""What the program's tests share: the demo's configuration, and two fleets."""

from __future__ import annotations

import json

import pytest
import yaml

from infra.configuration import PROJECT
from infra.place import Place
from tests.fakes.engine import ACCOUNT


@pytest.fixture(scope="session")
def dev_config() -> dict[str, str]:
    """The demo's configuration as the engine hands it to a program: texts, lists and objects as JSON."""
    config = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


@pytest.fixture
def place() -> Place:
    """A fleet in Ireland whose secrets are protected."""
    return Place(base="prod", region="eu-west-1", account=ACCOUNT)


@pytest.fixture
def longest() -> Place:
    """A fleet with names as long as they get."""
    return Place(base="b" * 20, region="ap-southeast-4", account=ACCOUNT)
