"""`sellerkeys onboard`, as the operator sees it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click
import pytest

from provisioning.errors import BadInput
from scripts.commands.onboard import onboard
from scripts.request import Request

if TYPE_CHECKING:
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

KYOTO = "amzn1.application-oa2-client.PLACEHOLDER-KYOTO"
GOOD = f"""\
seller,refresh_token,client_id,client_secret
maple,Atzr|PLACEHOLDER-MAPLE,,
berlin,Atzr|PLACEHOLDER-BERLIN,,
kyoto,Atzr|PLACEHOLDER-KYOTO,{KYOTO},PLACEHOLDER-KYOTO-SECRET
"""
PACE = {"reports", "lwa_rate", "write_rate", "at_once"}
TOKENS = "seller,refresh_token\n"


def options_of(argv: str) -> dict[str, Any]:
    """What Click makes of it, without what says how fast and what is written down."""
    options = onboard.make_context("onboard", argv.split()).params
    return {name: value for name, value in options.items() if name not in PACE}


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ("sellers.csv", Request(file="sellers.csv", row={})),
        ("- --dry-run", Request(file="-", dry_run=True, row={})),
        ("--seller roma", Request(seller="roma", row={})),
        ("sellers.csv --up", Request(file="sellers.csv", up=True, row={})),
        ("- --up --yes --from-roster r.csv", Request(file="-", up=True, yes=True, from_roster="r.csv", row={})),
        (
            "--seller roma --up --region EU --marketplaces IT",
            Request(seller="roma", up=True, row={"region": "EU", "marketplaces": "IT"}),
        ),
    ],
)
def test_argv_becomes_a_request(argv: str, wanted: Request) -> None:
    """What is typed and what it means, side by side."""
    assert Request.of(options_of(argv)) == wanted


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("", "give either a file (or -) or --seller"),
        ("sellers.csv --seller roma", "give either a file (or -) or --seller"),
        ("sellers.csv --yes", "--yes, --from-roster and the options of a roster row go with --up"),
        ("--seller roma --region EU", "--yes, --from-roster and the options of a roster row go with --up"),
        ("sellers.csv --up --region EU", "the options of a roster row go with --seller, and without --from-roster"),
        ("- --up --from-roster -", "standard input can be only one of the two files"),
    ],
)
def test_contradictions_are_refused(argv: str, said: str) -> None:
    """Options that cannot both be meant change nothing."""
    options = options_of(argv)

    with pytest.raises(BadInput) as refusal:
        Request.of(options)

    assert str(refusal.value) == f"{said}; nothing was changed"


def test_a_file_of_sellers(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """Each seller's credential is proven and put into that seller's secret; then it rotates."""
    result = open_desk.run("onboard", open_desk.write("sellers.csv", GOOD))

    assert (result.exit_code, result.output) == (
        0,
        (
            "SELLER  RESULT     ROW  DETAIL\n"
            "maple   onboarded  2    proven for US, CA; rotating\n"
            "berlin  onboarded  3    proven for DE; rotating\n"
            "kyoto   onboarded  4    proven for JP; rotating\n"
            "\n"
            "3 sellers: 3 onboarded\n"
        ),
    )
    kyoto = json.loads(aws.secrets["sellerkeys/dev/sellers/kyoto/sp-api"].current() or "")
    assert (kyoto["LWA_CLIENT_ID"], kyoto["SELLERKEYS_APP_VERSION"]) == (KYOTO, "own")
    assert [told["immediately"] for told in aws.rotated] == [False, False, False]


def test_again_changes_nothing(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """The same file a second time writes nothing to AWS."""
    file = open_desk.write("sellers.csv", GOOD)
    open_desk.run("onboard", file)
    aws.calls.clear()

    result = open_desk.run("onboard", file)

    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "3 sellers: 3 unchanged")
    assert set(aws.calls) == {"ListSecrets", "DescribeSecret"}


def test_a_dry_run_changes_nothing(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """Credentials are proven and what would be done is said."""
    aws.calls.clear()

    result = open_desk.run("onboard", "-", "--dry-run", piped=f"{TOKENS}berlin,Atzr|PLACEHOLDER-BERLIN\n")

    assert (result.exit_code, result.output) == (
        0,
        (
            "SELLER  RESULT      ROW  DETAIL\n"
            "berlin  would fill  2    proven; would put the first value and turn rotation on\n"
            "\n"
            "1 seller: 1 would fill\n"
        ),
    )
    assert set(aws.calls) == {"ListSecrets", "DescribeSecret", "GetSecretValue"}


def test_amazons_own_format(open_desk: Desk) -> None:
    """The notifications sample's CSV, BOM and CRLF included; the e-mail address is dropped, and said to be."""
    piped = (
        "\N{BYTE ORDER MARK}SellerId,RefreshToken,MarketplaceId,Mail\r\n"
        'APLACEHOLDER2,"Atzr|PLACEHOLDER-BERLIN",A1PA6795UKMFR9,someone@example.com\r\n'
    )

    result = open_desk.run("onboard", "-", piped=piped)

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "SELLER  RESULT     ROW  DETAIL\nberlin  onboarded  2    proven for DE; rotating\n\n1 seller: 1 onboarded\n",
        "column Mail was dropped: sellerkeys keeps no e-mail addresses\n",
    )


