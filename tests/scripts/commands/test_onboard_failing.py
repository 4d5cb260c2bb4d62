"""`sellerkeys onboard` where something is wrong: with a row, the file, Amazon, or the terminal."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

KYOTO = "amzn1.application-oa2-client.PLACEHOLDER-KYOTO"
TOKENS = "seller,refresh_token\n"


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
