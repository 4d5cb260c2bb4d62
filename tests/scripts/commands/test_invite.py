"""`sellerkeys invite`, as the operator sees it."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from infra.configuration import PROJECT
from provisioning.consent import invitations
from provisioning.consent.invitations import Invitation
from provisioning.state import ASSUMED, State

if TYPE_CHECKING:
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

LINK = r"https://function\.example/i/([A-Za-z0-9_-]{43})"


def stored(desk: Desk) -> list[Invitation]:
    """Read the invitations in the table."""
    items = desk.tables.items["sellerkeys-dev"].values()
    texts = [{name: value["S"] for name, value in item["held"]["M"].items()} for item in items]
    return [Invitation.from_values(values) for values in texts]


def configure(desk: Desk, old: str, new: str) -> None:
    """Change the stack's configuration."""
    path = desk.folder / "Pulumi.dev.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_link_for_one_seller(desk: Desk, aws: FakeSecretsManager) -> None:
    """Printed once; the table holds what his page shows, under the link's hash."""
    result = desk.run("invite", "berlin")

    assert result.exit_code == 0, result.stderr
    (token,) = re.findall(LINK, result.stdout)
    assert "berlin  invited  to consent, until " in result.stdout
    assert list(desk.tables.items["sellerkeys-dev"]) == [invitations.key_of(token)]
    (invitation,) = stored(desk)
    assert (invitation.seller, invitation.marketplaces, invitation.region) == ("berlin", ("DE",), "EU")
    assert len(invitation.permissions) == 6
    tags = aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"].tags
    assert tags["sellerkeys-state:partner"]
    assert "APLACEHOLDER2" not in str(tags)


def test_the_vendors_own_address(desk: Desk) -> None:
    """Lambda is not asked where the configuration says it."""
    configure(desk, "{pages: true,", "{pages: true, address: 'https://connect.example.com',")

    assert "https://connect.example.com/i/" in desk.run("invite", "berlin").stdout


def test_the_whole_roster(desk: Desk, aws: FakeSecretsManager) -> None:
    """Whoever has no access yet; the one with an application of his own gets the form."""
    result = desk.run("--output", "json", "invite", "--roster")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [(each["seller"], each["result"], each["renews"]) for each in told["sellers"]] == [
        ("maple", "invited", False),
        ("berlin", "invited", False),
        ("kyoto", "invited", False),
    ]
    assert told["sellers"][2]["detail"].startswith("to hand over his own application, until ")
    assert told["limit"] is None
    assert "PutSecretValue" not in aws.calls


def test_not_declared_yet(desk: Desk, aws: FakeSecretsManager) -> None:
    """A link without a secret behind it would lead nowhere (exit 3); the others are invited."""
    del aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"]

    alone, both = desk.run("invite", "berlin"), desk.run("invite", "berlin", "maple")

    assert (alone.exit_code, both.exit_code) == (3, 3)
    assert "run `pulumi up` first" in alone.stdout
    assert [each.seller for each in stored(desk)] == ["maple"]


def test_a_private_application_is_refused_by_name(desk: Desk) -> None:
    """Nobody can consent to it; own applications still get the form."""
    configure(desk, "kind: public-listed", "kind: private")

    result = desk.run("invite", "berlin", "kyoto")

    assert result.exit_code == 1
    assert "berlin uses a private application, to which nobody can consent" in result.stdout
    assert [each.seller for each in stored(desk)] == ["kyoto"]


def test_a_vendor_account_is_refused_by_name(desk: Desk) -> None:
    """His store is in Vendor Central; a selling partner's API is not a vendor's."""
    header, rows = desk.roster.read_text().split("\n", 1)
    rows = rows.replace("DE,", "DE,,https://vendorcentral.amazon.de").replace("US;CA,", "US;CA,").replace("JP,", "JP,,")
    desk.roster.write_text(f"{header},store_url\n{rows.replace('2026-09-01', '2026-09-01,')}")

    result = desk.run("invite", "berlin")

    assert result.exit_code == 2
    assert "berlin is a vendor account" in result.stdout