def test_json(open_desk: Desk) -> None:
    """The document's fields are stable; an e-mail column that was dropped is named in it."""
    piped = "SellerId,RefreshToken,MarketplaceId,Mail\nAPLACEHOLDER2,Atzr|PLACEHOLDER-BERLIN,A1PA6795UKMFR9,\n"

    result = open_desk.run("--output", "json", "onboard", "-", piped=piped)

    assert json.loads(result.stdout) == {
        "sellers": [
            {
                "seller": "berlin",
                "result": "onboarded",
                "detail": "proven for DE; rotating",
                "exit_code": 0,
                "row": 2,
                "cause": "",
                "outcome": "created",
            }
        ],
        "dropped_columns": ["Mail"],
        "summary": {"onboarded": 1},
    }


def test_one_seller_by_prompt(open_desk: Desk) -> None:
    """With the shared application only the refresh token is asked for, and not shown."""
    result = open_desk.run("onboard", "--seller", "berlin", typed="Atzr|PLACEHOLDER-BERLIN\n")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "SELLER  RESULT     DETAIL\nberlin  onboarded  proven for DE; rotating\n\n1 seller: 1 onboarded\n",
        "Refresh token: \n",
    )


def test_one_seller_with_its_own_application(desk: Desk) -> None:
    """Client id and client secret are asked for too; only the client id is shown."""
    typed = f"Atzr|PLACEHOLDER-KYOTO\n{KYOTO}\nPLACEHOLDER-KYOTO-SECRET\n"

    result = desk.run("onboard", "--seller", "kyoto", typed=typed)

    assert (result.exit_code, result.stderr) == (0, f"Refresh token: \nClient id: {KYOTO}\nClient secret: \n")


def test_reports_hold_everybody(open_desk: Desk) -> None:
    """The JSON report is the document that `--output json` prints; what cannot be written is told before anything."""
    file, report = open_desk.write("sellers.csv", GOOD), open_desk.folder / "r.json"

    written = open_desk.run("onboard", file, "--report", str(report))
    printed = open_desk.run("--output", "json", "onboard", file)
    refused = [
        open_desk.run("onboard", file, "--report", str(open_desk.folder / name)) for name in ("r.txt", "no/r.csv")
    ]

    assert written.exit_code == printed.exit_code == 0
    assert [seller["outcome"] for seller in json.loads(report.read_text())["sellers"]] == ["created"] * 3
    assert [seller["outcome"] for seller in json.loads(printed.stdout)["sellers"]] == ["unchanged"] * 3
    assert [result.exit_code for result in refused] == [2, 2]
    assert "has to end in .csv or .json" in refused[0].stderr
    assert "cannot be written (FileNotFoundError)" in refused[1].stderr


def test_a_pipe_is_read_once(open_desk: Desk) -> None:
    """A file that cannot be read twice, as from a password manager, is read once and kept."""
    read, write = os.pipe()
    os.write(write, GOOD.encode())
    os.close(write)

    result = open_desk.run("onboard", f"/dev/fd/{read}")

    os.close(read)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "3 sellers: 3 onboarded")


def test_ctrl_c_tells_what_was_done(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """An interrupted run reports the sellers it finished; the same command continues."""

    def interrupt(name: str, _number: int) -> None:
        if name == "PutSecretValue" and aws.secrets["sellerkeys/dev/sellers/maple/sp-api"].current():
            raise KeyboardInterrupt

    aws.before = interrupt
    file = open_desk.write("sellers.csv", GOOD)

    interrupted = open_desk.run("onboard", file, "--at-once", "1")
    aws.live()
    continued = open_desk.run("onboard", file)

    assert (interrupted.exit_code, interrupted.stdout, interrupted.stderr) == (
        130,
        (
            "SELLER  RESULT     ROW  DETAIL\n"
            "maple   onboarded  2    proven for US, CA; rotating\n"
            "\n"
            "1 seller: 1 onboarded\n"
        ),
        "\nsellerkeys: interrupted: run the same command again to continue\n",
    )
    assert (continued.exit_code, continued.stdout.splitlines()[-1]) == (0, "3 sellers: 1 unchanged, 2 onboarded")


def test_click_has_no_option_that_takes_a_secret() -> None:
    """No option is called like a secret's value: those come by prompt, file or standard input."""
    options = {
        option for parameter in onboard.params if isinstance(parameter, click.Option) for option in parameter.opts
    }

    assert not {"--refresh-token", "--client-secret", "--token", "--secret"} & options
