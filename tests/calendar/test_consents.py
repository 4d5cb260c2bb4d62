"""What is told of consents: each milestone once, a new role once, and once when it is cured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.calendar.consents import MILESTONES, Rules
from provisioning.calendar.day import Day, Outlets
from provisioning.state import ACTIVE, ASSUMED, ASSUMED_TOLD, OFFER_REFUSED, REAUTHORIZE, State
from provisioning.store import Store
from tests.fakes.secrets_manager import Crash, FakeSecretsManager

if TYPE_CHECKING:
    from provisioning.calendar.notice import Notice

NAME = "sellerkeys/dev/sellers/{}/sp-api"
PUBLIC = Rules(lapses=True)
CONSENTED = date(2026, 1, 1)
ENDS = date(2027, 1, 1)
ARRIVED = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Office:
    """A fleet of which berlin consented on 2026-01-01, the others on nobody knows which day; `day` looks at it."""

    def __init__(self, aws: FakeSecretsManager) -> None:
        self.aws = aws
        self.mails: list[Notice] = []
        for seller in ("maple", "berlin", "kyoto"):
            held = aws.secrets[NAME.format(seller)]
            held.values["v" * 32] = "PLACEHOLDER"
            held.attach("AWSCURRENT", "v" * 32)
            held.tags |= State(consent_day=ASSUMED_TOLD).to_tags()
        self.consent("berlin", CONSENTED)

    def consent(self, seller: str, day: date) -> None:
        """Let a seller consent."""
        state = State(
            ACTIVE, consented_on=day, consent_day="", proven_at=datetime.fromisoformat(f"{day}T12:00:00+00:00")
        )
        self.aws.secrets[NAME.format(seller)].tags |= state.to_tags()

    def day(self, day: date, rules: Rules = PUBLIC) -> str | None:
        """Look at the fleet; gives the subject of the mail."""
        before = len(self.mails)
        outlets = Outlets(self.mails.append, lambda _number, _now: None)
        Day("dev", Store(self.aws), outlets, rules).run(datetime.fromisoformat(f"{day}T06:00:00+00:00"))
        return self.mails[-1].subject if len(self.mails) > before else None


@pytest.fixture
def office(aws: FakeSecretsManager) -> Office:
    """The fleet."""
    return Office(aws)


def test_nobody_lapses_unannounced(office: Office) -> None:
    """At 60, 30, 14, 7 and 1 days, and once it is over; a mail a day at most, and none in between."""
    told = [left for left in range(90, -30, -1) if office.day(ENDS - timedelta(days=left))]

    assert told == [*MILESTONES, -1]
    assert [mail.subject for mail in office.mails] == ["sellerkeys dev: 1 consent ending"] * 6
    assert "- berlin: ends on 2027-01-01, in 60 days at most" in office.mails[0].text
    assert "- berlin: ends on 2027-01-01, in a day at most" in office.mails[4].text
    assert "- berlin: ended on 2027-01-01" in office.mails[5].text
    assert "`sellerkeys invite --expiring 60d --format letter`" in office.mails[0].text


def test_nobody_is_told_of_a_seller_who_is_paused(office: Office) -> None:
    """What has come by the day on which he is active again is told then."""
    tags = office.aws.secrets[NAME.format("berlin")].tags
    tags["sellerkeys:paused"] = "yes"
    assert office.day(ENDS - timedelta(days=30)) is None
    del tags["sellerkeys:paused"]
    assert office.day(ENDS - timedelta(days=29)) == "sellerkeys dev: 1 consent ending"


def test_a_function_that_was_down(office: Office) -> None:
    """What it did not tell in time it tells when it looks again, at the milestone that has come by then."""
    office.day(ENDS - timedelta(days=60))

    assert office.day(ENDS - timedelta(days=12))
    assert "in 14 days at most" in office.mails[-1].text


def test_renewed(office: Office) -> None:
    """Told once, with the new end; the next year begins afresh."""
    office.day(ENDS - timedelta(days=30))
    office.consent("berlin", ENDS - timedelta(days=20))

    days = [office.day(ENDS - timedelta(days=left)) for left in (19, 18)]

    assert days == ["sellerkeys dev: 1 consent renewed", None]
    assert "- berlin: until 2027-12-12" in office.mails[-1].text
    assert office.day(date(2027, 12, 12) - timedelta(days=60)) == "sellerkeys dev: 1 consent ending"


def test_a_new_role(office: Office) -> None:
    """Whoever consented before is told of once; who consents again is told of as renewed."""
    rules = Rules(lapses=True, roles=(("Pricing", date(2026, 3, 1)),))
    office.consent("maple", date(2026, 3, 1))

    days = [office.day(date(2026, 3, day), rules) for day in (1, 2)]
    office.consent("berlin", date(2026, 3, 3))

    assert days == ["sellerkeys dev: 1 without a new role", None]
    assert "- berlin: Pricing" in office.mails[0].text
    assert office.day(date(2026, 3, 4), rules) == "sellerkeys dev: 1 consent renewed"


def test_a_role_of_tomorrow(office: Office) -> None:
    """Announced in the configuration ahead of time, it is told of on its day."""
    rules = Rules(lapses=True, roles=(("Pricing", date(2026, 3, 1)),))

    assert office.day(date(2026, 2, 28), rules) is None


def arrive(office: Office, seller: str, state: State) -> None:
    """Let a seller hand something over by his page."""
    office.aws.secrets[NAME.format(seller)].tags |= replace(state, arrived_at=ARRIVED).to_tags()


def test_what_came_by_a_page(office: Office) -> None:
    """On call learns of it once, with the day until which it holds, although no end was near."""
    office.consent("maple", CONSENTED)
    arrive(office, "berlin", State(consented_on=date(2026, 3, 1)))

    days = [office.day(date(2026, 3, day)) for day in (2, 3)]

    assert days == ["sellerkeys dev: 1 by the page", None]
    assert office.mails[0].text.splitlines()[1:] == ["- berlin: in use, until 2027-03-01"]
    arrive(office, "berlin", State(told_arrived=ARRIVED - timedelta(days=1)))
    assert office.day(date(2026, 3, 4)) == "sellerkeys dev: 1 by the page"


def test_a_crash_before_the_note_repeats_what_came(office: Office) -> None:
    """Told before it is noted that it was: a process that dies between the two loses nothing."""
    arrive(office, "berlin", State())
    office.aws.die("before", 3)
    with pytest.raises(Crash):
        office.day(date(2026, 3, 2))
    office.aws.live()

    assert office.day(date(2026, 3, 2)) == "sellerkeys dev: 1 by the page"
    assert [mail.subject for mail in office.mails] == ["sellerkeys dev: 1 by the page"] * 2


def test_what_amazon_refused_after_it_came_by_a_page(office: Office) -> None:
    """The page said connected, and the rotation's proof failed: people are told that, and of the end still in force."""
    arrive(office, "berlin", State(status=OFFER_REFUSED))

    office.day(date(2026, 3, 2))

    assert "- berlin: refused by Amazon afterwards; the credential before it is in use" in office.mails[0].text


