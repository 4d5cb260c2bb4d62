"""Who is behind is derived; everybody healthy follows, at a pace, whoever continues and whatever crashed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provisioning.application.following import Following, Newest, Progress, progress, survey
from provisioning.application.pace import STARTS_A_SECOND, Pace
from provisioning.application.tick import Metric
from provisioning.application.workers import at_once, in_turn
from provisioning.errors import Throttled
from provisioning.naming import TAG_PAUSED
from provisioning.state import REAUTHORIZE, REFUSED, State
from provisioning.table import Item
from tests.fakes.letters import MADE, NEW, NEWER, new_secret
from tests.fakes.secrets_manager import Crash

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.vendor import Vendor


@pytest.fixture
def changed(vendor: Vendor) -> Vendor:
    """A fleet whose client secret has just changed."""
    vendor.make()
    vendor.receive(new_secret())
    vendor.aws.calls.clear()
    vendor.aws.rotated.clear()
    return vendor


def standing(vendor: Vendor, slug: str) -> Progress | None:
    """Where a seller stands."""
    return progress(vendor.store.describe(vendor.seller(slug).arn), newest(vendor))


def newest(vendor: Vendor) -> Newest:
    """What everybody is to follow."""
    return Newest(vendor.held.holder("AWSCURRENT") or "", vendor.state.changed_at)


def rotated(vendor: Vendor) -> list[str]:
    """Whose rotations were started."""
    return sorted(each["secret"].split("/")[3] for each in vendor.aws.rotated if each["immediately"])


def test_everybody_follows(changed: Vendor) -> None:
    """All who share the application, and nobody who has his own."""
    assert standing(changed, "maple") is Progress.BEHIND
    found = changed.tick().following
    assert found == Following({Progress.UNDER_WAY: ["maple", "berlin"]})
    assert rotated(changed) == ["berlin", "maple"]
    changed.rotate()
    assert changed.follows("maple")
    assert changed.follows("berlin")
    assert changed.tick().following == Following({Progress.DONE: ["maple", "berlin"]})
    assert rotated(changed) == ["berlin", "maple"], "nobody is rotated twice"
    assert changed.credential("kyoto").client_secret == "PLACEHOLDER-KYOTO-SECRET"


def test_a_rotation_keeps_its_function_and_schedule(changed: Vendor) -> None:
    """What the configuration gave it stays."""
    before = dict(changed.seller("maple").rotation)
    changed.tick()
    assert changed.seller("maple").rotation == before


def test_who_is_being_rotated_is_left_alone_and_looked_at_again(changed: Vendor) -> None:
    """A rotation that read the old client secret and ends after the change is seen to be behind."""
    held = changed.seller("maple")
    token = changed.aws.begin_rotation(held.name)
    before = changed.credential("maple")
    assert changed.tick().following == Following({Progress.UNDER_WAY: ["maple", "berlin"]})
    assert rotated(changed) == ["berlin"]
    # It composed its version before the change, and ends now.
    held.values[token] = before.to_json()
    held.attach("AWSCURRENT", token)
    changed.store.tag(held.arn, State(app_version=before.app_version).to_tags())
    assert standing(changed, "maple") is Progress.BEHIND
    changed.settle()
    assert changed.follows("maple")


def test_who_starts_to_rotate_in_this_moment_is_no_failure(changed: Vendor) -> None:
    """Secrets Manager's own schedule was quicker."""

    def overtake(name: str, _number: int) -> None:
        if name == "RotateSecret":
            changed.aws.live()
            changed.aws.begin_rotation(changed.seller("maple").name)

    changed.aws.before = overtake
    assert changed.tick().following == Following({Progress.UNDER_WAY: ["maple", "berlin"]})


def test_who_revoked_is_tried_once_a_day_and_follows_when_he_is_back(changed: Vendor) -> None:
    """Amazon is not asked every five minutes about somebody who has left."""
    token = "Atzr|PLACEHOLDER-MAPLE"
    consent = changed.fake_amazon.tokens.pop(token)
    changed.settle()
    assert standing(changed, "maple") is Progress.REVOKED
    assert rotated(changed) == ["berlin", "maple"]
    assert changed.numbers[Metric.LATE] == 0
    changed.fake_amazon.tokens[token] = consent
    changed.store.rotate(changed.seller("maple").arn, function="f", schedule="rate(30 days)", immediately=True)
    changed.rotate()
    assert changed.follows("maple")


def test_who_was_wrongly_refused_follows_before_the_old_client_secret_ends(changed: Vendor) -> None:
    """Found by the simulation: his next scheduled rotation comes up to a month later, and he would fail till then."""
    consent = changed.fake_amazon.tokens.pop("Atzr|PLACEHOLDER-MAPLE")
    changed.settle()
    changed.fake_amazon.tokens["Atzr|PLACEHOLDER-MAPLE"] = consent
    changed.later(hours=23)
    changed.tick()
    assert rotated(changed) == ["berlin", "maple"]
    changed.later(hours=1)
    changed.settle()
    assert changed.follows("maple")


