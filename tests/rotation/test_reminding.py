"""A seller is reminded in Seller Central before his consent ends, once, and no reminder ever fails a rotation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.amazon import Amazon, Endpoints
from provisioning.errors import Unreachable
from provisioning.payload import App, Credential, Offer
from provisioning.reminder import DENIED, REFUSED, SENT, UNANSWERED, Reminder, Template, due
from provisioning.rotation.reminding import Reminding
from provisioning.state import State
from provisioning.store import Store
from tests.fakes.amazon import FakeAmazon
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

if TYPE_CHECKING:
    from tests.fakes.secrets_manager import Held

SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
APP = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
TOKEN = "Atzr|PLACEHOLDER-BERLIN"
CONSENTED = date(2026, 1, 1)
ENDS = date(2027, 1, 1)
PATH = "/appIntegrations/2024-04-01/notifications"


class Desk:
    """Berlin's secret, 40 days before his consent ends."""

    def __init__(self, *, own: bool = False) -> None:
        self.aws = FakeSecretsManager()
        self.amazon = FakeAmazon(apps={APP.client_id: APP.client_secret}, tokens={TOKEN: (APP.client_id, ("DE",))})
        self.held: Held = self.aws.declare(SECRET, State(consented_on=CONSENTED).to_tags())
        self.today = ENDS - timedelta(days=40)
        credential = Credential(
            "berlin", "EU", "A1PA6795UKMFR9", APP.client_id, APP.client_secret, TOKEN, "own" if own else "app-1"
        )
        self.put(credential.to_json(), "a", "AWSCURRENT")
        self.template = Template("REVOCATION_REMINDER", "day")

    def put(self, text: str, letter: str, label: str) -> None:
        """Put a version."""
        self.aws.put_secret_value(
            SecretId=SECRET, SecretString=text, ClientRequestToken=letter * 32, VersionStages=[label]
        )

    def remind(self) -> str | None:
        """Do what follows a finished rotation."""
        now = datetime.combine(self.today, datetime.min.time(), UTC)
        amazon = Amazon(Endpoints(), send=self.amazon, sleep=lambda _: None)
        return Reminding(Store(self.aws), amazon, self.template, lambda: now, lambda: "f" * 32).remind(SECRET)

    @property
    def noted(self) -> Reminder | None:
        """What the tag says."""
        return Reminder.from_text(State.from_tags(self.held.tags).reminded)


@pytest.fixture
def desk() -> Desk:
    """Berlin's."""
    return Desk()


def test_reminded_once(desk: Desk) -> None:
    """By the template, at the seller's home marketplace, with the day of the end; the next rotation says nothing."""
    outcomes = [desk.remind(), desk.remind()]

    assert outcomes == [SENT, None]
    assert desk.amazon.notified == [
        (
            TOKEN,
            {
                "templateId": "REVOCATION_REMINDER",
                "marketplaceId": "A1PA6795UKMFR9",
                "notificationParameters": {"day": "2027-01-01"},
            },
        )
    ]
    assert desk.noted == Reminder(ENDS, SENT, desk.today)


def test_a_template_without_parameters(desk: Desk) -> None:
    """What is sent has to have the template's own parameters, none where it has none (send-an-app-notification)."""
    desk.template = Template("REVOCATION_REMINDER")
    desk.remind()

    assert desk.amazon.notified[0][1]["notificationParameters"] == {}


def test_the_next_end_is_another(desk: Desk) -> None:
    """Who has renewed is reminded again a year later."""
    desk.remind()
    desk.held.tags |= State(consented_on=ENDS).to_tags()
    quiet = desk.remind()
    desk.today += timedelta(days=365)

    assert (quiet, desk.remind(), len(desk.amazon.notified)) == (None, SENT, 2)


