"""`sellerkeys rollback`, as the operator sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.rotation import FakeRotation
    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"


@pytest.fixture
def renewed_desk(onboarded_desk: Desk, amazon: FakeAmazon, rotation: FakeRotation) -> Desk:
    """A desk at which berlin's token was replaced by another."""
    amazon.tokens["Atzr|PLACEHOLDER-NEW"] = amazon.tokens["Atzr|PLACEHOLDER-BERLIN"]
    piped = "seller,refresh_token\nberlin,Atzr|PLACEHOLDER-NEW\n"
    assert onboarded_desk.run("onboard", "-", piped=piped).exit_code == 0
    rotation.play()
    return onboarded_desk


def token(aws: FakeSecretsManager) -> str:
    """The refresh token that berlin's consumers read."""
    found: str = json.loads(aws.secrets[SECRET].current() or "")["SP_API_REFRESH_TOKEN"]
    return found


def test_back(renewed_desk: Desk, aws: FakeSecretsManager) -> None:
    """The previous token is current again in the end."""
    result = renewed_desk.run("rollback", "berlin")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "SELLER  RESULT  DETAIL\nberlin  proven  the new version is current\n\n1 seller: 1 proven\n",
        f"berlin: value read as {ROLE}\n",
    )
    assert token(aws) == "Atzr|PLACEHOLDER-BERLIN"


def test_dry_run(renewed_desk: Desk, aws: FakeSecretsManager) -> None:
    """A dry run proves the previous token and changes nothing."""
    result = renewed_desk.run("rollback", "berlin", "--dry-run")

    assert (result.exit_code, result.stdout) == (
        0,
        (
            "SELLER  RESULT           DETAIL\n"
            "berlin  would roll back  the previous refresh token works; would offer it to a rotation\n"
            "\n"
            "1 seller: 1 would roll back\n"
        ),
    )
    assert token(aws) == "Atzr|PLACEHOLDER-NEW"


def test_one_that_no_longer_works(renewed_desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> None:
    """A previous token that Amazon refuses is not offered (exit 4)."""
    del amazon.tokens["Atzr|PLACEHOLDER-BERLIN"]

    result = renewed_desk.run("rollback", "berlin")

    assert (result.exit_code, result.output) == (
        4,
        (
            "sellerkeys: Amazon does not accept the refresh token (revoked, lapsed, incomplete or of another client): "
            "check "
            "that it was pasted whole; if it was, the seller has to authorize the application again\n"
        ),
    )
    assert token(aws) == "Atzr|PLACEHOLDER-NEW"


def test_the_same_token(onboarded_desk: Desk) -> None:
    """Where the previous version holds the same token there is nothing to do."""
    assert onboarded_desk.run("rotate", "berlin").exit_code == 0

    result = onboarded_desk.run("rollback", "berlin")

    assert (result.exit_code, result.stdout) == (
        0,
        (
            "SELLER  RESULT     DETAIL\n"
            "berlin  unchanged  the previous version holds the same refresh token as the present one\n"
            "\n"
            "1 seller: 1 unchanged\n"
        ),
    )
