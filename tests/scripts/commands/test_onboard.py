"""`sellerkeys onboard`, as the operator sees it."""

from __future__ import annotations

import csv
import json
import os
from typing import TYPE_CHECKING, Any

import click
import pytest

from provisioning import naming
from provisioning.errors import BadInput
from scripts.commands.onboard import onboard
from scripts.request import Request

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
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


def test_bad_rows_stop_no_good_one(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """Each bad row is told with its number and what to do, and none of them keeps a good one back."""
    del aws.secrets["sellerkeys/dev/sellers/kyoto/sp-api"]
    rows = [
        "seller,refresh_token,client_id,client_secret",
        "maple,Atzr|PLACEHOLDER-MAPLE,,",
        "berlin,Atzr|PLACEHOLDER-CANARY,,",
        f"kyoto,Atzr|PLACEHOLDER-KYOTO,{KYOTO},PLACEHOLDER-KYOTO-SECRET",
        "",
        "ghost,Atzr|PLACEHOLDER-GHOST,,",
        "Atzr|PLACEHOLDER-CANARY,maple,,",
        "short,Atzr|PLACEHOLDER-CANARY",
        "token,Atza|PLACEHOLDER-CANARY,,",
    ]

    result = open_desk.run("onboard", "-", piped="\n".join(rows))

    assert (result.exit_code, result.output) == (
        1,
        (
            "SELLER  RESULT     ROW  DETAIL\n"
            "maple   onboarded  2    proven for US, CA; rotating\n"
            "berlin  refused    3    Amazon does not accept the refresh token (revoked, lapsed, incomplete or"
            " of another"
            " client): check that it was pasted whole; if it was, the seller has to authorize the application again\n"
            "kyoto   waiting    4    secret sellerkeys/dev/sellers/kyoto/sp-api does not exist: run `pulumi up`"
            " first, then"
            " this again\n"
            "ghost   waiting    6    ghost is not in the roster: add it with `sellerkeys roster add`, then"
            " `pulumi up`\n"
            "-       unusable   7    the row names no seller: one is called by 1 to 32 of a-z, 0-9 and -\n"
            "short   unusable   8    the row has too few fields for its header\n"
            "token   unusable   9    this is an access token (Atza|), good for an hour: the refresh token begins with"
            " Atzr|\n"
            "\n"
            "7 sellers: 1 onboarded, 1 refused, 2 waiting, 3 unusable\n"
        ),
    )


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("ghost,Atzr|PLACEHOLDER-GHOST", 3),
        ("berlin,Atzr|PLACEHOLDER-CANARY", 4),
        ("berlin,PLACEHOLDER-CANARY", 2),
    ],
    ids=["not in the roster", "refused", "no token"],
)
def test_one_cause_is_the_exit_code(open_desk: Desk, row: str, code: int) -> None:
    """Where all failures are of one kind, the exit code is that kind's."""
    result = open_desk.run("onboard", "-", piped=f"{TOKENS}{row}\n")

    assert result.exit_code == code
    assert "CANARY" not in result.output


def test_amazon_out_of_reach(open_desk: Desk, amazon: FakeAmazon, aws: FakeSecretsManager) -> None:
    """Nothing is put, and running it again is safe."""
    amazon.down = True

    result = open_desk.run("onboard", "-", piped=f"{TOKENS}berlin,Atzr|PLACEHOLDER-BERLIN\n")

    assert (result.exit_code, result.output.splitlines()[1]) == (
        5,
        (
            "berlin  unreachable  2    Login with Amazon gave no usable answer (HTTP 503, 3 attempts): run this again "
            "later"
        ),
    )
    assert aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"].current() is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "standard input, row 1: the header has to be seller,refresh_token[,client_id,client_secret] or"),
        (b"sellers,token\n", "standard input, row 1: the header has to be seller,refresh_token[,client_id"),
        (b"seller,seller,refresh_token\n", "standard input, row 1: column seller stands twice; nothing was changed"),
        (b"x,Atzr|PLACEHOLDER-CANARY,Atzr|PLACEHOLDER-CANARY\n", "standard input, row 1: the header has to be"),
        ("seller,refresh_token\n".encode("utf-16"), "standard input, row 1: this is not UTF-8: save the file as UTF-8"),
    ],
    ids=["empty", "header", "twice", "no header", "UTF-16"],
)
def test_an_unreadable_file_changes_nothing(
    open_desk: Desk, aws: FakeSecretsManager, content: bytes, said: str
) -> None:
    """A file that cannot be read as a whole is one line, exit code 2, and no call to AWS."""
    aws.calls.clear()

    result = open_desk.run("onboard", "-", piped=content)

    assert (result.exit_code, result.stdout, aws.calls) == (2, "", [])
    assert result.stderr.startswith(f"sellerkeys: {said}")
    assert len(result.stderr.splitlines()) == 1
    assert "CANARY" not in result.stderr


