"""One day's look at a fleet, on a strict Secrets Manager."""

from datetime import datetime, timedelta

import pytest

from provisioning.calendar.day import Day, Outlets
from provisioning.calendar.notice import Notice
from provisioning.state import ACTIVE, REAUTHORIZE, REFUSED, State
from provisioning.store import Store
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

NAME = "sellerkeys/dev/sellers/{}/sp-api"
DAY = timedelta(days=1)


class Office:
    """A fleet, and what people were told of it."""

    def __init__(self, aws: FakeSecretsManager, now: datetime) -> None:
        self.aws = aws
        self.now = now
        self.mails: list[Notice] = []
        self.overdue: list[int] = []

    def set(self, seller: str, state: State) -> None:
        """Let a seller be in a state, with a value."""
        held = self.aws.secrets[NAME.format(seller)]
        held.tags |= state.to_tags()
        held.values["v" * 32] = "PLACEHOLDER"
        held.attach("AWSCURRENT", "v" * 32)

    def state(self, seller: str) -> State:
        """Read a seller's state."""
        return State.from_tags(self.aws.secrets[NAME.format(seller)].tags)

    def run(self, publish=None) -> None:
        """Run the day."""
        outlets = Outlets(publish or self.mails.append, lambda number, _now: self.overdue.append(number))
        Day("dev", Store(self.aws), outlets).run(self.now)

    def subjects(self) -> list[str]:
        """Tell the mails' subjects."""
        return [mail.subject for mail in self.mails]


@pytest.fixture
def office(aws: FakeSecretsManager, now: datetime) -> Office:
    """A fleet whose sellers work."""
    office = Office(aws, now)
    for seller in ("maple", "berlin", "kyoto"):
        office.set(seller, State(ACTIVE, proven_at=now - DAY))
    return office


@pytest.fixture
def due(office: Office, now: datetime) -> State:
    """Berlin was refused for three days."""
    state = State(REFUSED, "invalid_grant", refused_since=now - 3 * DAY, refused_at=now - DAY, proven_at=now - 30 * DAY)
    office.set("berlin", state)
    return state


def test_a_quiet_day_changes_nothing(office: Office) -> None:
    """One list, no description, no tag, no mail; the number of overdue sellers is counted all the same."""
    office.run()

    assert (office.aws.calls, office.mails, office.overdue) == (["ListSecrets"], [], [0])


def test_a_seller_that_has_to_act_is_marked_and_announced_once(office: Office, due: State) -> None:
    """The mark, then the mail, then the note that people know."""
    office.run()
    office.run()

    assert office.subjects() == ["sellerkeys dev: 1 to reauthorize"]
    assert (office.state("berlin").status, office.state("berlin").told) == (REAUTHORIZE, REAUTHORIZE)
    assert office.state("berlin").refused_since == due.refused_since


@pytest.mark.usefixtures("due")
def test_recovery_is_announced_once(office: Office) -> None:
    """After a rotation has proven the seller again."""
    office.run()
    office.set("berlin", State(ACTIVE, cause="", proven_at=office.now))
    office.run()
    office.run()

    assert office.subjects()[1:] == ["sellerkeys dev: 1 recovered"]
    assert office.state("berlin").told is None


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_run_that_dies_anywhere_loses_no_notice(office: Office, when: str, number: int) -> None:
    """The next one makes it good: the mail is sent once at least, and the marks are the same."""
    office.aws.die(when, number)
    with pytest.raises(Crash):
        office.run()
    office.aws.live()
    office.run()
    office.run()

    assert 1 <= len(office.mails) <= 2
    assert set(office.subjects()) == {"sellerkeys dev: 1 to reauthorize"}
    assert (office.state("berlin").status, office.state("berlin").told) == (REAUTHORIZE, REAUTHORIZE)


@pytest.mark.usefixtures("due")
def test_a_mail_that_could_not_be_sent_is_sent_the_next_day(office: Office) -> None:
    """SNS was down: the mark stands, the note that people know does not."""

    def fail(_news: Notice) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        office.run(fail)
    untold = office.state("berlin")
    office.run()

    assert (untold.status, untold.told) == (REAUTHORIZE, None)
    assert office.subjects() == ["sellerkeys dev: 1 to reauthorize"]


@pytest.mark.usefixtures("due")
def test_the_description_decides(office: Office) -> None:
    """ListSecrets may lag (aws.md 2.8): a seller that was proven meanwhile is not marked."""

    def prove(name: str, _number: int) -> None:
        if name == "ListSecrets":
            office.set("berlin", State(ACTIVE, cause="", proven_at=office.now))

    office.aws.after = prove
    office.run()

    assert (office.mails, office.state("berlin").status) == ([], ACTIVE)


def test_an_outage_is_told_and_marks_nobody(office: Office) -> None:
    """All three were refused in the same hour."""
    for seller in ("maple", "berlin", "kyoto"):
        moment = office.now - timedelta(hours=1)
        office.set(seller, State(REFUSED, "invalid_grant", refused_since=moment, refused_at=moment))
    office.run()

    assert office.subjects() == ["sellerkeys dev: Amazon refused most sellers"]
    assert {office.state(seller).status for seller in ("maple", "berlin", "kyoto")} == {REFUSED}


def test_overdue_sellers_are_counted(office: Office) -> None:
    """For the alarm; nothing is written and nothing mailed."""
    office.aws.secrets[NAME.format("kyoto")].rotation = {
        "RotationEnabled": True,
        "RotationRules": {"ScheduleExpression": "rate(30 days)"},
        "LastRotatedDate": office.now - 33 * DAY,
    }
    office.run()

    assert (office.overdue, office.mails) == ([1], [])


def test_nobody_is_told_of_a_seller_who_is_paused(office: Office, due: State) -> None:
    """Nobody is to act for him now; when he is active again, he is marked and announced as if it were new."""
    held = office.aws.secrets[NAME.format("berlin")]
    held.tags["sellerkeys:paused"] = "yes"
    office.run()
    assert (office.mails, office.state("berlin")) == ([], due)

    del held.tags["sellerkeys:paused"]
    office.run()
    assert office.subjects() == ["sellerkeys dev: 1 to reauthorize"]
    assert office.state("berlin").told == REAUTHORIZE


def test_a_paused_seller_is_not_counted_as_overdue(office: Office) -> None:
    """The alarm would ring for somebody whom nobody serves."""
    held = office.aws.secrets[NAME.format("berlin")]
    office.set("berlin", State(ACTIVE, proven_at=office.now - 40 * DAY))
    held.rotation = {"RotationEnabled": True, "RotationRules": {"ScheduleExpression": "rate(30 days)"}}
    office.run()
    held.tags["sellerkeys:paused"] = "yes"
    office.run()
    assert office.overdue == [1, 0]


def test_a_paused_seller_still_tells_of_an_outage(office: Office) -> None:
    """His rotation fails like everybody's: left out, the three would be two, of whom nothing can be said."""
    for seller in ("maple", "berlin", "kyoto"):
        hit = office.now - timedelta(hours=2)
        office.set(seller, State(REFUSED, "invalid_grant", refused_since=hit - 2 * DAY, refused_at=hit))
    office.aws.secrets[NAME.format("berlin")].tags["sellerkeys:paused"] = "yes"
    office.run()
    assert office.subjects() == ["sellerkeys dev: Amazon refused most sellers"]
