"""`sellerkeys plan-capacity`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

SOURCES = """\
NUMBER                                                STATUS       SOURCE
1,000 IAM roles in the account                        confirmed    IAM user guide, 2023
10,000 at most, on request                            second-hand  a blog of 2026; the IAM user guide of 2023 said 5,000
500,000 secrets in the account and region             unconfirmed  no source found
50 writes to Secrets Manager a second                 confirmed    Secrets Manager user guide, quotas
10,000 GetSecretValue calls a second                  confirmed    AWS What's New, 2025-03
100,000 KMS cryptographic calls a second              unconfirmed  no source found
1,000 Lambda invocations at the same time             confirmed    Lambda developer guide, 2023
50 CreateSecret calls a second                        unconfirmed  no source found
$0.40 a secret and month                              confirmed    Secrets Manager pricing page, 2026-09
$0.05 for 10,000 calls of Secrets Manager             confirmed    Secrets Manager pricing page, 2026-09
$1 a key and month                                    second-hand  a third party's page
$0.03 for 10,000 calls of KMS after 20,000 free ones  second-hand  a third party's page
12 calls of Secrets Manager a rotation                measured     `make bench`
8 calls of KMS a rotation                             inference    6 values read, one written

At best, and with nothing else in the account. Lambda, logs, alarms, queues and the table are not counted: no price of \
them is at hand.
"""


def test_both_modes_side_by_side(desk: Desk, aws: FakeSecretsManager) -> None:
    """A thousand sellers pass the default of IAM roles; what to do is said, and where every number comes from."""
    result = desk.run("plan-capacity", "--sellers", "1000")

    assert (result.exit_code, result.output) == (
        0,
        (
            "1,000 sellers in eu-west-1, rotated by rate(30 days), each read 24 times a day\n"
            "\n"
            "                                                 ROLE-PER-SELLER  ONE-ROLE\n"
            "stacks of 100 sellers                            10               10\n"
            "secrets                                          1,001            1,001\n"
            "IAM roles                                        1,005            6\n"
            "keys                                             3                3\n"
            "resources of sellers                             3,000            1,000\n"
            "declaring, by 50 CreateSecret calls a second     20 s             20 s\n"
            "first values, by 45 of 50 writes a second        23 s             23 s\n"
            "a new client secret, by 22.5 rotations a second  45 s             45 s\n"
            "secrets, a month                                 $400.40          $400.40\n"
            "calls of Secrets Manager, a month                $3.84            $3.84\n"
            "keys, a month                                    $3.00            $3.00\n"
            "calls of KMS, a month                            $2.22            $2.22\n"
            "together, a month                                $409.46          $409.46\n"
            "\n"
            "QUOTA                                ISOLATION        NEEDED  HERE     AT MOST          VERDICT\n"
            "IAM roles in the account             role-per-seller  1,005   1,000    10,000           have it raised\n"
            "IAM roles in the account             one-role         6       1,000    10,000           fits\n"
            "secrets in the account and region    any              1,001   500,000  not raised       fits\n"
            "writes to Secrets Manager a second   any              45      50       not raised       fits\n"
            "GetSecretValue calls a second        any              1,000   10,000   not raised       fits\n"
            "KMS cryptographic calls a second     any              1,000   100,000  more on request  fits\n"
            "Lambda invocations at the same time  any              1,000   1,000    more on request  fits\n"
            "\n"
            "role-per-seller: 1,005 IAM roles in the account are needed where there are 1,000: have AWS raise it"
            " (10,000 at most), then say so in sellerkeys:quotas.roles, or set sellerkeys:isolation to one-role\n"
            "\n"
            f"{SOURCES}"
        ),
    )
    assert aws.calls == []


def test_what_was_raised_counts(desk: Desk) -> None:
    """`sellerkeys:quotas` says what AWS gave; the verdict says that it had to."""
    path = desk.folder / "Pulumi.dev.yaml"
    path.write_text(path.read_text() + "  sellerkeys:quotas: {roles: 5000}\n")

    result = desk.run("plan-capacity", "--sellers", "1000", "--mode", "role-per-seller")

    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert (
        "IAM roles in the account             role-per-seller  1,005   5,000    10,000           fits, as raised"
        in lines
    )
    assert not any("are needed" in line for line in lines)


def test_json_for_the_roster_as_it_is(desk: Desk) -> None:
    """Without --sellers the roster's are counted; one mode only, every number with status and source."""
    result = desk.run("--output", "json", "plan-capacity", "--mode", "one-role", "--reads-a-day", "0")

    content = json.loads(result.stdout)
    mode = content["modes"].pop("one-role")
    assert result.exit_code == 0
    assert content == {
        "sellers": 3,
        "region": "eu-west-1",
        "rotation": "rate(30 days)",
        "reads_a_day": 0,
        "modes": {},
        "not_counted": "Lambda, logs, alarms, queues and the table are not counted: no price of them is at hand",
    }
    assert mode["quotas"][0] == {
        "what": "IAM roles in the account",
        "needed": 6,
        "given": 1000,
        "default": {"number": 1000, "status": "confirmed", "source": "IAM user guide, 2023"},
        "adjustable": True,
        "most": {
            "number": 10000,
            "status": "second-hand",
            "source": "a blog of 2026; the IAM user guide of 2023 said 5,000",
        },
        "verdict": "fits",
        "way_out": None,
    }
    assert mode["durations"][2] == {
        "what": "a new client secret",
        "seconds": 1,
        "rate": "22.5 rotations a second",
        "status": "confirmed",
        "source": "Secrets Manager user guide, quotas",
    }
    assert mode["charges"][0] == {
        "what": "secrets",
        "dollars_a_month": 1.6,
        "price": "$0.40 a secret and month",
        "status": "confirmed",
        "source": "Secrets Manager pricing page, 2026-09",
    }
    assert {name: mode[name] for name in ("verdict", "stacks", "secrets", "roles", "keys", "resources")} == {
        "verdict": "fits",
        "stacks": 1,
        "secrets": 4,
        "roles": 6,
        "keys": 3,
        "resources": 3,
    }
    assert mode["dollars_a_month"] == 4.6


def test_too_many_for_any_quota(desk: Desk) -> None:
    """Beyond what AWS gives at most, nobody is told to ask for it."""
    result = desk.run("--output", "json", "plan-capacity", "--sellers", "12000", "--mode", "role-per-seller")

    mode = json.loads(result.stdout)["modes"]["role-per-seller"]
    assert mode["verdict"] == "too many"
    assert [(quota["what"], quota["way_out"]) for quota in mode["quotas"] if quota["way_out"]] == [
        ("IAM roles in the account", "set sellerkeys:isolation to one-role"),
        ("GetSecretValue calls a second", "let workers keep what they read for some minutes"),
        (
            "Lambda invocations at the same time",
            "have AWS raise it, or the account's other functions wait whenever Amazon does not answer a fan-out",
        ),
    ]


def test_no_sellers_at_all(desk: Desk) -> None:
    """A fleet of none takes nothing, and is a typing error."""
    result = desk.run("plan-capacity", "--sellers", "0")

    assert (result.exit_code, result.output) == (
        2,
        (
            "sellerkeys: Invalid value for '--sellers': 0 is not in the range x>=1; `sellerkeys plan-capacity --help`"
            " tells more\n"
        ),
    )
