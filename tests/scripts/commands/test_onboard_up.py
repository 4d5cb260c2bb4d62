"""`sellerkeys onboard --up`: a new seller's row, its declaration, and its credential, by one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning import naming

if TYPE_CHECKING:
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

TOKENS = "seller,refresh_token\n"
ROMA = ("--seller", "roma", "--region", "EU", "--marketplaces", "DE")


def declare_roma(aws: FakeSecretsManager) -> None:
    """What `pulumi up` does for a new row."""
    aws.declare(naming.seller_secret_name("dev", "roma"), naming.identity_tags("dev", "roma", "EU", "shared"))


def test_up_takes_a_new_seller_all_the_way(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """Row into the roster, preview, consent of the person, `pulumi up`, onboarding: one command."""
    open_desk.engine.deploy = lambda: declare_roma(aws)
    before = open_desk.roster.read_text()

    result = open_desk.run("onboard", *ROMA, "--up", typed="Atzr|PLACEHOLDER-BERLIN\ny\n")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "SELLER  RESULT     DETAIL\nroma    onboarded  proven for DE; rotating\n\n1 seller: 1 onboarded\n",
        (
            "Refresh token: \n"
            "[dev] + 1 to create\ndev: would update: 4 created; + roma (0 s)\n"
            "Bring the stacks up to date? [y/N]: y\n"
            "dev: updated: 4 created; + roma (0 s)\n"
        ),
    )
    assert open_desk.roster.read_text() == before + "roma,,,EU,,DE,\n"


def test_up_from_files_asks_nobody(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """Scripted onboarding: a roster CSV and a credentials CSV, `--yes`, no terminal."""
    open_desk.engine.deploy = lambda: declare_roma(aws)
    rows = open_desk.write("rows.csv", "seller,region,marketplaces\nroma,EU,DE\nberlin,EU,FR\noslo,EU,NO\n")
    piped = f"{TOKENS}roma,Atzr|PLACEHOLDER-BERLIN\nberlin,Atzr|PLACEHOLDER-BERLIN\nmaple,Atzr|PLACEHOLDER-MAPLE\n"

    result = open_desk.run("onboard", "-", "--up", "--yes", "--from-roster", rows, piped=piped)

    assert (result.exit_code, result.stdout) == (
        1,
        (
            "SELLER  RESULT     ROW  DETAIL\n"
            "berlin  unusable   3    stands in the roster already, with other values: change that row by hand"
            " and have it"
            " reviewed\n"
            "-       unusable   4    column marketplaces: NO is no marketplace of SP-API\n"
            "roma    onboarded  2    proven for DE; rotating\n"
            "maple   onboarded  4    proven for US, CA; rotating\n"
            "\n"
            "4 sellers: 2 unusable, 2 onboarded\n"
        ),
    )
    assert open_desk.engine.calls == ["up dev"]


def test_up_needs_somebody_to_agree(open_desk: Desk) -> None:
    """Without a terminal and without `--yes`, nothing is begun."""
    before = open_desk.roster.read_text()

    result = open_desk.run("onboard", "-", "--up", piped=TOKENS)

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: --up asks before it changes anything, and there is no terminal to ask on: add --yes\n",
    )
    assert (open_desk.engine.calls, open_desk.roster.read_text()) == ([], before)


def test_up_can_be_declined(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """A no after the preview deploys nothing."""
    result = open_desk.run("onboard", *ROMA, "--up", typed="Atzr|PLACEHOLDER-BERLIN\nn\n")

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        3,
        "sellerkeys: `sellerkeys up` was not run: new rows stay in the roster, no secret was touched",
    )
    assert (open_desk.engine.calls, aws.rotated) == (["preview dev"], [])


def test_up_dry_run(open_desk: Desk) -> None:
    """Neither roster nor stack changes; who would be declared is said."""
    before = open_desk.roster.read_text()

    result = open_desk.run("onboard", *ROMA, "--up", "--dry-run", typed="Atzr|PLACEHOLDER-BERLIN\n")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        (
            "SELLER  RESULT         DETAIL\n"
            "roma    would declare  and then prove and onboard\n"
            "\n"
            "1 seller: 1 would declare\n"
        ),
        "Refresh token: \nwould run `sellerkeys up`\n",
    )
    assert (open_desk.engine.calls, open_desk.roster.read_text()) == ([], before)


def test_up_refuses_a_row_that_contradicts_before_it_asks(open_desk: Desk) -> None:
    """No secret is typed for a seller that cannot be added."""
    argv = ("--seller", "berlin", "--region", "EU", "--marketplaces", "FR")

    result = open_desk.run("onboard", *argv, "--up", typed="")

    assert (result.exit_code, result.output) == (
        2,
        (
            "sellerkeys: berlin stands in the roster already, with other values: change that row by hand and have it"
            " reviewed; nothing was changed\n"
        ),
    )


def test_up_and_another_region_exclude_one_another(open_desk: Desk) -> None:
    """`pulumi up` would deploy to the stack's own region, and we would look elsewhere."""
    result = open_desk.run("--region", "us-east-1", "onboard", "-", "--up", "--yes", piped=TOKENS)

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: --region cannot go with `up`: Pulumi takes the region from the stack's configuration\n",
    )
