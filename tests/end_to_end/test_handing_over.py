"""From `pulumi up` by `sellerkeys invite` and a browser to a proven, rotating secret, everybody under his own role."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from click.testing import CliRunner

from local.amazon.seller_central import SignedIn
from local.cli import main
from provisioning.roster import parse
from tests.end_to_end.conftest import lacking
from tests.end_to_end.projects import Project, declared
from tests.site.visitor import Visitor

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from local.actors import Actors
    from local.bench import Bench

ROSTER = """\
seller,account_name,application,region,selling_partner_id,marketplaces
berlin,Berlin Books,,EU,A0PLACEHOLDERBB,DE;FR
kyoto,Kyoto Tea,own,FE,A0PLACEHOLDERKT,JP
maple,Maple Outdoor,,NA,A0PLACEHOLDERMO,US
"""
APPLICATION = "amzn1.sp.solution.00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Fleet:
    """A declared fleet whose sellers have not handed over anything; `project` has the vendor's files."""

    bench: Bench
    project: Project

    def sellerkeys(self, who: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as somebody."""
        return self.project.sellerkeys(who, *arguments)

    def link(self, seller: str) -> str:
        """Invite a seller and read the link off what is printed."""
        invited = self.sellerkeys("onboarder", "invite", seller)
        assert invited.returncode == 0, invited.stdout + invited.stderr
        return next(line for line in invited.stdout.splitlines() if line.startswith("http://127.0.0.1:"))

    def sign_in(self, seller: str) -> None:
        """Sign a seller of the roster in at Seller Central."""
        row = next(row for row in parse(ROSTER, "roster") if row.seller == seller)
        account = self.bench.amazon.registry.seller(row.selling_partner_id, row.region)
        self.bench.amazon.seller_central.sign_in(SignedIn(account))

    def describe(self, seller: str) -> dict[str, Any]:
        """Describe a seller's secret."""
        environment = self.bench.environment()
        client = boto3.client(
            "secretsmanager",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        return dict(client.describe_secret(SecretId=f"sellerkeys/dev/sellers/{seller}/sp-api"))


@pytest.fixture(scope="module")
def fleet(bench: Bench, actors: Actors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet of three sellers: declared, its application set, its pages' addresses registered at Amazon."""
    folder = tmp_path_factory.mktemp("handing-over")
    with declared(bench, actors, folder, ROSTER, application_id=APPLICATION) as project:
        command = ["--home", str(bench.home.folder), "register", "--client-id", project.client_id]
        registered = CliRunner().invoke(main, command)
        assert registered.exit_code == 0, registered.output
        yield Fleet(bench, project)


def test_consent_by_a_link(fleet: Fleet) -> None:
    """Invited, consented, connected: the secret has a proven value, rotates, and says when the consent was given."""
    browser = Visitor()
    fleet.sign_in("berlin")
    page = browser.get(fleet.link("berlin"))
    asked = browser.press(page)
    end = browser.press(asked, decision="confirm")
    rotated = fleet.sellerkeys("on-call", "rotate", "berlin")
    shown = json.loads(fleet.sellerkeys("on-call", "--output", "json", "status").stdout)
    told = fleet.describe("berlin")

    # The page says by which name to recognise us at Amazon.
    assert "Check that Amazon names Example ERP for Amazon" in page.text
    assert "Example ERP for Amazon asks for access" in asked.text
    assert (end.status, "is connected" in end.text) == (200, True)
    assert rotated.returncode == 0, rotated.stdout + rotated.stderr
    assert told["RotationEnabled"]
    assert "AWSPREVIOUS" in str(told["VersionIdsToStages"])
    assert f"{fleet.bench.clock.now():%Y-%m-%d}" in json.dumps(
        [seller for seller in shown["sellers"] if seller["seller"] == "berlin"]
    )


def test_an_application_of_its_own_by_the_form(fleet: Fleet) -> None:
    """Invited, three values typed, connected: the secret has a proven value and rotates."""
    lines = (fleet.project.folder / "issued" / "sellers.csv").read_text(encoding="utf-8").splitlines()
    _, token, client_id, client_secret = next(line for line in lines if line.startswith("kyoto,")).split(",")
    browser = Visitor()
    values = {"client_id": client_id, "client_secret": client_secret, "refresh_token": token}
    end = browser.press(browser.get(fleet.link("kyoto")), **values)
    rotated = fleet.sellerkeys("on-call", "rotate", "kyoto")

    assert (end.status, "is connected" in end.text) == (200, True)
    assert rotated.returncode == 0, rotated.stdout + rotated.stderr
    assert fleet.describe("kyoto")["RotationEnabled"]


def test_another_account_waits_for_approval(fleet: Fleet) -> None:
    """Somebody else's account: held until `sellerkeys approve`, which makes it the first value."""
    other = fleet.bench.amazon.registry.add_seller("NA", ["US"], store_name="Another Store")  # type: ignore[arg-type]
    browser = Visitor()
    fleet.bench.amazon.seller_central.sign_in(SignedIn(other))
    end = browser.press(browser.press(browser.get(fleet.link("maple"))), decision="confirm")
    before = fleet.describe("maple").get("VersionIdsToStages", {})
    shown = fleet.sellerkeys("on-call", "approve", "maple", "--dry-run")
    approved = fleet.sellerkeys("on-call", "approve", "maple", "--yes")

    assert (end.status, before) == (202, {})
    assert "Another Store" in shown.stdout + shown.stderr
    assert approved.returncode == 0, approved.stdout + approved.stderr
    assert "AWSCURRENT" in str(fleet.describe("maple")["VersionIdsToStages"])


def test_nobody_was_denied(fleet: Fleet) -> None:
    """Deployer, onboarder, on call and both functions had every permission that this takes, and no more was asked."""
    assert lacking(fleet.bench) == []