def test_who_has_left_is_not_tried_for_ever(changed: Vendor) -> None:
    """Once the old client secret has ended there is nothing left to save, and his schedule goes on as ever."""
    del changed.fake_amazon.tokens["Atzr|PLACEHOLDER-MAPLE"]
    for _ in range(12 * 24):
        changed.tick()
        changed.rotate()
        changed.later(hours=1)
    assert rotated(changed).count("maple") == 7


def test_who_was_revoked_before_is_tried_after_the_change(changed: Vendor) -> None:
    """An old refusal says nothing about today; a seller marked by the calendar gets his one try, too."""
    refused = changed.now - timedelta(days=30)
    state = State(status=REAUTHORIZE, cause="invalid_grant", refused_since=refused, refused_at=refused)
    changed.store.tag(changed.seller("maple").arn, state.to_tags())
    assert standing(changed, "maple") is Progress.BEHIND


def test_a_failure_that_is_not_the_sellers_is_tried_every_hour(changed: Vendor) -> None:
    """Such as a role that Amazon does not find."""
    state = State(status=REFUSED, cause="access_denied", refused_since=changed.now, refused_at=changed.now)
    changed.store.tag(changed.seller("maple").arn, state.to_tags())
    for minutes, expected in ((0, ["berlin"]), (59, ["berlin"]), (1, ["berlin", "maple"])):
        changed.later(minutes=minutes)
        changed.tick()
        assert rotated(changed) == expected
    changed.rotate()
    assert changed.follows("maple")


def test_who_is_not_rotating_is_counted_for_a_person(changed: Vendor) -> None:
    """Turning a rotation on is not this function's (design.md 4)."""
    changed.seller("maple").rotation.clear()
    found = changed.tick().following
    assert found
    assert found.sellers[Progress.NOT_ROTATING] == ["maple"]
    assert found.late == 2
    assert rotated(changed) == ["berlin"]


def test_an_empty_secret_has_nothing_to_follow_with(changed: Vendor) -> None:
    """Its first value will be composed from the newest application; one that is being deleted is not counted."""
    changed.seller("maple").labels.clear()
    changed.seller("berlin").deleted_on = changed.now
    found = survey(changed.store.list("sellerkeys/dev/sellers/"), newest(changed))
    assert (found, found.late) == (Following({Progress.EMPTY: ["maple"]}), 0)
    assert changed.tick().following == found
    assert rotated(changed) == []


def test_a_paused_seller_follows_and_alarms_nobody(changed: Vendor) -> None:
    """His secret stays readable, and a dead client secret in it would meet him on his way back."""
    changed.seller("maple").tags[TAG_PAUSED] = "yes"
    assert standing(changed, "maple") is Progress.PAUSED
    found = changed.tick().following
    assert found == Following({Progress.PAUSED: ["maple"], Progress.UNDER_WAY: ["berlin"]})
    assert found.late == 1
    assert rotated(changed) == ["berlin", "maple"]
    changed.rotate()
    assert changed.follows("maple")
    assert changed.tick().following == Following({Progress.DONE: ["maple", "berlin"]})


def test_a_paused_seller_whose_rotation_was_turned_off_stays_as_he_is(changed: Vendor) -> None:
    """RotateSecret would turn it on again; once he is not paused any more, he is counted for a person."""
    changed.seller("maple").tags[TAG_PAUSED] = "yes"
    changed.seller("maple").rotation.clear()
    changed.tick()
    assert (rotated(changed), standing(changed, "maple")) == (["berlin"], Progress.PAUSED)
    del changed.seller("maple").tags[TAG_PAUSED]
    assert standing(changed, "maple") is Progress.NOT_ROTATING


def test_a_paused_seller_who_revoked_is_counted_as_revoked(changed: Vendor) -> None:
    """That he has to authorize again is what matters when he comes back."""
    changed.seller("maple").tags[TAG_PAUSED] = "yes"
    del changed.fake_amazon.tokens["Atzr|PLACEHOLDER-MAPLE"]
    changed.settle()
    assert standing(changed, "maple") is Progress.REVOKED


def test_a_list_that_lags_starts_nothing_twice(changed: Vendor) -> None:
    """ListSecrets may be five minutes old; DescribeSecret decides (design.md 4)."""
    stale = [changed.store.describe(changed.seller(slug).arn) for slug in ("maple", "berlin")]
    changed.settle()
    changed.aws.rotated.clear()
    changed.store.list = lambda _prefix: iter(stale)
    found = changed.tick().following
    assert found == Following({Progress.DONE: ["maple", "berlin"]})
    assert changed.aws.rotated == []


def test_what_there_is_no_time_for_is_left_to_the_next_turn(changed: Vendor) -> None:
    """The function ends in time, and nothing is lost."""
    changed.left = 10.0
    assert changed.tick().following == Following({Progress.BEHIND: ["maple", "berlin"]})
    assert rotated(changed) == []
    changed.left = 300.0
    changed.settle()
    assert changed.follows("maple")


