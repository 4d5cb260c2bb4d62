"""A message is done only when its client secret is stored, proven and current; everything else stays or is harmless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from provisioning.application.keeping import AnotherApplication
from provisioning.application.lives import Life, Source, known
from provisioning.application.message import Malformed
from provisioning.application.receiving import Became, Doubtful
from provisioning.errors import AmazonRefused, LabelMoved, Unreachable
from provisioning.payload import App
from provisioning.state import ACTIVE, OFFER_REFUSED
from tests.fakes.letters import CLIENT, MADE, NEW, NEWER, OLD, expiry, new_secret, through_sns
from tests.fakes.secrets_manager import Crash
from tests.silence import assert_silent

#: How many calls of AWS a message takes.
CALLS = 7

if TYPE_CHECKING:
    from tests.fakes.vendor import Vendor


def test_a_new_client_secret_becomes_current(vendor: Vendor) -> None:
    """Stored, proven, moved, noted, in this order."""
    vendor.make()
    assert vendor.receive(new_secret()) is Became.CURRENT

    assert vendor.app == App(CLIENT, NEW)
    state = vendor.state
    assert (state.status, state.app_version) == (ACTIVE, vendor.held.holder("AWSCURRENT"))
    assert state.changed_at == state.proven_at == state.noticed_at == vendor.now
    assert state.client_secret_expires_on == (MADE + timedelta(days=180)).date()
    assert state.old_client_secret_ends_at == (MADE + timedelta(days=7)).replace(microsecond=0)
    writes = [call for call in vendor.aws.calls if call not in {"DescribeSecret", "GetSecretValue"}]
    assert writes == ["PutSecretValue", "UpdateSecretVersionStage", "TagResource", "TagResource"]


def test_it_is_proven_after_it_was_stored_and_before_it_is_current(vendor: Vendor) -> None:
    """By a grantless token and a grantless call: LWA alone says 200 for a client secret that expired (sp-api.md 2)."""
    vendor.make()
    seen: list[tuple[list[str], str | None]] = []

    def watch(name: str, _number: int) -> None:
        if name in {"PutSecretValue", "UpdateSecretVersionStage"}:
            seen.append((list(vendor.fake_amazon.calls), vendor.held.holder("AWSPREVIOUS")))

    vendor.aws.before = watch
    vendor.receive(new_secret())
    assert seen == [([], None), (["/auth/o2/token", "/notifications/v1/destinations"], None)]


def test_a_message_through_sns_does_the_same(vendor: Vendor) -> None:
    """Whoever put a topic in between loses nothing."""
    vendor.make()
    assert vendor.receive(through_sns(new_secret())) is Became.CURRENT


def test_a_duplicate_changes_nothing(vendor: Vendor) -> None:
    """SQS delivers at least once."""
    vendor.make()
    vendor.receive(new_secret())
    before, tags = dict(vendor.held.labels), dict(vendor.held.tags)
    assert vendor.receive(new_secret()) is Became.DUPLICATE
    assert (vendor.held.labels, vendor.held.tags) == (before, tags)


def test_an_old_message_is_harmless(vendor: Vendor) -> None:
    """Late and out of order: the one that expires later wins, whichever comes first."""
    later = new_secret(NEWER, made=MADE + timedelta(days=1))
    vendor.make(NEWER)
    assert vendor.receive(later) is Became.CURRENT
    assert vendor.receive(new_secret()) is Became.OLD
    assert vendor.app.client_secret == NEWER


def test_what_a_person_put_in_by_hand_is_not_overruled_by_something_older(vendor: Vendor) -> None:
    """Nobody but a person can tell; so nothing is changed, and the message stays for him."""
    typed = Life(MADE + timedelta(days=181), Source.TYPED)
    vendor.make(NEWER)
    vendor.put(App(CLIENT, NEWER), "SELLERKEYS_OFFERED", life=typed)
    vendor.tick()
    assert vendor.app.client_secret == NEWER
    with pytest.raises(Doubtful) as failed:
        vendor.receive(new_secret())
    assert_silent(failed.value, NEW)
    assert vendor.app.client_secret == NEWER


def test_what_was_put_in_by_hand_is_recognised_when_amazon_sends_it(vendor: Vendor) -> None:
    """The same client secret is the same version, and now its end is known for certain."""
    vendor.make()
    vendor.put(App(CLIENT, NEW), "SELLERKEYS_OFFERED", life=Life(MADE + timedelta(days=170), Source.TYPED))
    vendor.tick()
    assert vendor.receive(new_secret()) is Became.DUPLICATE
    found = known(vendor.store.describe(vendor.held.arn))
    assert found == Life(MADE + timedelta(days=180), Source.AMAZON, MADE + timedelta(days=7))
    assert sum("UNTIL" in label for labels in vendor.held.labels.values() for label in labels) == 1


def test_another_applications_message_is_refused(vendor: Vendor) -> None:
    """Whoever subscribed the wrong queue, or sends what is not his, changes nothing."""
    with pytest.raises(AnotherApplication) as failed:
        vendor.receive(new_secret(client_id="amzn1.application-oa2-client.PLACEHOLDER-OTHER"))
    assert_silent(failed.value, NEW)
    assert vendor.app.client_secret == OLD
    assert not {"PutSecretValue", "TagResource"} & set(vendor.aws.calls)


def test_a_malformed_message_touches_nothing(vendor: Vendor) -> None:
    """It stays as it is; after some tries SQS sets it aside."""
    with pytest.raises(Malformed):
        vendor.receive("{}")
    assert not vendor.aws.calls


def test_amazon_out_of_reach_leaves_the_message(vendor: Vendor) -> None:
    """The client secret is stored already, and the next try goes on from there."""
    vendor.fake_amazon.down = True
    with pytest.raises(Unreachable):
        vendor.receive(new_secret())
    assert (vendor.app.client_secret, vendor.state.status) == (OLD, ACTIVE)
    vendor.fake_amazon.down = False
    vendor.make()
    assert vendor.receive(new_secret()) is Became.CURRENT
    assert vendor.aws.calls.count("PutSecretValue") == 1


def test_a_refusal_within_the_hour_is_amazons_lag(vendor: Vendor) -> None:
    """Amazon took half an hour and more to know its own client secret (sp-api.md 5.2): nobody is alarmed yet."""
    sent = vendor.now
    vendor.later(minutes=59)
    with pytest.raises(Unreachable, match="does not accept the client secret yet"):
        vendor.receive(new_secret(), sent)
    assert vendor.state.status == ACTIVE


def test_a_refusal_for_good_keeps_the_old_one_and_says_so(vendor: Vendor) -> None:
    """The message stays, too: it is the only copy."""
    sent = vendor.now
    vendor.later(hours=1)
    with pytest.raises(AmazonRefused):
        vendor.receive(new_secret(), sent)
    assert vendor.app.client_secret == OLD
    assert (vendor.state.status, vendor.state.cause) == (OFFER_REFUSED, "invalid_client")


def test_an_expired_client_secret_is_refused_though_lwa_takes_it(vendor: Vendor) -> None:
    """A proof that asked only LWA would pass here."""
    vendor.make()
    vendor.fake_amazon.expired.add(CLIENT)
    sent = vendor.now
    vendor.later(hours=2)
    with pytest.raises(AmazonRefused):
        vendor.receive(new_secret(), sent)
    assert vendor.app.client_secret == OLD


def test_two_at_once_do_not_both_win(vendor: Vendor) -> None:
    """AWSCURRENT moves by a compare-and-swap; the slower one's message comes again and finds it done."""
    vendor.make()

    def overtake(name: str, _number: int) -> None:
        if name == "UpdateSecretVersionStage":
            vendor.aws.live()
            vendor.make(NEWER)
            vendor.receive(new_secret(NEWER, made=MADE + timedelta(days=1)))

    vendor.aws.before = overtake
    with pytest.raises(LabelMoved):
        vendor.receive(new_secret())
    assert vendor.app.client_secret == NEWER
    assert vendor.receive(new_secret()) is Became.OLD


