"""A desk to run commands at: a folder with a stack and a roster, a strict AWS, an Amazon, an engine, a clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from provisioning.amazon import Amazon
from provisioning.application.keeping import Keeper
from provisioning.store import Store
from scripts.cli import sellerkeys
from scripts.engine import Held
from scripts.session import Outside
from tests.fakes.keys import FakeKms
from tests.fakes.pulumi import FakePulumi
from tests.fakes.roles import FakeRoles
from tests.fakes.rotation import FakeRotation
from tests.fakes.services import FakeServices

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from click.testing import Result

    from tests.fakes.account import FakeAccount
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.fakes.table import FakeDynamoDB

STACK = """\
config:
  sellerkeys:region: eu-west-1
  sellerkeys:roster: rosters/dev.csv
  sellerkeys:readers: [arn:aws:iam::123456789012:role/erp]
  sellerkeys:onboarders: [arn:aws:iam::123456789012:role/onboarder]
  sellerkeys:on_call: [arn:aws:iam::123456789012:role/on-call]
  sellerkeys:deployers: [arn:aws:iam::123456789012:role/deployer]
  sellerkeys:application: {kind: public-listed, name: Example, contact: keys@example.com}
  sellerkeys:consent: {pages: true, application_id: amzn1.sp.solution.PLACEHOLDER}
"""
ROSTER = """\
seller,account_name,application,region,selling_partner_id,marketplaces,consented_on
maple,Maple Outdoor,,NA,APLACEHOLDER1,US;CA,2026-09-01
berlin,Berlin Books,,EU,APLACEHOLDER2,DE,
kyoto,Kyoto Tea,own,FE,APLACEHOLDER3,JP,
"""


#: The services that only the renewal of the client secret asks.
AUDITS = frozenset({"prove", "evidence"})
RENEWAL = frozenset({"dynamodb", "sqs", "lambda", "cloudtrail"})


@dataclass
class Desk:
    """Runs `sellerkeys` in `folder`; `outside` is what it meets there."""

    folder: Path
    engine: FakePulumi
    outside: Outside
    services: FakeServices = field(default_factory=FakeServices)
    kms: FakeKms = field(default_factory=FakeKms)

    @property
    def roster(self) -> Path:
        """The roster's file."""
        return self.folder / "rosters" / "dev.csv"

    def write(self, name: str, text: str) -> str:
        """Put a file into the folder; gives its path."""
        path = self.folder / name
        path.write_bytes(text.encode())
        return str(path)

    def run(self, *argv: str, typed: str | None = None, piped: str | bytes | None = None) -> Result:
        """Run one command; `typed` is what a person at a terminal answers, `piped` is standard input without one."""
        outside = replace(
            self.outside,
            is_terminal=lambda: typed is not None,
            # An auditor looks at what was declared; what others' commands ask of a service is told by other fakes.
            service=self.outside.service if AUDITS & set(argv) else self._service,
        )
        return CliRunner().invoke(sellerkeys, argv, obj=outside, input=typed if piped is None else piped)

    def _service(self, name: str, profile: str | None, region: str) -> object:
        if name == "kms":
            return Together(self.kms, self.outside.service(name, profile, region))
        if name == "lambda":
            return Together(FakeFunctions(), self.services.function)
        return self.services.client(name) if name in RENEWAL else self.outside.service(name, profile, region)

    @property
    def tables(self) -> FakeDynamoDB:
        """The fleet's table."""
        return self.services.dynamo


class FakeFunctions:
    """Answers like a boto3 Lambda client about the one function that has a URL."""

    @staticmethod
    def get_function_url_config(*, FunctionName: str) -> dict[str, str]:
        """Tell its URL."""
        assert FunctionName == "sellerkeys-dev-consent"
        return {"FunctionUrl": "https://function.example/"}


class Together:
    """One client of several fakes, each of which answers some of its calls."""

    def __init__(self, *parts: object) -> None:
        self._parts = parts

    def __getattr__(self, name: str) -> object:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


@pytest.fixture
def desk(
    tmp_path: Path,
    aws: FakeSecretsManager,
    amazon: FakeAmazon,
    roles: FakeRoles,
    rotation: FakeRotation,
    services: FakeServices,
    now: datetime,
    deployed: FakeAccount,
) -> Desk:
    """A desk at which `pulumi up` has run and nothing has been handed in yet."""
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK)
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters" / "dev.csv").write_text(ROSTER)
    (tmp_path / "Pulumi.yaml").write_text("name: sellerkeys\nruntime: python\n")
    engine = FakePulumi(tmp_path / "rosters" / "dev.csv")
    engine.held = {"dev": {seller: Held(f"urn:{seller}", is_protected=True) for seller in ("maple", "berlin", "kyoto")}}
    outside = Outside(
        folder=tmp_path,
        environment={},
        secrets=lambda _profile, _region: aws,
        amazon=lambda endpoints: Amazon(endpoints, send=amazon, sleep=lambda _: None),
        engine=lambda _folder: engine,
        now=lambda: now,
        identities=lambda _profile, _region: roles,
        service=deployed.service,
        secrets_as=lambda _keys, _region: aws,
        clock=rotation.clock,
        sleep=rotation.sleep,
    )
    return Desk(tmp_path, engine, outside, services)


@pytest.fixture
def services(aws: FakeSecretsManager, client: Amazon, now: datetime) -> FakeServices:
    """AWS's other services; the client-secret function takes up what is on offer."""
    keeper = Keeper(Store(aws), client, "sellerkeys/dev/app", lambda: now)
    services = FakeServices()
    services.function.answer = lambda: {"outcome": "made current", "version": keeper.take_up()}
    return services


@pytest.fixture
def roles() -> FakeRoles:
    """A Security Token Service that lends any role."""
    return FakeRoles()


@pytest.fixture
def rotation(aws: FakeSecretsManager, client: Amazon, now: datetime) -> FakeRotation:
    """Secrets Manager's rotations, which go on whenever somebody waits."""
    return FakeRotation(aws, client, now)


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A desk at which the shared application has been set."""
    secret = desk.write("secret", "PLACEHOLDER-SHARED-SECRET\n")
    client_id = "amzn1.application-oa2-client.PLACEHOLDER-SHARED"
    result = desk.run("app", "set", "--client-id", client_id, "--client-secret-file", secret)
    assert result.exit_code == 0
    return desk


@pytest.fixture
def onboarded_desk(open_desk: Desk) -> Desk:
    """A desk at which maple and berlin were onboarded; kyoto's secret is still empty."""
    piped = "seller,refresh_token\nmaple,Atzr|PLACEHOLDER-MAPLE\nberlin,Atzr|PLACEHOLDER-BERLIN\n"
    assert open_desk.run("onboard", "-", piped=piped).exit_code == 0
    return open_desk
