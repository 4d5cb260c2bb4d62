"""What a look says of each row of Amazon's policies, good and bad."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from infra.configuration import PROJECT
from provisioning.auditing.access import access
from provisioning.auditing.requirements import CAVEAT, EFFECTIVE, REQUIREMENTS
from provisioning.auditing.rows import Row, Verdict, rows
from provisioning.state import ASSUMED, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.auditing.account import Account
    from tests.fakes.account import FakeAccount
    from tests.fakes.desk import FakeDesk
    from tests.fakes.secrets_manager import FakeSecretsManager


def told(account: Account) -> dict[str, Row]:
    """Each row by its id."""
    return {row.requirement.id: row for row in rows(account, access(account))}


def test_every_row_is_there_once_in_order() -> None:
    """C01 to C27; a row that is left out would look as if Amazon did not ask for it."""
    assert [requirement.id for requirement in REQUIREMENTS] == [f"C{number:02}" for number in range(1, 28)]


def test_the_version_of_the_policies_is_said() -> None:
    """Amazon changes them; whoever reads the evidence has to know which it follows."""
    assert EFFECTIVE in CAVEAT
    assert "August 2026" in CAVEAT


def test_a_fleet_as_it_is_declared(look: Callable[[], Account]) -> None:
    """Nothing is against it; what no machine can show names a person."""
    found = told(look())

    assert {verdict: [name for name, row in found.items() if row.verdict is verdict] for verdict in Verdict} == {
        "shown": ["C05", "C06", "C14"],
        "shown in part": ["C03", "C04", "C08", "C10", "C11", "C13", "C23", "C27"],
        "not met": [],
        "ask a person": [f"C{number:02}" for number in (1, 2, 7, 9, 12, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26)],
    }
    assert all(row.ask for row in found.values() if row.verdict in {Verdict.ASK, Verdict.PARTLY})
    assert all(row.seen for row in found.values() if row.verdict in {Verdict.SHOWN, Verdict.PARTLY})


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (State(consented_on=date(2026, 3, 1), consent_day=""), "the day of consent is on record of 1 seller"),
        (State(consented_on=date(2026, 3, 1), consent_day=ASSUMED), "it is assumed, from the onboarding, of berlin"),
        (State(), "it is not known of berlin"),
    ],
    ids=["known", "assumed", "not known"],
)
def test_a_consent_whose_day_is_not_sure_says_so(
    look: Callable[[], Account], on_call: FakeDesk, state: State, seen: str
) -> None:
    """One acts for users who authorized it: an assumed day is no record of that."""
    kept = {key: value for key, value in on_call.held.tags.items() if ":consent" not in key}
    on_call.held.tags = kept | state.to_tags()

    assert told(look())["C27"].seen == (seen,)


def test_logs_that_are_too_short(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Ninety days were enough before November 2025."""
    deployed.logs[0]["retentionInDays"] = 90

    row = told(look())["C03"]

    assert row.verdict is Verdict.NOT_MET
    assert row.seen[0] == f"{deployed.logs[0]['logGroupName']} keeps 90 days"