def test_two_turns_at_once_do_not_double_the_pace(changed: Vendor) -> None:
    """One is at it; the other does the rest of its work."""
    changed.table.put(Item("following", {"mark": "another"}, changed.now + timedelta(minutes=10)))
    assert changed.tick().following is None
    assert rotated(changed) == []
    changed.later(minutes=10)
    assert changed.tick().following is not None, "a turn that died holds the place no longer than it may run"


def test_a_turn_leaves_the_place_free(changed: Vendor) -> None:
    """The next one does not wait ten minutes."""
    changed.tick()
    assert changed.tick().following is not None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 16))
def test_a_crash_anywhere_is_continued(changed: Vendor, when: str, number: int) -> None:
    """At every call of AWS; after ten minutes the place is free, and nobody is forgotten."""
    changed.aws.calls.clear()
    changed.aws.die(when, number)
    try:
        changed.tick()
        died = False
    except Crash:
        died = True
    finally:
        changed.aws.live()
    assert died == (number <= CALLS)
    changed.later(minutes=10)
    changed.settle()
    assert changed.follows("maple")
    assert changed.follows("berlin")
    assert rotated(changed) in (["berlin", "maple"], ["berlin", "berlin", "maple"], ["berlin", "maple", "maple"])


#: How many calls of Secrets Manager a turn takes that starts two rotations.
CALLS = 8


def test_two_changes_in_a_row(changed: Vendor) -> None:
    """Everybody ends on the newest, also who was on his way to the one before."""
    changed.tick()
    changed.make(NEWER)
    changed.receive(new_secret(NEWER, made=MADE + timedelta(hours=1)))
    changed.settle()
    assert changed.app.client_secret == NEWER != NEW
    assert changed.follows("maple")
    assert changed.follows("berlin")


def test_late_is_who_is_behind_two_days_before_the_old_one_ends(changed: Vendor) -> None:
    """At day 5 of 7."""
    changed.seller("maple").rotation.clear()
    changed.settle()
    for days, late in ((4.9, 0), (0.2, 1)):
        changed.later(days=days)
        changed.now = changed.now.replace(minute=0)
        changed.tick()
        assert changed.numbers[Metric.LATE] == late


def test_a_quiet_fleet_is_looked_at_once_an_hour(changed: Vendor) -> None:
    """A listing every five minutes is for the week after a change."""
    changed.settle()
    changed.later(days=9)
    changed.now = changed.now.replace(minute=20)
    assert changed.tick().following is None
    changed.now = changed.now.replace(minute=0)
    assert changed.tick().following is not None


def test_the_pace_is_kept_by_many_at_once() -> None:
    """Whoever asks: no two turns are nearer than the budget allows, and none is lost."""
    slept: list[float] = []
    pace = Pace(lambda: 0.0, slept.append)
    at_once(lambda _: pace.wait(), range(45))
    assert sorted(slept) == pytest.approx([turn / STARTS_A_SECOND for turn in range(1, 45)])


def test_the_pace_gives_way_once_a_burst_and_comes_back() -> None:
    """Two refusals in one second are one piece of news; 20 seconds later the whole rate is there again."""
    now, slept = [100.0], []
    pace = Pace(lambda: now[0], slept.append, per_second=10)
    pace.lower()
    pace.lower()
    pace.wait()
    pace.wait()
    now[0] += 20
    pace.wait()
    pace.wait()
    assert slept == pytest.approx([1 / 7, 1 / 10])


def throttled(rotate: Callable[..., Any], times: int) -> Callable[..., Any]:
    """Put so many calls off before one gets through."""
    left = iter(range(times))

    def put_off(*arguments: Any, **options: Any) -> Any:
        if next(left, None) is not None:
            raise Throttled("AWS put RotateSecret off: run this again")
        return rotate(*arguments, **options)

    return put_off


def test_a_start_that_is_throttled_is_made_again_in_the_same_turn(
    changed: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody on call rotates at the same time: nobody waits for the next turn, and nobody is left out."""
    monkeypatch.setattr(changed.store, "rotate", throttled(changed.store.rotate, times=2))
    assert changed.tick().following == Following({Progress.UNDER_WAY: ["maple", "berlin"]})
    assert rotated(changed) == ["berlin", "maple"]


def test_in_turn_and_at_once_give_the_same() -> None:
    """In order."""
    assert at_once(str, range(40)) == in_turn(str, range(40))


def test_a_start_that_stays_throttled_is_left_to_the_next_turn(
    changed: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is behind, says why, and follows when AWS takes calls again."""
    rotate = changed.store.rotate
    monkeypatch.setattr(changed.store, "rotate", throttled(rotate, times=8))
    found = changed.tick().following
    assert found is not None
    assert (found.count(Progress.BEHIND), set(found.why)) == (2, {"maple", "berlin"})
    monkeypatch.setattr(changed.store, "rotate", rotate)
    assert changed.tick().following == Following({Progress.UNDER_WAY: ["maple", "berlin"]})
