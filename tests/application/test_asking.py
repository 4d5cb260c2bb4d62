"""Amazon is asked once, after everything was looked at that would lose its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.application.asking import NotEnrolled, WouldBeLost
from provisioning.application.request import Request, Stage, key
from provisioning.errors import AmazonRefused, SellerkeysError, Unreachable, Waiting
from provisioning.table import Item
from tests.fakes.letters import CLIENT, new_secret
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from tests.fakes.vendor import Vendor


def last(vendor: Vendor) -> Request | None:
    """The request that stands in the table."""
    return vendor.asker.last(CLIENT)


def stage(vendor: Vendor) -> Stage | None:
    """How far that request got."""
    found = last(vendor)
    return found.stage if found else None


def test_amazon_is_really_asked(vendor: Vendor) -> None:
    """One POST, by a token of the scope for it; the request is then noted."""
    request = vendor.asker.ask("calendar")
    assert vendor.fake_amazon.made == [CLIENT]
    assert request == last(vendor)
    assert (request.stage, request.by, request.at) == (Stage.ASKED, "calendar", vendor.now)
    assert request.version == vendor.held.holder("AWSCURRENT")


def test_checking_asks_nothing(vendor: Vendor) -> None:
    """A dry run makes neither a client secret nor a claim."""
    vendor.asker.check(leaked=False)
    assert (vendor.fake_amazon.made, vendor.fake_amazon.calls, last(vendor)) == ([], [], None)


def test_nothing_is_asked_where_the_answer_would_be_lost(vendor: Vendor) -> None:
    """Amazon sends once, and tells nobody where it could not."""
    vendor.faults = ["queue x has no policy"]
    with pytest.raises(WouldBeLost, match="queue x has no policy"):
        vendor.asker.ask("calendar")
    assert (vendor.fake_amazon.made, last(vendor)) == ([], None)


@pytest.mark.parametrize("leaked", [False, True])
def test_no_second_request_while_an_answer_may_come(vendor: Vendor, *, leaked: bool) -> None:
    """Not even for a client secret that leaked: the new one is on its way."""
    vendor.asker.ask("calendar")
    vendor.later(minutes=59)
    with pytest.raises(Waiting, match="its message may still come"):
        vendor.asker.ask("operator", leaked=leaked)
    assert vendor.fake_amazon.made == [CLIENT]


def test_none_within_a_week_though_no_message_came(vendor: Vendor) -> None:
    """The one in use may have been replaced at Amazon: one more could kill it."""
    vendor.asker.ask("calendar")
    vendor.later(days=6, hours=23)
    with pytest.raises(Waiting, match="could kill the client secret in use"):
        vendor.asker.ask("calendar")
    vendor.later(hours=1)
    vendor.asker.ask("calendar")
    assert len(vendor.fake_amazon.made) == 2


def test_none_within_a_week_of_a_change(vendor: Vendor) -> None:
    """However it came about; the client secret before may still be in use somewhere."""
    vendor.make()
    vendor.receive(new_secret())
    vendor.later(days=6)
    with pytest.raises(Waiting, match="less than 7 days ago"):
        vendor.asker.ask("calendar")
    vendor.later(days=1)
    vendor.asker.ask("calendar")
    assert len(vendor.fake_amazon.made) == 1


def test_a_leak_does_not_wait_for_the_week(vendor: Vendor) -> None:
    """The client secret that was made an hour ago has leaked already."""
    vendor.asker.ask("calendar")
    vendor.make()
    vendor.receive(new_secret())
    vendor.later(hours=1)
    vendor.asker.ask("operator", leaked=True)
    assert len(vendor.fake_amazon.made) == 2


@pytest.mark.parametrize("hours", [1, 7 * 24 - 1])
def test_a_leak_while_an_answer_is_overdue_is_a_persons_decision(vendor: Vendor, hours: int) -> None:
    """Amazon has probably made a client secret, and keeps two: one more ends the one that every seller holds."""
    vendor.asker.ask("calendar")
    vendor.later(hours=hours)
    with pytest.raises(Waiting, match=r"hand in the one that Amazon's console shows instead: `sellerkeys app set`"):
        vendor.asker.ask("operator", leaked=True)
    with pytest.raises(Waiting, match="could kill the client secret in use"):
        vendor.asker.ask("operator", cut_off=True)
    assert len(vendor.fake_amazon.made) == 1
    vendor.asker.ask("operator", leaked=True, cut_off=True)
    assert len(vendor.fake_amazon.made) == 2


def test_a_leak_while_an_answer_may_still_come_says_when_to_ask_again(vendor: Vendor) -> None:
    """Cutting off would lose what is on its way, and gains nothing: it replaces what leaked."""
    vendor.asker.ask("calendar")
    vendor.later(minutes=10)
    at = vendor.now + timedelta(minutes=50)
    with pytest.raises(Waiting, match=f"if none has come, ask again after {at:%Y-%m-%d %H:%M} UTC"):
        vendor.asker.ask("operator", leaked=True, cut_off=True)
    assert len(vendor.fake_amazon.made) == 1


def test_no_second_request_in_a_minute(vendor: Vendor) -> None:
    """Amazon takes one (sp-api.md 5.1), be the first one answered already."""
    vendor.asker.ask("calendar")
    vendor.make()
    vendor.receive(new_secret())
    vendor.later(seconds=59)
    with pytest.raises(Waiting, match="one request a minute"):
        vendor.asker.ask("operator", leaked=True)


def test_an_answer_that_was_lost_counts_as_asked(vendor: Vendor) -> None:
    """Amazon made a client secret and we do not know it: nobody asks again."""
    vendor.fake_amazon.lost = True
    with pytest.raises(Unreachable, match="unknown"):
        vendor.asker.ask("calendar")
    assert stage(vendor) is Stage.ASKING
    vendor.fake_amazon.lost = False
    vendor.later(hours=2)
    with pytest.raises(Waiting):
        vendor.asker.ask("calendar")
    assert vendor.fake_amazon.made == [CLIENT]


@pytest.mark.parametrize("status", [500, 503, 302])
def test_an_answer_that_may_mean_anything_is_not_repeated(vendor: Vendor, status: int) -> None:
    """A 503 may come after the work was done; the client of the tokens would have tried three times."""
    vendor.fake_amazon.status = status
    with pytest.raises(Unreachable, match="unknown"):
        vendor.asker.ask("calendar")
    assert vendor.fake_amazon.calls.count("/applications/2023-11-30/clientSecret") == 1
    assert stage(vendor) is Stage.ASKING


@pytest.mark.parametrize(
    ("status", "kind"), [(403, AmazonRefused), (429, Waiting), (404, SellerkeysError), (413, SellerkeysError)]
)
def test_a_refusal_leaves_the_way_free(vendor: Vendor, status: int, kind: type[SellerkeysError]) -> None:
    """Nothing was made, so it may be tried again, a minute later."""
    vendor.fake_amazon.status = status
    with pytest.raises(kind):
        vendor.asker.ask("calendar")
    assert stage(vendor) is Stage.REFUSED
    vendor.fake_amazon.status = None
    vendor.later(minutes=1)
    vendor.asker.ask("calendar")
    assert vendor.fake_amazon.made == [CLIENT]


def test_the_manual_step_is_named_where_it_is_missing(vendor: Vendor) -> None:
    """Amazon's 400 says no more than that (sp-api.md 5.1)."""
    vendor.fake_amazon.enrolled = False
    with pytest.raises(NotEnrolled, match="subscribe the fleet's queues"):
        vendor.asker.ask("calendar")