def test_logs_that_are_kept_for_ever_are_kept_long_enough(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """No retention is no deletion."""
    for log in deployed.logs:
        del log["retentionInDays"]

    row = told(look())["C03"]

    assert row.verdict is Verdict.PARTLY
    assert "/aws/lambda/sellerkeys-dev-rotation keeps everything" in row.seen


def test_no_log_at_all(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Deleted by hand, say."""
    deployed.logs.clear()

    assert told(look())["C03"].seen == ("the fleet's functions have no log",)


def test_alarms_that_nobody_hears(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Switched off, or told to an address that was never confirmed."""
    deployed.alarms[0]["ActionsEnabled"] = False
    deployed.subscriptions[0]["SubscriptionArn"] = "PendingConfirmation"

    found = told(look())

    assert found["C05"].verdict is Verdict.NOT_MET
    assert found["C05"].seen[:2] == (
        f"alarm {deployed.alarms[0]['AlarmName']} tells nobody",
        "nobody has confirmed to receive the fleet's alarms",
    )
    assert found["C23"].seen == ("keys@example.com has not confirmed AWS's first mail",)


@pytest.mark.parametrize(
    ("rotation", "said"),
    [
        ({"RotationEnabled": False}, "berlin has a credential and no rotation"),
        (
            {"RotationEnabled": True, "RotationRules": {"ScheduleExpression": "rate(366 days)"}},
            "berlin rotates by rate(366 days), which may be more than a year",
        ),
    ],
)
def test_a_credential_that_does_not_rotate_yearly(
    look: Callable[[], Account], on_call: FakeDesk, rotation: dict[str, object], said: str
) -> None:
    """Switched off by hand, or too seldom."""
    on_call.held.rotation = rotation

    row = told(look())["C06"]

    assert (row.verdict, row.seen) == (Verdict.NOT_MET, (said,))


def test_a_cron_comes_round_every_year(look: Callable[[], Account], on_call: FakeDesk) -> None:
    """Its year is always a star."""
    on_call.held.rotation["RotationRules"] = {"ScheduleExpression": "cron(0 4 1 1 ? *)"}

    assert told(look())["C06"].verdict is Verdict.SHOWN


def test_a_refused_seller_is_not_kept_fresh(look: Callable[[], Account], on_call: FakeDesk) -> None:
    """Its rotation runs and does not succeed."""
    on_call.held.tags |= State(refused_at=on_call.now.replace(year=2027)).to_tags()

    assert told(look())["C06"].seen[0] == "berlin was refused by Amazon at its last rotation"


def test_dates_of_client_secrets(look: Callable[[], Account], aws: FakeSecretsManager) -> None:
    """A known date is shown, an unknown one is asked for; no application at all is asked for, too."""
    aws.secrets["sellerkeys/dev/app"].tags |= State(client_secret_expires_on=date(2027, 5, 1)).to_tags()

    row = told(look())["C07"]

    assert (row.verdict, row.seen, row.ask) == (
        Verdict.SHOWN,
        ("the client secret of the shared application expires on 2027-05-01",),
        None,
    )


@pytest.mark.parametrize(
    ("rules", "verdict", "seen"),
    [
        (None, Verdict.NOT_MET, "at least 12 characters, mixed characters, none of the last 10, at most 365 days old"),
        (
            {
                "MinimumPasswordLength": 12,
                "RequireSymbols": True,
                "RequireNumbers": True,
                "RequireUppercaseCharacters": True,
                "RequireLowercaseCharacters": True,
                "PasswordReusePrevention": 9,
                "MaxPasswordAge": 365,
            },
            Verdict.NOT_MET,
            "none of the last 10",
        ),
    ],
)
def test_passwords_of_iam_users(
    look: Callable[[], Account], deployed: FakeAccount, rules: dict[str, object] | None, verdict: Verdict, seen: str
) -> None:
    """Where there are IAM users, IAM's rules have to ask for what Amazon asks."""
    deployed.summary["Users"] = 1
    deployed.passwords = rules

    row = told(look())["C08"]

    assert (row.verdict, row.seen) == (verdict, (f"IAM's password policy does not ask for: {seen}",))


def test_root_without_a_second_factor(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Whoever has root's password has everything."""
    deployed.summary["AccountMFAEnabled"] = 0

    assert told(look())["C10"].verdict is Verdict.NOT_MET


def test_another_key_and_one_that_does_not_rotate(
    look: Callable[[], Account], deployed: FakeAccount, aws: FakeSecretsManager
) -> None:
    """Both are named, in the row about keys from Amazon as well."""
    aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"].key = None
    deployed.rotation["KeyRotationEnabled"] = False

    found = told(look())

    assert found["C13"].seen[1] == "not encrypted with the fleet's key: berlin"
    assert "does not rotate" in found["C13"].seen[0]
    assert found["C14"].verdict is Verdict.NOT_MET


@pytest.mark.parametrize("which", ["queues", "held"])
def test_another_key_of_the_fleet_that_does_not_rotate(
    which: str, look: Callable[[], Account], deployed: FakeAccount
) -> None:
    """What Amazon sends, and what waits for a person, are credentials as well."""
    key = deployed.other_keys[f"alias/sellerkeys-dev-{which}"]
    key.rotates = False

    row = told(look())["C13"]

    assert row.verdict is Verdict.NOT_MET
    assert [line for line in row.seen if "does not rotate" in line] == [
        f"key {key.arn}: SYMMETRIC_DEFAULT, managed by the customer, enabled, does not rotate"
    ]


def test_who_reads_and_should_not(look: Callable[[], Account], deployed: FakeAccount, aws: FakeSecretsManager) -> None:
    """Least privilege and the keys' row both fail, by name."""
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    deployed.add_role("admin", everything)
    deployed.inline("admin", "all", everything)
    aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"].policy = None

    found = told(look())

    assert found["C11"].verdict is found["C14"].verdict is Verdict.NOT_MET
    assert "berlin can be read by arn:aws:iam::123456789012:role/admin" in found["C14"].seen


def test_copies_in_other_regions(look: Callable[[], Account]) -> None:
    """A replica is a backup in another geography; whether databases have one, a person knows."""
    account = look()
    held = account.sellers["berlin"]
    copied = replace(held, secret=replace(held.secret, replicas=("eu-central-1", "us-east-1")))
    row = told(replace(account, sellers={**account.sellers, "berlin": copied}))["C24"]

    assert (row.verdict, row.seen) == (Verdict.PARTLY, ("secrets are copied to eu-central-1, us-east-1",))


def test_no_row_is_both_a_machines_and_a_persons() -> None:
    """Every requirement has exactly one who answers; the page of the code lists both."""
    text = (PROJECT / "provisioning/auditing/rows.py").read_text(encoding="utf-8")
    listed = re.findall(r'^    "(C\d\d)":', text, re.MULTILINE)

    assert sorted(listed) == [requirement.id for requirement in REQUIREMENTS]