def test_the_limit_of_an_unlisted_application(desk: Desk, aws: FakeSecretsManager) -> None:
    """Amazon lets 25 consent; that it is near or passed is said, and the links are made all the same."""
    configure(desk, "kind: public-listed", "kind: public-unlisted")
    header, names = desk.roster.read_text().split("\n", 1)[0], [f"s{number}" for number in range(26)]
    desk.roster.write_text(header + "\n" + "".join(f"{name},,,EU,,DE,\n" for name in names))
    for name in names:
        aws.declare(f"sellerkeys/dev/sellers/{name}/sp-api", {})

    few, near, passed = (desk.run("invite", *names[:number], "--dry-run") for number in (21, 22, 26))

    of = "of the 25 sellers that Amazon lets consent to an unlisted application"
    assert (few.exit_code, few.stderr) == (0, "")
    assert (near.exit_code, near.stderr) == (0, f"22 {of}: the limit is near\n")
    assert passed.stderr.startswith(f"26 {of}: the last ones will see CONSENT_LIMIT_REACHED")


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        (4, ""),
        (5, "7 of the 10 self-authorizations that Amazon allows a private application: the limit is near\n"),
        (9, "11 of the 10 self-authorizations that Amazon allows a private application: Amazon authorizes no more"),
    ],
)
def test_the_limit_of_a_private_application(desk: Desk, aws: FakeSecretsManager, filled: int, said: str) -> None:
    """Ten self-authorizations: who has access counts, and whoever was named, for he is to be authorized by hand."""
    stack = desk.folder / "Pulumi.dev.yaml"
    stack.write_text(stack.read_text().replace("public-listed", "private").replace("public-unlisted", "private"))
    rows = [f"x{number},,shared,EU,,DE," for number in range(filled)]
    desk.roster.write_text(desk.roster.read_text() + "\n".join(rows) + "\n")
    for number in range(filled):
        held = aws.declare(f"sellerkeys/dev/sellers/x{number}/sp-api")
        held.values["1" * 32] = "{}"
        held.attach("AWSCURRENT", "1" * 32)

    result = desk.run("invite", "berlin", "maple")

    assert result.exit_code != 0
    assert "nobody can consent" in result.stdout + result.stderr
    assert said in result.stderr
    assert ("self-authorizations that" in result.stderr) is bool(said)


def test_dry_run(desk: Desk, aws: FakeSecretsManager) -> None:
    """No link, no tag, nothing in the table."""
    result = desk.run("invite", "berlin", "--dry-run")

    assert (result.exit_code, desk.tables.calls) == (0, [])
    assert "berlin  would invite  to consent" in result.stdout
    assert "TagResource" not in aws.calls


def test_csv(desk: Desk, aws: FakeSecretsManager) -> None:
    """For a mail merge; a name that looks like a formula is none, and failures are not in it."""
    del aws.secrets["sellerkeys/dev/sellers/maple/sp-api"]
    desk.roster.write_text(desk.roster.read_text().replace("Berlin Books", "=Berlin()"))

    result = desk.run("invite", "--roster", "--format", "csv")

    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [(row["seller"], row["account_name"]) for row in rows] == [("berlin", "'=Berlin()"), ("kyoto", "Kyoto Tea")]
    assert all(re.fullmatch(LINK, row["link"]) for row in rows)
    assert result.stderr.startswith("maple: waiting: secret sellerkeys/dev/sellers/maple/sp-api does not exist")


