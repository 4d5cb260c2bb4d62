"""`sellerkeys repair`, as the operator sees it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioning.payload import Credential

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager, Held
    from tests.scripts.conftest import Desk

ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
OUTDATED = (
    "pending-outdated, rotation-off: the pending refresh token works with the newest client secret; it goes on offer "
    "and "
    "a rotation is started; rotation is off; it is turned on"
)


@pytest.fixture
def held(onboarded_desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> Held:
    """Berlin's secret, its rotation cancelled midway: a newer token is pending, with a client secret that died."""
    assert onboarded_desk.run("rotate", "berlin").exit_code == 0
    amazon.tokens["Atzr|PLACEHOLDER-NEW"] = amazon.tokens["Atzr|PLACEHOLDER-BERLIN"]
    held = aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"]
    token = aws.begin_rotation(held.name)
    current = Credential.from_json(held.current() or "")
    pending = replace(current, client_secret="PLACEHOLDER-DEAD", refresh_token="Atzr|PLACEHOLDER-NEW")
    held.values[token] = pending.to_json()
    held.rotation["RotationEnabled"] = False
    aws.calls.clear()
    return held


def test_mended(onboarded_desk: Desk, held: Held) -> None:
    """The stuck state by its name and in words, what was done, and as whom the value was read."""
    result = onboarded_desk.run("repair", "berlin")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        f"SELLER  RESULT  DETAIL\nberlin  mended  {OUTDATED}\n\n1 seller: 1 mended\n",
        f"berlin: value read as {ROLE}\n",
    )
    assert held.rotation["RotationEnabled"]


@pytest.mark.usefixtures("held")
def test_dry_run_as_json(onboarded_desk: Desk, aws: FakeSecretsManager) -> None:
    """A dry run names the same and only reads."""
    result = onboarded_desk.run("--output", "json", "repair", "berlin", "--dry-run")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "sellers": [{"seller": "berlin", "result": "would mend", "detail": OUTDATED, "exit_code": 0, "read_as": ROLE}],
        "summary": {"would mend": 1},
    }
    assert set(aws.calls) == {"DescribeSecret", "GetSecretValue"}


def test_all(onboarded_desk: Desk, aws: FakeSecretsManager) -> None:
    """Of a fleet, each one is told; what waits for a person is said, with the command."""
    maple = aws.secrets["sellerkeys/dev/sellers/maple/sp-api"]
    maple.values["w" * 32] = "{}"
    maple.attach("SELLERKEYS_WAITING", "w" * 32)
    berlin = aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"]
    berlin.rotation["RotationRules"] = {"ScheduleExpression": "rate(4 hours)"}

    result = onboarded_desk.run("repair", "--all")

    assert (result.exit_code, result.output) == (
        3,
        (
            "SELLER  RESULT   DETAIL\n"
            "berlin  mended   rotation-differs: schedule or function is not the configured one; it is set\n"
            "kyoto   well     nothing is stuck\n"
            "maple   waiting  a credential waits for a person: `sellerkeys approve maple` shows it\n"
            "\n"
            "3 sellers: 1 mended, 1 well, 1 waiting\n"
        ),
    )


def test_a_rotation_that_runs(onboarded_desk: Desk, aws: FakeSecretsManager) -> None:
    """One that was empty at the first look is looked at again, and left alone."""
    aws.begin_rotation("sellerkeys/dev/sellers/berlin/sp-api")

    result = onboarded_desk.run("repair", "berlin")

    assert (result.exit_code, result.stdout) == (
        0,
        "SELLER  RESULT  DETAIL\nberlin  well    nothing is stuck\n\n1 seller: 1 well\n",
    )
    assert result.stderr == (
        f"1 pending version without a value: looking again in two minutes\nberlin: value read as {ROLE}\n"
    )
