"""The calendar asks when the end is near enough, and says when it could not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.application.lives import Life, Source
from provisioning.calendar.ending import Ending, stage
from provisioning.calendar.renewal import Renewal, Renewed
from provisioning.errors import Unreachable
from provisioning.state import State
from tests.fakes.letters import CLIENT, new_secret
from tests.fakes.table import FakeDynamoDB
from tests.fakes.vendor import Vendor

if TYPE_CHECKING:
    from provisioning.calendar.notice import Notice
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager


@pytest.fixture
def vendor(aws: FakeSecretsManager, amazon: FakeAmazon) -> Vendor:
    """A fleet whose client secret ends in 180 days."""
    vendor = Vendor(aws, amazon, FakeDynamoDB())
    ends(vendor, 180)
    return vendor


def ends(vendor: Vendor, days: float) -> None:
    """Let the client secret in use end so many days from now."""
    life = Life(vendor.now + timedelta(days=days), Source.TYPED)
    vendor.keeper.learn(vendor.store.describe(vendor.held.arn), life)


def calendar(vendor: Vendor, days: int = 60) -> Renewed:
    """One day of the calendar."""
    return Renewal(vendor.keeper, vendor.asker, timedelta(days=days)).run(vendor.now)


def test_it_asks_on_the_sixtieth_day_before_the_end(vendor: Vendor) -> None:
    """Not before, and at another number of days where the configuration says so."""
    vendor.later(days=119, hours=23)
    assert calendar(vendor) == Renewed("not due")
    assert calendar(vendor, 61) == Renewed("asked")
    assert vendor.fake_amazon.made == [CLIENT]


def test_it_asks_once(vendor: Vendor) -> None:
    """Every day until the new one is here; Amazon is asked one time."""
    vendor.later(days=120)
    assert calendar(vendor) == Renewed("asked")
    for _ in range(3):
        vendor.later(days=1)
        waits = calendar(vendor)
        assert (waits.unasked, "no message came" in waits.outcome) == (False, True)
    vendor.make()
    vendor.receive(new_secret(made=vendor.now))
    vendor.later(days=1)
    assert calendar(vendor) == Renewed("not due")
    assert vendor.fake_amazon.made == [CLIENT]


def test_a_whole_life_goes_on_by_itself(vendor: Vendor) -> None:
    """Three client secrets, one day after the other, and nobody has done anything."""
    for day in range(370):
        if calendar(vendor).outcome == "asked":
            secret = f"PLACEHOLDER-{day}"
            vendor.make(secret)
            vendor.receive(new_secret(secret, made=vendor.now))
            vendor.settle()
            assert vendor.follows("maple")
        vendor.later(days=1)
    assert len(vendor.fake_amazon.made) == 3


@pytest.mark.parametrize(
    ("faults", "enrolled", "said"),
    [(["queue x is gone"], True, "queue x is gone"), ([], False, "subscribe the fleet's queues")],
)
def test_what_keeps_it_from_asking_is_counted(vendor: Vendor, faults: list[str], said: str, *, enrolled: bool) -> None:
    """For the alarm; the next day it tries again."""
    vendor.later(days=120)
    vendor.faults, vendor.fake_amazon.enrolled = faults, enrolled
    found = calendar(vendor)
    assert found.unasked
    assert said in found.outcome
    vendor.faults, vendor.fake_amazon.enrolled = [], True
    vendor.later(days=1)
    assert calendar(vendor) == Renewed("asked")


def test_an_answer_of_which_nothing_is_known_is_counted(vendor: Vendor) -> None:
    """And not repeated: the watchdog looks after it."""
    vendor.later(days=120)
    vendor.fake_amazon.lost = True
    assert calendar(vendor).unasked
    vendor.fake_amazon.lost = False
    vendor.later(days=1)
    assert not calendar(vendor).unasked
    assert vendor.fake_amazon.made == [CLIENT]


def test_an_end_that_nobody_knows_is_counted(vendor: Vendor) -> None:
    """A fleet from before, whose operator typed no date, and of which Amazon never wrote."""
    for labels in vendor.held.labels.values():
        labels -= {label for label in labels if "UNTIL" in label}
    del vendor.held.tags["sellerkeys-state:client-secret-expires"]
    assert calendar(vendor) == Renewed(
        "nobody knows when the client secret ends: `sellerkeys app set --expires-on`", unasked=True
    )


def test_what_was_put_in_beside_the_command_is_counted_until_somebody_says_when_it_ends(vendor: Vendor) -> None:
    """Every day; Amazon is asked all the same, when that end at the latest is near enough."""
    secret = vendor.store.describe(vendor.held.arn)
    vendor.keeper.learn(secret, Life(vendor.now + timedelta(days=180), Source.UNTOLD))
    found = calendar(vendor)
    assert found.unasked
    assert "beside `sellerkeys app set`" in found.outcome
    vendor.later(days=120)
    assert calendar(vendor) == Renewed("asked")
    ends(vendor, 180)
    assert calendar(vendor) == Renewed("not due")


def test_a_fleet_without_an_application_is_no_failure(vendor: Vendor) -> None:
    """Every seller brings his own."""
    vendor.held.labels.clear()
    vendor.held.values.clear()
    assert calendar(vendor) == Renewed("no application")


TODAY = date(2026, 11, 24)


@pytest.fixture
def mails() -> list[Notice]:
    """What people were told."""
    return []


@pytest.fixture
def ending(vendor: Vendor, mails: list[Notice]) -> Ending:
    """The calendar's look at sellers' own applications."""
    return Ending("dev", vendor.store, mails.append)


def own_ends(vendor: Vendor, day: date) -> None:
    """Let the client secret of kyoto's own application end on a day."""
    vendor.store.tag(vendor.seller("kyoto").arn, State(client_secret_expires_on=day).to_tags())


