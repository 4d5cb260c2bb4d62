"""A fleet that was declared and onboarded, in an account that a test may then change by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from provisioning.fleet import Fleet
from provisioning.roster import parse
from provisioning.settings import from_config
from scripts.auditor import auditor_of
from tests.conftest import ROSTER, SETTINGS
from tests.fakes.account import FakeAccount

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.auditing.account import Account, Auditor
    from tests.fakes.desk import FakeDesk
    from tests.fakes.engine import Declaration
    from tests.fakes.secrets_manager import FakeSecretsManager


@pytest.fixture
def fleet() -> Fleet:
    """The tests' fleet, with the pages that its account has."""
    told = {**SETTINGS, "consent": {"pages": True, "application_id": "amzn1.sp.solution.PLACEHOLDER"}}
    return Fleet("dev", from_config(told, "Pulumi.dev.yaml"), tuple(parse(ROSTER, "roster")))


@pytest.fixture
def auditor(deployed: FakeAccount, on_call: FakeDesk) -> Auditor:
    """An auditor of that account, in which berlin was onboarded and rotated."""
    return auditor_of(on_call.store, partial(deployed.service, _profile=None, region="eu-west-1"))


@pytest.fixture
def look(auditor: Auditor, fleet: Fleet) -> Callable[[], Account]:
    """Look at the account as it is at that moment."""
    return lambda: auditor.look(fleet)


@pytest.fixture
def look_at_one_role(
    one_role: Declaration, aws: FakeSecretsManager, on_call: FakeDesk, fleet: Fleet
) -> Callable[[], Account]:
    """Look at the account of the other isolation mode."""
    account = FakeAccount.deployed(one_role, aws)
    auditor = auditor_of(on_call.store, partial(account.service, _profile=None, region="eu-west-1"))
    told = replace(fleet, settings=fleet.settings.model_copy(update={"isolation": "one-role"}))
    return lambda: auditor.look(told)
