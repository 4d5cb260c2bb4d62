"""What the product's tests share: a strict AWS, an Amazon, and a fleet of three sellers."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from provisioning import naming
from provisioning.amazon import Amazon, Endpoints
from provisioning.fleet import Fleet
from provisioning.roster import parse
from provisioning.settings import from_config
from provisioning.store import Store
from tests.fakes.account import FakeAccount, declared
from tests.fakes.amazon import FakeAmazon
from tests.fakes.desk import FakeDesk
from tests.fakes.secrets_manager import FakeSecretsManager
from tests.tables import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.engine import Declaration

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]

# Whoever starts the tests in the background of a shell hands them a SIGINT that is ignored, and so would every program
# that they press Ctrl-C in.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What hypothesis measures by the wall clock, a test's and its examples' 200 ms, says on a busy machine only that it is
# busy, and then calls a test that holds flaky. Everything else of its default, or of its profile for CI, stays.
settings.register_profile("busy", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

ROSTER = """\
seller,account_name,application,region,selling_partner_id,marketplaces,consented_on
maple,Maple Outdoor,,NA,APLACEHOLDER1,US;CA,2026-09-01
berlin,Berlin Books,,EU,APLACEHOLDER2,DE,
kyoto,Kyoto Tea,own,FE,APLACEHOLDER3,JP,
"""
SETTINGS = {
    "region": "eu-west-1",
    "roster": "rosters/dev.csv",
    "readers": ["arn:aws:iam::123456789012:role/erp"],
    "onboarders": ["arn:aws:iam::123456789012:role/onboarder"],
    "on_call": ["arn:aws:iam::123456789012:role/on-call"],
    "deployers": ["arn:aws:iam::123456789012:role/deployer"],
    "application": {"kind": "public-listed", "name": "Example", "contact": "keys@example.com"},
}


@pytest.fixture
def aws() -> FakeSecretsManager:
    """A strict Secrets Manager in which `pulumi up` has run for the fleet."""
    fake = FakeSecretsManager()
    fake.declare(naming.app_secret_name("dev"))
    for row in parse(ROSTER, "roster"):
        tags = naming.identity_tags("dev", row.seller, row.region, row.application)
        fake.declare(naming.seller_secret_name("dev", row.seller), tags)
    return fake


@pytest.fixture
def store(aws: FakeSecretsManager) -> Store:
    """The store over the strict Secrets Manager."""
    return Store(aws)


@pytest.fixture
def amazon() -> FakeAmazon:
    """An Amazon that knows a shared application, an own one, and a refresh token for each seller."""
    return FakeAmazon(
        apps={
            "amzn1.application-oa2-client.PLACEHOLDER-SHARED": "PLACEHOLDER-SHARED-SECRET",
            "amzn1.application-oa2-client.PLACEHOLDER-KYOTO": "PLACEHOLDER-KYOTO-SECRET",
        },
        tokens={
            "Atzr|PLACEHOLDER-MAPLE": (
                "amzn1.application-oa2-client.PLACEHOLDER-SHARED",
                ("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"),
            ),
            "Atzr|PLACEHOLDER-BERLIN": ("amzn1.application-oa2-client.PLACEHOLDER-SHARED", ("A1PA6795UKMFR9",)),
            "Atzr|PLACEHOLDER-KYOTO": ("amzn1.application-oa2-client.PLACEHOLDER-KYOTO", ("A1VC38T7YXB528",)),
        },
    )


@pytest.fixture
def client(amazon: FakeAmazon) -> Amazon:
    """The product's Amazon client in front of that Amazon; it never really waits."""
    return Amazon(Endpoints(), send=amazon, sleep=lambda _: None)


@pytest.fixture
def fleet() -> Fleet:
    """A fleet of a seller each in NA, EU and FE; the last one has its own application."""
    return Fleet("dev", from_config(SETTINGS, "Pulumi.dev.yaml"), tuple(parse(ROSTER, "roster")))


@pytest.fixture
def now() -> datetime:
    """The time it is in a test."""
    return datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def on_call(aws: FakeSecretsManager, amazon: FakeAmazon, client: Amazon, fleet: Fleet, now: datetime) -> FakeDesk:
    """Whoever is on call, and berlin, onboarded and rotated once."""
    desk = FakeDesk(aws, amazon, client, fleet, now)
    aws.calls.clear()
    amazon.calls.clear()
    return desk


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tests' roster."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "rosters").mkdir()
    (folder / "rosters" / "dev.csv").write_text(ROSTER)
    return folder


@pytest.fixture(scope="session")
def declaration(project: Path) -> Declaration:
    """What the program declares for the tests' fleet."""
    return declared(project)


@pytest.fixture(scope="session")
def one_role(project: Path) -> Declaration:
    """The same in the other isolation mode."""
    return declared(project, isolation="one-role")


@pytest.fixture
def deployed(declaration: Declaration, aws: FakeSecretsManager) -> FakeAccount:
    """The account after `pulumi up`."""
    return FakeAccount.deployed(declaration, aws)
