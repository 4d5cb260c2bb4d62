"""`sellerkeys adopt`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from provisioning import naming

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

SHARED = "amzn1.application-oa2-client.PLACEHOLDER-SHARED"
KYOTO = "amzn1.application-oa2-client.PLACEHOLDER-KYOTO"
SAMPLE = "SPAPIAppCredentials-APLACEHOLDER7-AbCdEf"


def lay_old(aws: FakeSecretsManager, name: str, value: dict[str, str]) -> None:
    """Let another tool's secret be there."""
    aws.declare(name)
    aws.put_secret_value(
        SecretId=name, SecretString=json.dumps(value), ClientRequestToken="0" * 32, VersionStages=["AWSCURRENT"]
    )


@pytest.fixture
def old_desk(open_desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> Desk:
    """A desk beside which lie a secret of Amazon's sample, one of saleweaver's, and a folder of .env files."""
    amazon.tokens["Atzr|PLACEHOLDER-OLD"] = (SHARED, ("A1PA6795UKMFR9",))
    amazon.tokens["Atzr|PLACEHOLDER-ROMA"] = (SHARED, ("APJ6JRA9NG5V4",))
    sample = {"clientId": SHARED, "clientSecret": "PLACEHOLDER-SHARED-SECRET", "refreshToken": "Atzr|PLACEHOLDER-OLD"}
    lay_old(aws, SAMPLE, sample | {"regionCode": "EU", "sellerId": "APLACEHOLDER7", "marketplaceId": "A1PA6795UKMFR9"})
    saleweaver = {"LWA_APP_ID": SHARED, "LWA_CLIENT_SECRET": "PLACEHOLDER-SHARED-SECRET"}
    lay_old(aws, "old/roma", saleweaver | {"SP_API_REFRESH_TOKEN": "Atzr|PLACEHOLDER-ROMA"})
    folder = open_desk.folder / "envs"
    folder.mkdir()
    (folder / "kyoto.env").write_text(
        f"LWA_CLIENT_ID={KYOTO}\nLWA_CLIENT_SECRET=PLACEHOLDER-KYOTO-SECRET\nLWA_REFRESH_TOKEN=Atzr|PLACEHOLDER-KYOTO\n"
        "SP_API_REGION=fe\n".replace("Atzr|PLACEHOLDER-KYOTO", '"Atzr|PLACEHOLDER-KYOTO"')
    )
    (folder / "broken.env").write_text("LWA_CLIENT_ID=PLACEHOLDER-CANARY\n")
    aws.calls.clear()
    return open_desk


def all_of(desk: Desk) -> tuple[str, ...]:
    """Every place at once."""
    return ("adopt", "--notifications", "--secret", "old/roma", "--env", str(desk.folder / "envs"))


def test_a_plan_changes_nothing(old_desk: Desk, aws: FakeSecretsManager) -> None:
    """The plan names each place, its seller and whether his row is new; neither roster nor AWS changes."""
    before = old_desk.roster.read_text()

    result = old_desk.run(*all_of(old_desk), "--dry-run")

    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == ["secret", "old/roma", "roma", "shared", "EU", "IT", "new"]
    assert lines[2] == ["secret", SAMPLE, "aplaceholder7-eu", "shared", "EU", "DE", "new"]
    assert lines[3][1:] == ["kyoto", "own", "FE", "JP", "there", "already"]
    assert "2 would declare" in result.stdout
    assert old_desk.roster.read_text() == before
    assert {"PutSecretValue", "RotateSecret", "TagResource"}.isdisjoint(aws.calls)
    assert "CANARY" not in result.output


def test_a_plan_in_one_document(old_desk: Desk) -> None:
    """With `--output json` the plan stands in the document, beside what would become of each."""
    told = json.loads(old_desk.run("--output", "json", *all_of(old_desk), "--dry-run").stdout)

    assert told["plan"][1] == {
        "from": f"secret {SAMPLE}",
        "seller": "aplaceholder7-eu",
        "application": "shared",
        "region": "EU",
        "marketplaces": "DE",
        "roster row": "new",
    }
    assert len(told["plan"]) == 3


def test_from_a_plan_to_rotating_sellers(old_desk: Desk, aws: FakeSecretsManager) -> None:
    """Rows first, then it waits for `pulumi up`; the same command again fills; a third finds nothing to do."""
    first = old_desk.run(*all_of(old_desk), "--yes")
    rows = old_desk.roster.read_text()
    for slug in ("roma", "aplaceholder7-eu"):
        aws.declare(naming.seller_secret_name("dev", slug), naming.identity_tags("dev", slug, "EU", "shared"))
    second = old_desk.run(*all_of(old_desk), "--yes")
    third = old_desk.run(*all_of(old_desk), "--yes")

    assert [run.stdout.splitlines()[-1] for run in (first, second, third)] == [
        "4 sellers: 1 unusable, 2 waiting, 1 onboarded",
        "4 sellers: 1 unusable, 2 onboarded, 1 unchanged",
        "4 sellers: 1 unusable, 3 unchanged",
    ]
    assert "roma,,,EU,,IT" in rows
    assert "aplaceholder7-eu,,,EU,APLACEHOLDER7,DE" in rows
    assert old_desk.roster.read_text() == rows
    filled = json.loads(aws.secrets[naming.seller_secret_name("dev", "roma")].current() or "")
    assert filled["SP_API_REFRESH_TOKEN"] == "Atzr|PLACEHOLDER-ROMA"
    assert f"  secret {SAMPLE}\n" in second.stderr
    assert set(aws.secrets[SAMPLE].values) == set(aws.secrets["old/roma"].values) == {"0" * 32}


def test_who_gets_no_row_is_told_of_once(old_desk: Desk) -> None:
    """A roster without the column for Amazon's id says so, and that seller is not tried."""
    old_desk.roster.write_text("seller,region,marketplaces\n")

    result = old_desk.run("adopt", "--notifications", "--yes")

    assert result.stdout.splitlines()[-1] == "1 seller: 1 unusable"
    assert "the roster has no column selling_partner_id: add it to the header first" in result.stdout


def test_one_broken_account_of_a_file_keeps_none_of_the_others(old_desk: Desk) -> None:
    """Each account of a file is a place of its own: what is wrong with one is told of it alone."""
    (old_desk.folder / "all.env").write_text(
        f"LWA_APP_ID={KYOTO}\nLWA_CLIENT_SECRET=PLACEHOLDER-KYOTO-SECRET\nSP_API_REGION=fe\n"
        "SP_API_REFRESH_TOKEN_KYOTO=Atzr|PLACEHOLDER-KYOTO\nSP_API_REFRESH_TOKEN_BAD=PLACEHOLDER-CANARY\n"
    )

    result = old_desk.run("adopt", "--env", str(old_desk.folder / "all.env"), "--dry-run")

    assert [line.split()[1:4] for line in result.stdout.splitlines() if "all.env" in line] == [
        ["account", "KYOTO", "kyoto"],
        ["account", "BAD", "unusable"],
    ]
    assert "CANARY" not in result.output


def test_waiting_alone_is_exit_3(old_desk: Desk) -> None:
    """Where nothing but `pulumi up` is missing, that is the exit code."""
    assert old_desk.run("adopt", "--notifications", "--yes").exit_code == 3


def test_somebody_has_to_agree(old_desk: Desk) -> None:
    """Without a terminal --yes is needed; a no changes nothing."""
    before = old_desk.roster.read_text()

    unasked = old_desk.run("adopt", "--notifications")
    declined = old_desk.run("adopt", "--notifications", typed="n\n")

    assert (unasked.exit_code, declined.exit_code) == (2, 3)
    assert "add --yes" in unasked.stderr
    assert old_desk.roster.read_text() == before


def test_an_application_of_several_has_to_be_set_first(desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> None:
    """Before `app set`, sellers of one application wait, rather than each be taken for the owner of it."""
    for number in (1, 2):
        amazon.tokens[f"Atzr|PLACEHOLDER-{number}"] = (SHARED, ("A1PA6795UKMFR9",))
        value = {"LWA_APP_ID": SHARED, "LWA_CLIENT_SECRET": "PLACEHOLDER-SHARED-SECRET"}
        lay_old(aws, f"old/s{number}", value | {"SP_API_REFRESH_TOKEN": f"Atzr|PLACEHOLDER-{number}"})

    result = desk.run("adopt", "--secret", "old/s1", "--secret", "old/s2", "--yes")

    assert (result.exit_code, result.stdout.count("`sellerkeys app set`")) == (3, 2)


def test_nothing_pointed_at(desk: Desk) -> None:
    """Without a place, or with one that is not there, it is wrong use."""
    assert desk.run("adopt", "--yes").exit_code == 2
    assert "there is no such file or folder" in desk.run("adopt", "--env", "nowhere", "--yes").stderr
