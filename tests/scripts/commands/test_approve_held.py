"""`sellerkeys approve` of what is held for a seller whose secret is empty, as the operator sees it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from provisioning.holding import Holding
from provisioning.payload import Credential, Offer
from provisioning.sealing import Sealer
from provisioning.state import HELD, State
from provisioning.table import Table

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.secrets_manager import FakeSecretsManager
    from tests.scripts.conftest import Desk

SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
SHOWN = "waiting at berlin:\n  DE  A store\n  selling partner id: none now, AOTHER then\n"
OFFER = Offer("berlin", "Atzr|PLACEHOLDER-BERLIN", region="EU", selling_partner_id="AOTHER")


@pytest.fixture
def holding(open_desk: Desk, aws: FakeSecretsManager, now: datetime) -> Holding:
    """What is held: Berlin's consent, from an account with an id that is not his."""
    holding = Holding(Table(open_desk.tables, "sellerkeys-dev"), Sealer(open_desk.kms, "dev", "key"))
    assert holding.hold(OFFER, now)
    aws.secrets[SECRET].tags |= State(status=HELD, waiting_consent=date(2026, 11, 20)).to_tags()
    return holding


@pytest.mark.usefixtures("holding")
def test_agreed(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """The person sees store and marketplaces, agrees, and it is the first value, rotating, and no longer held."""
    result = open_desk.run("approve", "berlin", typed="y\n")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "SELLER  RESULT    DETAIL\nberlin  approved  it is the first value, and rotating\n\n1 seller: 1 approved\n",
        f"{SHOWN}Is this the store of Berlin Books? [y/N]: y\n",
    )
    held = aws.secrets[SECRET]
    current = Credential.from_json(held.current() or "")
    assert (current.refresh_token, current.selling_partner_id) == ("Atzr|PLACEHOLDER-BERLIN", "AOTHER")
    assert held.rotation["RotationEnabled"]
    assert held.tags["sellerkeys-state:status"] == "active"
    state = State.from_tags(held.tags)
    assert (state.consented_on, state.is_day_assumed, state.waiting_consent) == (date(2026, 11, 20), False, None)
    assert open_desk.tables.items["sellerkeys-dev"] == {}


@pytest.mark.usefixtures("holding")
def test_not_agreed(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """Without the person's word it goes on waiting (exit 3)."""
    result = open_desk.run("approve", "berlin", typed="n\n")

    assert result.exit_code == 3
    assert aws.secrets[SECRET].current() is None
    assert open_desk.tables.items["sellerkeys-dev"]


@pytest.mark.usefixtures("holding")
def test_dry_run_as_json(open_desk: Desk, aws: FakeSecretsManager) -> None:
    """A dry run shows the same and changes nothing; nobody's value was read."""
    result = open_desk.run("--output", "json", "approve", "berlin", "--dry-run")

    told = json.loads(result.stdout)
    assert (result.exit_code, told["result"], told["read_as"]) == (0, "would approve", None)
    assert told["stores"] == [{"marketplace_id": "A1PA6795UKMFR9", "store_name": "A store"}]
    assert aws.secrets[SECRET].current() is None


def test_rejected(open_desk: Desk, aws: FakeSecretsManager, holding: Holding, now: datetime) -> None:
    """A stranger's credential is let go of, and makes room for the seller's own."""
    result = open_desk.run("approve", "berlin", "--reject", "--yes")

    assert result.exit_code == 0
    assert holding.find("berlin", now) is None
    assert aws.secrets[SECRET].current() is None
    assert State.from_tags(aws.secrets[SECRET].tags).waiting_consent is None
    assert "empty" in open_desk.run("status", "berlin").stdout


@pytest.mark.usefixtures("holding")
def test_status_says_that_it_waits(open_desk: Desk) -> None:
    """An empty secret for which something is held needs another person than an empty one."""
    assert "`sellerkeys approve berlin`" in open_desk.run("status", "berlin").stdout


def test_nothing_waits(open_desk: Desk) -> None:
    """Said as such (exit 3)."""
    result = open_desk.run("approve", "berlin", "--yes")

    assert (result.exit_code, result.stderr) == (3, "sellerkeys: nothing waits for approval at berlin\n")


def test_what_was_held_for_another_seller(open_desk: Desk, holding: Holding) -> None:
    """The encryption context names the seller: a moved item does not open."""
    items = open_desk.tables.items["sellerkeys-dev"]
    items["held#maple"] = items.pop("held#berlin") | {"pk": {"S": "held#maple"}}

    result = open_desk.run("approve", "maple", "--yes")

    assert holding is not None
    assert result.exit_code == 1
    assert "was not sealed for it, and is not used" in result.stderr