def test_a_missing_file(desk: Desk) -> None:
    """The file's name is told."""
    result = desk.run("onboard", "sellers.csv")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: sellers.csv: there is no such file; nothing was changed\n",
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


def test_an_unknown_seller_is_not_asked_for_a_token(desk: Desk) -> None:
    """Nobody types a secret for nothing."""
    result = desk.run("onboard", "--seller", "ghost", typed="")

    assert (result.exit_code, result.output) == (
        3,
        "sellerkeys: ghost is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`\n",
    )


def test_without_a_terminal_nothing_hangs(desk: Desk) -> None:
    """A seller without a file needs somebody to ask."""
    result = desk.run("onboard", "--seller", "berlin", piped="Atzr|PLACEHOLDER-CANARY\n")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: there is no terminal to ask for the refresh token on: hand a file in, or - for standard input\n",
    )


def test_every_ugliness_costs_one_row(open_desk: Desk) -> None:
    """BOM, CRLF, quotes, line ends, NUL, formulas, long tokens, repetitions: bad rows are named, good ones are done."""
    rows = (
        b"\xef\xbb\xbfseller,refresh_token",
        b'maple,"Atzr|PLACEHOLDER-MAPLE"',
        b'nobody,"Atzr|PLACEHOLDER-CANARY',
        b"=cmd|' /C calc'!A0,Atzr|PLACEHOLDER-CANARY",
        b'nobody,"Atzr|PLACEHOLDER-CANARY\r\nnobody"',
        b"nobody,Atzr|PLACEHOLDER\0CANARY",
        b"nobody,Atzr|PLACEHOLDER-CANARY-caf\xe9",
        b'nobody,"Atzr|PLACEHOLDER-CANARY"x',
        b"nobody,Atzr|" + b"C" * 2044,
        b"maple,Atzr|PLACEHOLDER-MAPLE",
        b"berlin,Atzr|PLACEHOLDER-BERLIN",
    )

    result = open_desk.run("onboard", "-", "--report", str(open_desk.folder / "r.csv"), piped=b"\r\n".join(rows))

    written = list(csv.reader((open_desk.folder / "r.csv").read_text(encoding="utf-8").splitlines()))
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "10 sellers: 2 onboarded, 8 unusable")
    assert [(row[0], row[1], row[2], row[4]) for row in written[1:]] == [
        ("2", "maple", "created", ""),
        ("3", "", "refused", "bad-input"),
        ("4", "", "refused", "bad-input"),
        ("5", "nobody", "refused", "bad-input"),
        ("7", "nobody", "refused", "bad-input"),
        ("8", "nobody", "refused", "bad-input"),
        ("9", "", "refused", "bad-input"),
        ("10", "nobody", "refused", "bad-input"),
        ("11", "maple", "refused", "bad-input"),
        ("12", "berlin", "created", ""),
    ]
    assert "(the row ends in line 6: a quote may be missing)" in written[4][5]
    assert "CANARY" not in result.output + str(written)


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


def test_click_has_no_option_that_takes_a_secret() -> None:
    """No option is called like a secret's value: those come by prompt, file or standard input."""
    options = {
        option for parameter in onboard.params if isinstance(parameter, click.Option) for option in parameter.opts
    }

    assert not {"--refresh-token", "--client-secret", "--token", "--secret"} & options