def test_people_are_told_30_and_7_days_before(vendor: Vendor, ending: Ending, mails: list[Notice]) -> None:
    """Once each, however often the calendar looks; after the end no more than that."""
    last = TODAY + timedelta(days=60)
    own_ends(vendor, last)
    told = [(last - day).days for day in (TODAY + timedelta(days=n) for n in range(70)) if ending.run(day)]
    assert told == [30, 7]
    assert [mail.subject for mail in mails] == ["sellerkeys dev: 1 own client secrets end"] * 2
    assert "- kyoto: on 2027-01-23, letter: `sellerkeys app letter kyoto`" in mails[0].text
    assert "docs/runbooks/own-client-secret.md" in mails[0].text


def test_a_new_end_is_told_anew(vendor: Vendor, ending: Ending) -> None:
    """The next one, 180 days later."""
    own_ends(vendor, TODAY)
    assert ending.run(TODAY) == ["kyoto"]
    own_ends(vendor, TODAY + timedelta(days=180))
    assert ending.run(TODAY) == []
    assert ending.run(TODAY + timedelta(days=150)) == ["kyoto"]


def test_nobody_is_told_of_a_seller_who_is_paused(vendor: Vendor, ending: Ending) -> None:
    """Nor is it noted that they were: when he is active again, they are."""
    own_ends(vendor, TODAY + timedelta(days=20))
    vendor.seller("kyoto").tags["sellerkeys:paused"] = "yes"
    assert ending.run(TODAY) == []
    del vendor.seller("kyoto").tags["sellerkeys:paused"]
    assert ending.run(TODAY) == ["kyoto"]


def test_the_note_comes_after_the_mail(vendor: Vendor) -> None:
    """A crash repeats a mail, and never loses one."""

    def fail(_notice: Notice) -> None:
        raise Unreachable("no mail")

    own_ends(vendor, TODAY)
    with pytest.raises(Unreachable, match="no mail"):
        Ending("dev", vendor.store, fail).run(TODAY)
    assert vendor.seller_state("kyoto").told_expiry is None


def test_nobody_else_is_told_of(vendor: Vendor) -> None:
    """A seller of the shared application, one whose end is unknown, one without a value, one who is being deleted."""
    own_ends(vendor, TODAY)
    kyoto = vendor.seller("kyoto")
    assert stage(vendor.store.describe(kyoto.arn), TODAY) == "2026-11-24/7"
    vendor.store.tag(vendor.seller("maple").arn, State(client_secret_expires_on=TODAY).to_tags())
    assert stage(vendor.store.describe(vendor.seller("maple").arn), TODAY) is None
    kyoto.deleted_on = datetime(2026, 12, 1, tzinfo=UTC)
    assert stage(vendor.store.describe(kyoto.arn), TODAY) is None
    kyoto.deleted_on = None
    kyoto.labels.clear()
    assert stage(vendor.store.describe(kyoto.arn), TODAY) is None
