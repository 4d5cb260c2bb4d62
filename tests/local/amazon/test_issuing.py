"""A vendor gets from Amazon what the roster needs, in files that only he can read."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from local.amazon.issuing import AdminClient, BenchFailure, issue_command

if TYPE_CHECKING:
    from pathlib import Path

    from local.amazon.server import AmazonServer
    from tests.local.amazon.vendor import Vendor

Run = Callable[..., Result]

ROSTER = """\
seller,account_name,application,region,selling_partner_id,marketplaces
berlin-books,Berlin Books,,EU,A0PLACEHOLDERBB,DE;FR
kyoto-tea,,own,FE,,JP
"""


@pytest.fixture
def run(tmp_path: Path, amazon: AmazonServer) -> Run:
    """Return a function that runs `issue FOLDER` for a roster's text."""

    def run(text: str = ROSTER, url: str = amazon.url) -> Result:
        roster = tmp_path / "roster.csv"
        roster.write_text(text)
        folder = str(tmp_path / "vendor")
        return CliRunner().invoke(issue_command, [folder, "--roster", str(roster), "--amazon", url])

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name the folder that is written."""
    return tmp_path / "vendor"


def sellers(folder: Path) -> list[dict[str, str]]:
    """Read sellers.csv."""
    with (folder / "sellers.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_application_is_the_one_the_fleet_asks_consent_for(
    run: Run, folder: Path, amazon: AmazonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amazon knows it by the id that the stack's configuration names; without one an id is made up."""
    monkeypatch.chdir(tmp_path)
    run()
    made_up = (folder / "application-id.txt").read_text(encoding="utf-8").strip()
    config = "config:\n  sellerkeys:consent:\n    application_id: amzn1.sp.solution.PLACEHOLDER-of-the-stack\n"
    (tmp_path / "Pulumi.dev.yaml").write_text(config, encoding="utf-8")
    run()

    assert made_up.startswith("amzn1.sp.solution.PLACEHOLDER-")
    assert (folder / "application-id.txt").read_text() == "amzn1.sp.solution.PLACEHOLDER-of-the-stack\n"
    assert amazon.registry.application_by_id("amzn1.sp.solution.PLACEHOLDER-of-the-stack") is not None


def test_it_says_where_the_files_are_and_no_value(run: Run, folder: Path) -> None:
    """One line of output; values are in the files only."""
    result = run()

    assert (result.exit_code, result.output) == (
        0,
        f"{folder}: an application (client-id.txt, client-secret.txt) and 2 sellers (sellers.csv)\n",
    )


def test_only_the_owner_can_read_the_files(run: Run, folder: Path) -> None:
    """Folder 0700, files 0600, also where they were wider before."""
    folder.mkdir(mode=0o755)
    (folder / "client-secret.txt").touch(mode=0o644)

    run()

    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]} == {
        "vendor": 0o700,
        "application-id.txt": 0o600,
        "client-id.txt": 0o600,
        "client-secret.txt": 0o600,
        "sellers.csv": 0o600,
    }


def test_keys_are_given_only_for_a_sellers_own_application(run: Run, folder: Path) -> None:
    """The shared application's keys are not repeated in `sellers.csv`; an own one has its own (design.md 2)."""
    run()

    shared, own = sellers(folder)
    assert list(shared) == ["seller", "refresh_token", "client_id", "client_secret"]
    assert (shared["seller"], shared["client_id"], shared["client_secret"]) == ("berlin-books", "", "")
    assert own["seller"] == "kyoto-tea"
    assert own["client_id"].startswith("amzn1.application-oa2-client.PLACEHOLDER")
    assert own["client_id"] != (folder / "client-id.txt").read_text().strip()


def test_every_credential_opens_sp_api(run: Run, folder: Path, vendor: Vendor) -> None:
    """What is issued works at once, in the seller's region and for its marketplaces."""
    run()
    shared_keys = [(folder / name).read_text().strip() for name in ("client-id.txt", "client-secret.txt")]

    found = {}
    for line, prefix in zip(sellers(folder), ["/eu", "/fe"], strict=True):
        vendor.client_id, vendor.client_secret = (
            [line["client_id"], line["client_secret"]] if line["client_id"] else shared_keys
        )
        vendor.refresh_token = line["refresh_token"]
        payload = vendor.participations(prefix=prefix).body["payload"]
        found[line["seller"]] = [(entry["storeName"], entry["marketplace"]["countryCode"]) for entry in payload]

    assert found == {
        "berlin-books": [("Berlin Books", "DE"), ("Berlin Books", "FR")],
        "kyoto-tea": [("kyoto-tea", "JP")],
    }


def test_the_sellers_are_those_of_the_roster(run: Run, amazon: AmazonServer, folder: Path) -> None:
    """A selling partner id in the roster is the seller's at Amazon."""
    run()
    shared = sellers(folder)[0]

    assert amazon.registry.authorization(shared["refresh_token"]).seller.selling_partner_id == "A0PLACEHOLDERBB"


def test_a_roster_that_cannot_be_read_says_so(run: Run, folder: Path) -> None:
    """A bad row is named, and nothing is written."""
    result = run("seller,region,marketplaces\nberlin-books,EU,US\n")

    assert result.exit_code == 1
    assert "row 2" in result.output
    assert not folder.exists()


def test_without_a_bench_it_says_so(run: Run, folder: Path) -> None:
    """No answer: one line that says what to look at, and nothing is written."""
    result = run(url="http://127.0.0.1:9")

    assert (result.exit_code, result.output) == (
        1,
        "Error: the bench's Amazon at http://127.0.0.1:9 gave no answer (ConnectionRefusedError): is the bench up?\n",
    )
    assert not folder.exists()


def test_a_refusal_is_told_in_the_benchs_own_words(amazon: AmazonServer) -> None:
    """What the bench will not do, it explains."""
    with pytest.raises(BenchFailure, match="refused /_bench/authorizations: no application has the client id nobody"):
        AdminClient(amazon.url).authorize("nobody", "A0PLACEHOLDER", "EU")
