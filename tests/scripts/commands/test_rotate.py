"""`sellerkeys rotate`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk


def test_all(onboarded_desk: Desk, amazon: FakeAmazon) -> None:
    """Each seller's end in a line; one that Amazon refuses fails beside those that are proven."""
    del amazon.tokens["Atzr|PLACEHOLDER-MAPLE"]

    result = onboarded_desk.run("rotate", "--all")

    assert (result.exit_code, result.output) == (
        1,
        (
            "SELLER  RESULT   DETAIL\n"
            "berlin  proven   the new version is current\n"
            "kyoto   waiting  secret sellerkeys/dev/sellers/kyoto/sp-api holds no value yet: it has to be filled first "
            "(`sellerkeys onboard`, `sellerkeys app set`)\n"
            "maple   refused  Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another "
            "client): check that it was pasted whole; if it was, the seller has to authorize the application again\n"
            "\n"
            "3 sellers: 1 proven, 1 waiting, 1 refused\n"
        ),
    )


def test_one_as_json(onboarded_desk: Desk) -> None:
    """One document with stable names."""
    result = onboarded_desk.run("--output", "json", "rotate", "berlin")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "sellers": [
            {
                "seller": "berlin",
                "result": "proven",
                "detail": "the new version is current",
                "exit_code": 0,
                "read_as": None,
            }
        ],
        "summary": {"proven": 1},
    }


def test_dry_run(onboarded_desk: Desk, aws: FakeSecretsManager) -> None:
    """A dry run changes nothing."""
    aws.calls.clear()

    result = onboarded_desk.run("rotate", "berlin", "--dry-run")

    assert (result.exit_code, result.output) == (
        0,
        (
            "SELLER  RESULT        DETAIL\n"
            "berlin  would rotate  would start a rotation and wait for its end\n"
            "\n"
            "1 seller: 1 would rotate\n"
        ),
    )
    assert aws.calls == ["DescribeSecret"]


def test_after_a_while(onboarded_desk: Desk, amazon: FakeAmazon) -> None:
    """A rotation that does not end within --timeout is told as running (exit 5)."""
    amazon.down = True

    result = onboarded_desk.run("rotate", "berlin", "--timeout", "10")

    assert (result.exit_code, result.output) == (
        5,
        (
            "SELLER  RESULT         DETAIL\n"
            "berlin  still running  not finished after 10 s, and AWS goes on trying: `sellerkeys check berlin` tells "
            "why, "
            "`sellerkeys repair berlin` mends it\n"
            "\n"
            "1 seller: 1 still running\n"
        ),
    )


def test_nobody_named(desk: Desk) -> None:
    """Every seller is rotated only where that is said."""
    result = desk.run("rotate")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: name one or more sellers, or give --all; nothing was changed\n",
    )


def test_an_unknown_seller(desk: Desk) -> None:
    """A seller that is not in the roster cannot be rotated."""
    result = desk.run("rotate", "ghost", "berlin")

    assert (result.exit_code, result.output) == (
        3,
        "sellerkeys: ghost: not in the roster; `sellerkeys roster list` shows who is\n",
    )
