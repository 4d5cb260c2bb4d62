"""`sellerkeys approve`, as the operator sees it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from provisioning.consented import Consent
from provisioning.payload import Offer
from provisioning.state import State

if TYPE_CHECKING:
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager, Held
    from tests.scripts.conftest import Desk

SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
SHOWN = "waiting at berlin:\n  DE  A store\n  selling partner id: APLACEHOLDER2 now, APLACEHOLDER9 then\n"
WAITS = "0000000000000000000000000000000f"


@pytest.fixture
def held(onboarded_desk: Desk, aws: FakeSecretsManager, amazon: FakeAmazon) -> Held:
    """Berlin's secret, at which another selling partner's credential waits."""
    amazon.tokens["Atzr|PLACEHOLDER-NEW"] = amazon.tokens["Atzr|PLACEHOLDER-BERLIN"]
    assert onboarded_desk.run("rotate", "berlin").exit_code == 0
    held = aws.secrets[SECRET]
    offer = Offer("berlin", "Atzr|PLACEHOLDER-NEW", selling_partner_id="APLACEHOLDER9")
    held.values[WAITS] = offer.to_json()
    held.attach("SELLERKEYS_WAITING", WAITS)
    return held


def test_agreed(onboarded_desk: Desk, held: Held) -> None:
    """The person sees store and marketplaces, agrees, and the credential is current in the end."""
    result = onboarded_desk.run("approve", "berlin", typed="y\n")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "SELLER  RESULT  DETAIL\nberlin  proven  the new version is current\n\n1 seller: 1 proven\n",
        f"{SHOWN}Is this the store of Berlin Books? [y/N]: y\nberlin: value read as {ROLE}\n",
    )
    assert json.loads(held.current() or "")["sellerId"] == "APLACEHOLDER9"


@pytest.mark.parametrize("arguments", [("--yes",), ("--yes", "--reject")])
def test_the_day_of_the_consent_that_waited(onboarded_desk: Desk, held: Held, arguments: tuple[str, ...]) -> None:
    """Approved, a year begins on the day the seller consented; rejected, the old one goes on."""
    before = State.from_tags(held.tags).consented_on
    held.attach(Consent(date(2026, 11, 2)).label(WAITS), WAITS)

    assert onboarded_desk.run("approve", "berlin", *arguments).exit_code == 0

    state = State.from_tags(held.tags)
    assert state.consented_on == (before if "--reject" in arguments else date(2026, 11, 2))
    assert state.is_day_assumed is ("--reject" in arguments)


def test_not_agreed(onboarded_desk: Desk, held: Held) -> None:
    """Without the person's word it goes on waiting (exit 3)."""
    result = onboarded_desk.run("approve", "berlin", typed="n\n")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.endswith("sellerkeys: what waits at berlin was not approved and goes on waiting\n")
    assert held.holder("SELLERKEYS_WAITING") == WAITS


def test_dry_run_as_json(onboarded_desk: Desk, held: Held) -> None:
    """A dry run shows the same and changes nothing."""
    result = onboarded_desk.run("--output", "json", "approve", "berlin", "--dry-run")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "seller": "berlin",
        "result": "would approve",
        "detail": "it works at Amazon; would offer it to a rotation",
        "exit_code": 0,
        "stores": [{"marketplace_id": "A1PA6795UKMFR9", "store_name": "A store"}],
        "selling_partner_id": {"current": "APLACEHOLDER2", "waiting": "APLACEHOLDER9"},
        "read_as": ROLE,
    }
    assert held.holder("SELLERKEYS_WAITING") == WAITS


def test_nobody_to_ask(onboarded_desk: Desk) -> None:
    """Without a terminal the word has to be given beforehand."""
    result = onboarded_desk.run("approve", "berlin")

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: there is no terminal to ask on: add --yes, or --dry-run to look; nothing was changed\n",
    )


def test_nothing_waits(onboarded_desk: Desk) -> None:
    """Where nothing waits there is nothing to approve (exit 3)."""
    result = onboarded_desk.run("approve", "berlin", "--yes")

    assert (result.exit_code, result.output) == (3, "sellerkeys: nothing waits for approval at berlin\n")