def test_what_came_is_told_once_it_is_decided(office: Office) -> None:
    """While a rotation is still to prove it nobody knows how it ends."""
    arrive(office, "berlin", State())
    held = office.aws.secrets[NAME.format("berlin")]
    held.values["o" * 32] = "PLACEHOLDER"
    held.attach("SELLERKEYS_OFFERED", "o" * 32)
    assert office.day(date(2026, 3, 2)) is None

    held.labels["o" * 32].clear()
    assert office.day(date(2026, 3, 3)) == "sellerkeys dev: 1 by the page"


def test_a_cure_that_came_by_a_page_is_told_once(office: Office) -> None:
    """Renewed and by the page is one line, not two."""
    office.day(ENDS - timedelta(days=30))
    arrive(office, "berlin", State(consented_on=ENDS - timedelta(days=20)))

    days = [office.day(ENDS - timedelta(days=left)) for left in (19, 18)]

    assert days == ["sellerkeys dev: 1 consent renewed", None]


def test_a_sellers_own_application_that_came_by_a_page(office: Office) -> None:
    """It has no stated end, and is told of all the same; also where no consent of the fleet's ends."""
    held = office.aws.secrets[NAME.format("kyoto")]
    held.tags["sellerkeys:application"] = "own"
    arrive(office, "kyoto", State())

    assert office.day(date(2026, 3, 2), Rules()) == "sellerkeys dev: 1 by the page"
    assert office.mails[0].text.splitlines()[1:] == ["- kyoto: in use"]


@pytest.mark.parametrize("rules", [Rules(), Rules(lapses=False, roles=(("Pricing", date(2026, 3, 1)),))])
def test_private_applications_never_cry_wolf(office: Office, rules: Rules) -> None:
    """No end of a private application's authorization is stated anywhere."""
    assert office.day(ENDS + timedelta(days=100), rules) is None


def test_a_sellers_own_application_never_cries_wolf(office: Office) -> None:
    """It is private, whatever the fleet's is."""
    office.consent("kyoto", date(2020, 1, 1))

    office.day(ENDS - timedelta(days=60))

    assert "kyoto" not in office.mails[0].text


def test_who_has_to_authorize_again_anyway(office: Office) -> None:
    """Was announced as such, and is not announced twice."""
    office.aws.secrets[NAME.format("berlin")].tags |= State(status=REAUTHORIZE, told=REAUTHORIZE).to_tags()

    assert office.day(ENDS - timedelta(days=7)) is None


