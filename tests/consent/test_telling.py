"""What comes by the pages reaches people: the calendar's next notice tells of it, once and without a value."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.amazon import Amazon, Endpoints
from provisioning.calendar.consents import Rules
from provisioning.calendar.day import Day, Outlets
from provisioning.state import State
from tests.consent.conftest import CONSENT, KYOTO
from tests.fakes.rotation import FakeRotation
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from provisioning.calendar.notice import Notice
    from tests.consent.conftest import Pages

RENEWED = "Atzr|PLACEHOLDER-RENEWED"


class Desk:
    """Whoever reads the notices of the fleet behind the pages."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.mails: list[Notice] = []

    def mornings(self, number: int = 1) -> list[str]:
        """Let so many days pass; gives the subjects of what was sent on them."""
        before = len(self.mails)
        for _ in range(number):
            self.pages.at += timedelta(days=1)
            outlets = Outlets(self.mails.append, lambda _number, _now: None)
            Day("dev", self.pages.store, outlets, Rules(lapses=True)).run(self.pages.at)
        return [mail.subject for mail in self.mails[before:]]


@pytest.fixture
def desk(pages: Pages) -> Desk:
    """The desk of a fleet whose seller has just connected by his page."""
    return Desk(pages)


def test_connected(desk: Desk) -> None:
    """With the day until which it holds."""
    desk.pages.connect()

    assert desk.mornings(3) == ["sellerkeys dev: 1 by the page"]
    assert "- berlin: in use, until 2027-11-28" in desk.mails[0].text
    assert CONSENT not in desk.mails[0].text


def test_renewed_early(desk: Desk) -> None:
    """A renewal that nobody had asked for is told of like every other, once the rotation has taken it up."""
    desk.pages.connect()
    desk.mornings()
    desk.pages.connect(RENEWED)
    assert desk.mornings() == []

    client = Amazon(Endpoints(), send=desk.pages.amazon, sleep=lambda _: None)
    FakeRotation(desk.pages.aws, client, desk.pages.at).play()
    assert desk.mornings(3) == ["sellerkeys dev: 1 by the page"]
    assert "- berlin: in use, until 2027-11-29" in desk.mails[-1].text


def test_an_own_application(desk: Desk) -> None:
    """Handed over by the form."""
    desk.pages.amazon.apps["amzn1.application-oa2-client.PLACEHOLDER-KYOTO"] = "PLACEHOLDER-KYOTO-SECRET"
    desk.pages.amazon.tokens["Atzr|PLACEHOLDER-KYOTO"] = (
        "amzn1.application-oa2-client.PLACEHOLDER-KYOTO",
        ("A1VC38T7YXB528",),
    )
    form = {
        "client_id": "amzn1.application-oa2-client.PLACEHOLDER-KYOTO",
        "client_secret": "PLACEHOLDER-KYOTO-SECRET",
        "refresh_token": "Atzr|PLACEHOLDER-KYOTO",
    }
    assert desk.pages.ask("POST", f"{desk.pages.invite(KYOTO)}/own", form=form).told == "connected"

    assert desk.mornings(3) == ["sellerkeys dev: 1 by the page"]
    assert "- kyoto: in use\n" in desk.mails[0].text


def hand_in_the_wrong_account(pages: Pages) -> str:
    """Come by Berlin's link with an account that is not the one Berlin is known by."""
    return pages.ask("GET", pages.consent(pages.invite(), pages.code(CONSENT), partner="ASTRANGER")).told


@pytest.mark.parametrize("connected", [False, True])
def test_held(desk: Desk, *, connected: bool) -> None:
    """For an empty secret and beside a value: a person is told, once."""
    if connected:
        desk.pages.connect(RENEWED)
        desk.mornings()

    assert hand_in_the_wrong_account(desk.pages) == "received"

    assert desk.mornings(3) == ["sellerkeys dev: 1 to approve"]
    assert "- berlin\n" in desk.mails[-1].text


def test_held_again(desk: Desk) -> None:
    """What was held ends after 30 days, and the next one is told of as well."""
    hand_in_the_wrong_account(desk.pages)
    desk.mornings(31)
    hand_in_the_wrong_account(desk.pages)

    assert desk.mornings(2) == ["sellerkeys dev: 1 to approve"]


def test_held_by_a_process_that_died(desk: Desk) -> None:
    """Whatever lies in the table, somebody is told that it does."""
    path = desk.pages.consent(desk.pages.invite(), desk.pages.code(CONSENT), partner="ASTRANGER")
    desk.pages.tables.after = _die_once_held
    with pytest.raises(Crash):
        desk.pages.ask("GET", path)
    desk.pages.tables.after = lambda _name, _number: None

    assert [key for key in desk.pages.tables.items["sellerkeys-dev"] if key.startswith("held#")] == ["held#berlin"]
    assert State.from_tags(desk.pages.held().tags).waiting_consent is None
    assert desk.mornings(2) == ["sellerkeys dev: 1 to approve"]


def _die_once_held(name: str, _number: int) -> None:
    if name == "PutItem":
        raise Crash