@pytest.mark.parametrize("kind", ["invitation", "renewal"])
def test_letter(desk: Desk, aws: FakeSecretsManager, kind: str) -> None:
    """From the template for the first time, or for a renewal."""
    folder = desk.folder / "docs" / "letters"
    folder.mkdir(parents=True)
    text = (PROJECT / "docs" / "letters" / f"{kind}.txt").read_text()
    (folder / f"{kind}.txt").write_text(text)
    if kind == "renewal":
        held = aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"]
        held.values["1" * 32] = "{}"
        held.attach("AWSCURRENT", "1" * 32)

    result = desk.run("invite", "berlin", "--format", "letter")

    assert result.exit_code == 0, result.stderr
    assert re.search(LINK, result.stdout)
    assert all(word in result.stdout for word in ("Berlin Books", "Germany", "Example", "keys@example.com"))
    assert "$" not in result.stdout


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State(consented_on=date(2026, 3, 1)), "The present permission ends on 01 March 2027."),
        (
            State(consented_on=date(2026, 3, 1), consent_day=ASSUMED),
            "ends by 01 March 2027 (assumed: nobody here knows on which day you gave it).",
        ),
        (State(), "ends on a day that we do not know."),
    ],
    ids=["known", "assumed", "not known"],
)
def test_a_letter_says_how_sure_the_end_is(desk: Desk, aws: FakeSecretsManager, state: State, said: str) -> None:
    """A seller who reads a day takes it for the day."""
    folder = desk.folder / "docs" / "letters"
    folder.mkdir(parents=True)
    (folder / "renewal.txt").write_text((PROJECT / "docs" / "letters" / "renewal.txt").read_text())
    held = aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"]
    held.values["1" * 32] = "{}"
    held.attach("AWSCURRENT", "1" * 32)
    held.tags |= state.to_tags()

    assert said in desk.run("invite", "berlin", "--format", "letter").stdout


def test_a_letter_with_a_misspelt_word(desk: Desk) -> None:
    """Said with the words there are, and not with a traceback."""
    (desk.folder / "docs" / "letters").mkdir(parents=True)
    (desk.folder / "docs" / "letters" / "invitation.txt").write_text("Dear $acount")

    result = desk.run("invite", "berlin", "--format", "letter")

    assert result.exit_code == 2
    assert "docs/letters/invitation.txt: it may hold $account," in result.stderr


def test_expiring(desk: Desk, aws: FakeSecretsManager) -> None:
    """Maple consented on 2026-09-01: 365 days later it ends."""
    desk.roster.write_text(desk.roster.read_text().replace("DE,", "DE,2020-01-01"))
    for seller in ("maple", "berlin"):
        held = aws.secrets[f"sellerkeys/dev/sellers/{seller}/sp-api"]
        held.values["1" * 32] = "{}"
        held.attach("AWSCURRENT", "1" * 32)

    soon, late = (desk.run("--output", "json", "invite", "--expiring", days) for days in ("45d", "900d"))

    assert [each["seller"] for each in json.loads(soon.stdout)["sellers"]] == ["berlin"]
    assert [each["seller"] for each in json.loads(late.stdout)["sellers"]] == ["maple", "berlin"]


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["berlin", "--roster"],
        ["--roster", "--expiring", "45d"],
        ["--expiring", "45"],
        ["berlin", "--days", "61d"],
        ["berlin", "--days", "0d"],
    ],
    ids=" ".join,
)
def test_wrong_use(desk: Desk, argv: list[str]) -> None:
    """Nothing is made (exit 2)."""
    assert (desk.run("invite", *argv).exit_code, desk.tables.calls) == (2, [])


def test_no_pages(desk: Desk) -> None:
    """A link would lead nowhere: what to set is said."""
    configure(desk, "pages: true", "pages: false")

    result = desk.run("invite", "berlin")

    assert (result.exit_code, desk.tables.calls) == (2, [])
    assert "set sellerkeys:consent.pages to true" in result.stderr


def test_no_application_to_consent_to(desk: Desk) -> None:
    """What to set is said."""
    configure(desk, "application_id: amzn1.sp.solution.PLACEHOLDER", "application_id: ''")

    result = desk.run("invite", "berlin")

    assert result.exit_code == 2
    assert "set sellerkeys:consent.application_id" in result.stdout