def _calls(vendor: Vendor) -> int:
    """Receive once to the end; says how many calls of AWS that takes."""
    vendor.make()
    vendor.aws.calls.clear()
    vendor.receive(new_secret())
    return len(vendor.aws.calls)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 10))
def test_a_crash_anywhere_is_made_good(vendor: Vendor, when: str, number: int) -> None:
    """At every call of AWS, before it takes effect and after: the message comes again, and all ends well."""
    vendor.make()
    vendor.aws.calls.clear()
    vendor.aws.die(when, number)
    try:
        vendor.receive(new_secret())
        died = False
    except Crash:
        died = True
    finally:
        vendor.aws.live()
    if died:
        vendor.receive(new_secret())
    vendor.settle()
    assert died == (number <= CALLS)
    assert vendor.app.client_secret == NEW
    assert (vendor.state.app_version, vendor.state.status) == (vendor.held.holder("AWSCURRENT"), ACTIVE)
    assert vendor.state.changed_at is not None
    assert vendor.follows("maple")
    assert vendor.follows("berlin")


def test_as_many_calls_as_the_crashes_above_cover(vendor: Vendor) -> None:
    """One more call would be one that no crash was tried at."""
    assert _calls(vendor) == CALLS < 9


def test_a_crash_after_which_the_message_never_comes_again(vendor: Vendor) -> None:
    """What was stored is proven by the schedule."""
    vendor.make()
    vendor.aws.before = lambda name, _number: _die_at(name, "UpdateSecretVersionStage")
    with pytest.raises(Crash):
        vendor.receive(new_secret())
    vendor.aws.live()
    vendor.settle()
    assert vendor.app.client_secret == NEW
    assert vendor.follows("maple")


def _die_at(name: str, where: str) -> None:
    if name == where:
        raise Crash


def test_a_notice_tells_until_when_the_present_one_lives(vendor: Vendor) -> None:
    """53 and 90 days ahead alike: it is noted, and the calendar asks when it is time."""
    for days in (53, 90):
        ends = vendor.now + timedelta(days=days)
        assert vendor.receive(expiry(ends, said=vendor.now)) is Became.NOTED
    found = known(vendor.store.describe(vendor.held.arn))
    assert found == Life(vendor.now + timedelta(days=53), Source.AMAZON), "the first word of Amazon's stands"
    assert vendor.state.client_secret_expires_on == (vendor.now + timedelta(days=53)).date()
    assert vendor.state.noticed_at == vendor.now


def test_a_notice_about_the_one_before_is_old(vendor: Vendor) -> None:
    """It was said before the present client secret came into use."""
    vendor.make()
    vendor.receive(new_secret())
    late = expiry(MADE + timedelta(days=7), said=vendor.now - timedelta(days=1))
    assert vendor.receive(late) is Became.OLD
    assert vendor.state.client_secret_expires_on == (MADE + timedelta(days=180)).date()


def test_a_notice_corrects_what_was_typed(vendor: Vendor) -> None:
    """Amazon knows better."""
    vendor.keeper.learn(vendor.store.describe(vendor.held.arn), Life(datetime(2027, 1, 1, tzinfo=UTC), Source.TYPED))
    ends = vendor.now + timedelta(days=53)
    assert vendor.receive(expiry(ends, said=vendor.now)) is Became.NOTED
    assert known(vendor.store.describe(vendor.held.arn)) == Life(ends, Source.AMAZON)