def test_a_refusal_does_not_hide_a_request_that_may_still_be_answered(vendor: Vendor) -> None:
    """The leak's request was refused; the calendar's from yesterday is still open, and nobody may ask in its place."""
    first = vendor.asker.ask("calendar")
    vendor.later(days=1)
    vendor.fake_amazon.status = 429
    with pytest.raises(Waiting, match="one request a minute"):
        vendor.asker.ask("operator", leaked=True, cut_off=True)
    assert last(vendor) == first


def test_of_two_at_once_one_asks(vendor: Vendor) -> None:
    """The calendar and an operator in the same moment: the table decides."""
    other = Request(Stage.ASKING, vendor.now, "operator", "v", "another")

    def overtake(name: str, _number: int) -> None:
        if name == "PutItem":
            vendor.dynamo.before = lambda _name, _number: None
            vendor.table.put(other.item(CLIENT))

    vendor.dynamo.before = overtake
    with pytest.raises(Waiting, match="somebody else has just asked"):
        vendor.asker.ask("calendar")
    assert (vendor.fake_amazon.made, last(vendor)) == ([], other)


def test_a_claim_that_lost_against_itself_is_won(vendor: Vendor) -> None:
    """The first answer was lost and botocore wrote again: what stands there is ours."""

    def twice(name: str, _number: int) -> None:
        if name == "PutItem":
            vendor.dynamo.before = lambda _name, _number: None
            mine = Request(Stage.ASKING, vendor.now, "calendar", vendor.held.holder("AWSCURRENT") or "", "mark 0")
            vendor.table.put(mine.item(CLIENT))

    vendor.dynamo.before = twice
    vendor.asker.ask("calendar")
    assert vendor.fake_amazon.made == [CLIENT]


def test_a_change_in_the_very_moment_stops_it(vendor: Vendor) -> None:
    """A message was received between the look and the claim: asking would kill what has just come."""

    def receive(name: str, _number: int) -> None:
        if name == "PutItem":
            vendor.dynamo.before = lambda _name, _number: None
            vendor.make()
            vendor.receive(new_secret())

    vendor.dynamo.before = receive
    with pytest.raises(Waiting, match="in this very moment"):
        vendor.asker.ask("calendar")
    assert vendor.fake_amazon.made == []


def test_nothing_is_asked_while_a_new_one_is_being_proven(vendor: Vendor) -> None:
    """It has arrived, and is not current yet."""
    vendor.fake_amazon.down = True
    with pytest.raises(Unreachable):
        vendor.receive(new_secret())
    vendor.fake_amazon.down = False
    with pytest.raises(Waiting, match="is being proven"):
        vendor.asker.ask("calendar", leaked=True)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["GetItem", "PutItem"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_crash_anywhere_asks_no_second_time(vendor: Vendor, when: str, call: str, nth: int) -> None:
    """At each call of the table, before and after: whoever asks next makes two client secrets at no time."""
    seen: list[str] = []

    def die(name: str, _number: int) -> None:
        seen.extend([name] if name == call else [])
        if name == call and len(seen) == nth:
            raise Crash

    setattr(vendor.dynamo, when, die)
    with pytest.raises(Crash):
        vendor.asker.ask("calendar")
    vendor.dynamo.before = vendor.dynamo.after = lambda _name, _number: None
    try:
        vendor.asker.ask("calendar")
    except Waiting:
        assert last(vendor)
    assert len(vendor.fake_amazon.made) <= 1


def test_what_cannot_be_read_in_the_table_is_no_request(vendor: Vendor) -> None:
    """And it does not stand in the way for ever."""
    vendor.table.put(Item(key(CLIENT), {"stage": "?"}, vendor.now + timedelta(days=1)))
    assert last(vendor) is None