@pytest.mark.parametrize(("left", "is_due"), [(61, False), (60, True), (0, True), (-1, False)])
def test_in_the_last_sixty_days(left: int, *, is_due: bool) -> None:
    """Neither earlier nor after the end, when only the letter helps."""
    assert due(State(consented_on=CONSENTED), ENDS - timedelta(days=left)) == (ENDS if is_due else None)


def test_whose_consent_nobody_knows() -> None:
    """There is no end to remind of."""
    assert due(State(), ENDS) is None


@pytest.mark.parametrize(("status", "outcome"), [(403, DENIED), (400, REFUSED), (429, UNANSWERED), (503, UNANSWERED)])
def test_not_taken(desk: Desk, status: int, outcome: str) -> None:
    """Noted for `status`, and no storm: a fortnight passes before the next try, however often he is rotated."""
    desk.amazon.status = status
    first = desk.remind()
    noted = desk.noted
    asked = len(desk.amazon.calls)
    again = []
    for _ in range(13):
        desk.today += timedelta(days=1)
        again.append(desk.remind())
    quiet = len(desk.amazon.calls)
    desk.today += timedelta(days=1)
    desk.amazon.status = None

    assert (first, noted) == (outcome, Reminder(ENDS, outcome, ENDS - timedelta(days=40)))
    assert (again, quiet) == ([None] * 13, asked)
    assert desk.remind() == SENT


def test_an_answer_that_is_lost(desk: Desk) -> None:
    """It may have been sent, so it is not sent again at once."""
    desk.amazon.notice_lost = True

    assert [desk.remind(), desk.remind()] == [UNANSWERED, None]
    assert desk.noted == Reminder(ENDS, UNANSWERED, desk.today)


def test_amazon_is_down(desk: Desk) -> None:
    """Said in the log, and nothing is raised."""
    desk.amazon.down = True

    assert "not reminded: Login with Amazon" in (desk.remind() or "")
    assert desk.noted is None


def test_aws_is_down(desk: Desk) -> None:
    """The same before anything was sent."""

    def refuse(_name: str, _number: int) -> None:
        raise Unreachable("Secrets Manager: later")

    desk.aws.before = refuse

    assert desk.remind() == "not reminded: Secrets Manager: later"
    assert desk.amazon.calls == []


def test_the_note_comes_first(desk: Desk) -> None:
    """A process that dies while Amazon answers has noted the attempt; one that dies before has sent nothing."""

    def crash(name: str, _number: int) -> None:
        if name == "TagResource":
            raise Crash

    desk.aws.before = crash
    with pytest.raises(Crash):
        desk.remind()
    assert desk.amazon.notified == []
    desk.aws.before, desk.aws.after = lambda _name, _number: None, crash
    with pytest.raises(Crash):
        desk.remind()
    desk.aws.after = lambda _name, _number: None

    assert (desk.remind(), desk.amazon.notified) == (None, [])
    assert desk.noted == Reminder(ENDS, UNANSWERED, desk.today)


def test_an_application_of_his_own() -> None:
    """No end of it is stated anywhere, whatever a tag says."""
    desk = Desk(own=True)

    assert (desk.remind(), desk.amazon.calls) == (None, [])


def test_a_replacement_is_outstanding(desk: Desk) -> None:
    """Who has just consented again must not be told that he has to: his new day may not be noted yet."""
    desk.put(Offer("berlin", "Atzr|PLACEHOLDER-RENEWED").to_json(), "b", "SELLERKEYS_OFFERED")

    assert (desk.remind(), desk.amazon.calls) == (None, [])


def test_a_refresh_token_that_came_unasked(desk: Desk) -> None:
    """Its only copy goes on offer before anything else can fail."""
    desk.amazon.replaces[TOKEN] = "Atzr|PLACEHOLDER-CHANGED"

    assert desk.remind() == SENT
    version = desk.held.holder("SELLERKEYS_OFFERED")
    assert Offer.from_json(desk.held.values[version or ""] or "").refresh_token == "Atzr|PLACEHOLDER-CHANGED"