def test_a_crash_repeats_and_never_loses(office: Office) -> None:
    """People are told before it is noted that they know."""

    def crash(name: str, _number: int) -> None:
        if name == "TagResource":
            raise Crash

    office.aws.before = crash
    with pytest.raises(Crash):
        office.day(ENDS - timedelta(days=60))
    office.aws.before = lambda _name, _number: None

    assert len(office.mails) == 1
    assert office.day(ENDS - timedelta(days=60))


def test_much_news_on_a_day(office: Office) -> None:
    """SNS takes subjects of 100 characters."""
    rules = Rules(lapses=True, roles=(("Pricing", date(2026, 3, 1)),))
    outlets = Outlets(office.mails.append, lambda _number, _now: None)
    office.consent("maple", date(2026, 12, 1))
    office.aws.secrets[NAME.format("maple")].tags["sellerkeys-state:told-consent"] = "2026-12-01/1"
    office.aws.secrets[NAME.format("kyoto")].tags["sellerkeys-state:status"] = REAUTHORIZE

    Day("dev", Store(office.aws), outlets, rules).run(datetime.fromisoformat("2026-12-20T06:00:00+00:00"))

    assert len(office.mails[0].subject) <= 100
    assert office.mails[0].subject == (
        "sellerkeys dev: 1 to reauthorize, 1 consent ending, 1 without a new role, 1 consent renewed"
    )


def test_rules_are_read_as_they_are_written() -> None:
    """The program writes them, the zip reads them."""
    text = '{"lapses": true, "roles": [{"name": "Pricing", "since": "2026-03-01"}]}'

    assert Rules.from_json(text) == Rules(lapses=True, roles=(("Pricing", date(2026, 3, 1)),))


@pytest.mark.parametrize("rules", [PUBLIC, Rules()])
def test_what_waits_for_a_person_is_told_once(office: Office, rules: Rules) -> None:
    """In a secret by its label, for an empty one by its state; the next one that waits is told again."""
    berlin, maple = (office.aws.secrets[NAME.format(seller)] for seller in ("berlin", "maple"))
    berlin.labels["w" * 32] = {"SELLERKEYS_WAITING"}
    maple.labels.clear()
    maple.values.clear()
    maple.tags["sellerkeys-state:status"] = "held"

    days = [office.day(date(2026, 3, day), rules) for day in (1, 2)]
    del berlin.labels["w" * 32]
    berlin.labels["x" * 32] = {"SELLERKEYS_WAITING"}

    assert days == ["sellerkeys dev: 2 to approve", None]
    assert "- maple" in office.mails[0].text
    assert "`sellerkeys approve SELLER`" in office.mails[0].text
    assert office.day(date(2026, 3, 3), rules) == "sellerkeys dev: 1 to approve"


def test_a_day_that_nobody_knows(office: Office) -> None:
    """Told at once, for the true end may come any day; told once; and every later milestone says it is the latest."""
    office.aws.secrets[NAME.format("berlin")].tags |= State(consent_day=ASSUMED).to_tags()

    days = [office.day(CONSENTED + timedelta(days=passed)) for passed in (0, 1)]
    ending = office.day(ENDS - timedelta(days=60))

    assert days == ["sellerkeys dev: 1 consent of unknown age", None]
    assert "- berlin: 2027-01-01 at the latest" in office.mails[0].text
    assert "roster's column consented_on" in office.mails[0].text
    assert ending == "sellerkeys dev: 1 consent ending"
    told = "- berlin: ends on 2027-01-01 at the latest (assumed: nobody said when it began), in 60 days at most"
    assert told in office.mails[-1].text


def test_a_consent_without_any_day(office: Office) -> None:
    """Of an application that was private once, say: it may end any day, and people are told so, once."""
    office.aws.secrets[NAME.format("maple")].tags |= State(consent_day="").to_tags()

    days = [office.day(CONSENTED + timedelta(days=passed)) for passed in (0, 1)]

    assert days == ["sellerkeys dev: 1 consent of unknown age", None]
    assert "- maple: any day, for nothing tells when it began" in office.mails[0].text


def test_a_new_role_and_a_consent_without_any_day(office: Office) -> None:
    """It may include the role or not: a person hears of it, once."""
    rules = Rules(lapses=True, roles=(("Pricing", date(2026, 3, 1)),))
    office.consent("berlin", date(2026, 3, 1))
    office.aws.secrets[NAME.format("kyoto")].tags["sellerkeys:application"] = "own"

    days = [office.day(date(2026, 3, day), rules) for day in (1, 2)]

    assert days == ["sellerkeys dev: 1 without a new role", None]
    assert "- maple: Pricing, perhaps: nothing tells when the consent began" in office.mails[0].text


def test_a_day_nobody_knows_of_an_application_that_never_ends(office: Office) -> None:
    """A private application's authorization has no stated end, so its day is nobody's worry."""
    office.aws.secrets[NAME.format("berlin")].tags |= State(consent_day=ASSUMED).to_tags()

    assert office.day(CONSENTED, Rules()) is None
