"""What the program's tests share: the demo's configuration, and two fleets."""

from __future__ import annotations

import json

import pytest
import yaml

from infra.configuration import PROJECT
from infra.people import People
from infra.place import Place
from tests.fakes.engine import ACCOUNT

#: Somebody for each kind of person.
PEOPLE = People(
    readers=("arn:aws:iam::123456789012:role/erp",),
    onboarders=("arn:aws:iam::123456789012:role/onboarder",),
    on_call=("arn:aws:iam::123456789012:role/on-call",),
    deployers=("arn:aws:iam::123456789012:role/deployer",),
)
#: Letters whose roles are ten readers, five onboarders, five on call, five deployers.
_MANY = ("abcdefghij", "klmno", "pqrst", "uvwxy")


@pytest.fixture(scope="session")
def dev_config() -> dict[str, str]:
    """The demo's configuration as the engine hands it to a program: texts, lists and objects as JSON."""
    config = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


@pytest.fixture
def place() -> Place:
    """A fleet in Ireland whose secrets are protected."""
    return Place(base="prod", region="eu-west-1", account=ACCOUNT, people=PEOPLE)


@pytest.fixture
def longest() -> Place:
    """A fleet with names as long as they get."""
    readers, *others = ([f"arn:aws:iam::{ACCOUNT}:role/{name * 64}" for name in names] for names in _MANY)
    onboarders, on_call, deployers = map(tuple, others)
    people = People(readers=tuple(readers), onboarders=onboarders, on_call=on_call, deployers=deployers)
    return Place(base="b" * 20, region="ap-southeast-4", account=ACCOUNT, people=people)
