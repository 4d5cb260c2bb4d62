"""A fleet that was declared and onboarded, in an account that a test may then change by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.auditing.account import Account, Auditor
from provisioning.auditing.identities import Identities
from provisioning.auditing.keys import Keys
from provisioning.auditing.watch import Watch
from provisioning.fleet import Fleet
from provisioning.roster import parse
from provisioning.settings import from_config
from tests.conftest import ROSTER, SETTINGS
from tests.fakes.account import FakeAccount

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.store import Store
    from tests.fakes.desk import FakeDesk
    from tests.fakes.engine import Declaration
    from tests.fakes.secrets_manager import FakeSecretsManager


@pytest.fixture
def fleet() -> Fleet:
    """The tests' fleet, with the pages that its account has."""
    told = {**SETTINGS, "consent": {"pages": True, "application_id": "amzn1.sp.solution.PLACEHOLDER"}}
    return Fleet("dev", from_config(told, "Pulumi.dev.yaml"), tuple(parse(ROSTER, "roster")))


def auditor_of(deployed: FakeAccount, store: Store) -> Auditor:
    """An auditor of an account."""

    def client(name: str) -> object:
        return deployed.service(name, None, "eu-west-1")

    watch = Watch(client("logs"), client("cloudwatch"), client("sns"))
    return Auditor(store, Identities(client("iam")), Keys(client("kms")), watch)


@pytest.fixture
def auditor(deployed: FakeAccount, on_call: FakeDesk) -> Auditor:
    """An auditor of that account, in which berlin was onboarded and rotated."""
    return auditor_of(deployed, on_call.store)


@pytest.fixture
def look(auditor: Auditor, fleet: Fleet) -> Callable[[], Account]:
    """Look at the account as it is at that moment."""
    return lambda: auditor.look(fleet)


@pytest.fixture
def look_at_one_role(
    one_role: Declaration, aws: FakeSecretsManager, on_call: FakeDesk, fleet: Fleet
) -> Callable[[], Account]:
    """Look at the account of the other isolation mode."""
    auditor = auditor_of(FakeAccount.deployed(one_role, aws), on_call.store)
    told = replace(fleet, settings=fleet.settings.model_copy(update={"isolation": "one-role"}))
    return lambda: auditor.look(told)
