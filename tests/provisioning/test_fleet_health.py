"""Who has to authorize again, who recovered, what is overdue: decided over the whole fleet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.causes import find_cause
from provisioning.fleet_health import Findings, Outage, examine
from provisioning.state import ACTIVE, REAUTHORIZE, REFUSED, State, refusal_noted
from provisioning.store import Secret

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def secret(name: str, state: State, application: str = "shared", **said: object) -> Secret:
    """A seller's secret with a value, its rotation on, and these state tags."""
    held = Secret(
        arn=f"arn:{name}",
        name=name,
        tags={"sellerkeys:seller": name, "sellerkeys:application": application, **state.to_tags()},
        versions={"v": frozenset({"AWSCURRENT"})},
        rotation_enabled=True,
        schedule="rate(30 days)",
        last_rotated=NOW - DAY,
    )
    return replace(held, **said)


def refused(first: timedelta, last: timedelta, cause: str = "invalid_grant") -> State:
    """A seller that was refused so long ago, first and last."""
    return State(REFUSED, cause, refused_since=NOW - first, refused_at=NOW - last)


def well(number: int) -> list[Secret]:
    """A number of sellers with nothing wrong."""
    return [secret(f"well-{index}", State(ACTIVE, proven_at=NOW - DAY)) for index in range(number)]


def names(secrets: tuple[Secret, ...]) -> list[str]:
    """Name sellers."""
    return [item.name for item in secrets]


def test_a_fleet_that_is_well_has_nothing_to_say() -> None:
    """Nothing marked, nothing told."""
    assert examine(well(5), NOW) == Findings()


@pytest.mark.parametrize(
    ("first", "last", "marked"),
    [(2 * DAY, DAY, True), (2 * DAY, DAY + timedelta(seconds=1), False), (2 * DAY, 2 * DAY, False)],
    ids=["a day apart", "a second less", "once"],
)
def test_two_refusals_a_day_apart_mark_a_seller(first: timedelta, last: timedelta, *, marked: bool) -> None:
    """The retries of one rotation are one bad hour, not two refusals."""
    found = examine([secret("berlin", refused(first, last)), *well(5)], NOW)

    assert names(found.reauthorize) == ["berlin"] * marked


@pytest.mark.parametrize(
    ("cause", "application", "marked"),
    [
        ("invalid_grant", "shared", True),
        ("invalid_grant", "own", True),
        ("invalid_client", "shared", False),
        ("invalid_client", "own", True),
        ("client_secret_expired", "shared", False),
        ("client_secret_expired", "own", False),
        ("access_denied", "shared", False),
        ("unauthorized_client", "shared", False),
        ("marketplace_missing", "shared", False),
        ("a cause of a later version", "shared", False),
    ],
)
def test_only_what_the_seller_can_mend_marks_him(cause: str, application: str, *, marked: bool) -> None:
    """Never our own application's fault; a seller-owned application is his to mend (sp-api.md 1.4, 2)."""
    found = examine([secret("berlin", refused(3 * DAY, DAY, cause), application), *well(5)], NOW)

    assert names(found.reauthorize) == ["berlin"] * marked


@pytest.mark.parametrize(
    "state",
    [
        replace(refused(3 * DAY, 2 * DAY), proven_at=NOW - DAY),
        replace(refused(3 * DAY, 2 * DAY), status=ACTIVE),
        replace(refused(3 * DAY, 2 * DAY), status=REAUTHORIZE, told=REAUTHORIZE),
    ],
    ids=["proven since", "active", "announced already"],
)
def test_who_is_not_marked_again(state: State) -> None:
    """A proof ends it, and nobody is told twice."""
    assert examine([secret("berlin", state), *well(5)], NOW) == Findings()


def test_who_does_not_belong_to_the_fleet_is_not_looked_at() -> None:
    """An empty secret has no credential, one that is being deleted no future."""
    state = refused(3 * DAY, DAY)
    strangers = [secret("empty", state, versions={}), secret("gone", state, deleted_on=NOW)]

    assert examine([*strangers, *well(5)], NOW) == Findings()


def test_an_outage_marks_nobody() -> None:
    """While most of the fleet is refused in the same hour, no seller is to blame, not even one that was due."""
    due = secret("due", refused(5 * DAY, 3 * DAY))
    hit = [secret(f"hit-{index}", refused(HOUR, timedelta(minutes=index))) for index in range(6)]

    found = examine([due, *hit, *well(3)], NOW)

    assert found == Findings(outage=Outage(NOW - HOUR, 6, 10, "invalid_grant"))


def test_refusals_of_an_outage_never_count() -> None:
    """Two outages a week apart are not two refusals of each seller."""
    hit = [secret(f"hit-{index}", refused(9 * DAY, 2 * DAY)) for index in range(4)]

    assert examine([*hit, *well(3)], NOW) == Findings()


def test_an_outage_is_seen_although_most_have_recovered() -> None:
    """Their tags keep the moments, so who is slow to recover is not taken for the only one."""
    recovered = replace(refused(HOUR, HOUR), status=ACTIVE, cause=None, proven_at=NOW - HOUR / 2)
    slow = secret("slow", refused(2 * DAY, HOUR))

    found = examine([slow, *(secret(f"back-{index}", recovered) for index in range(3)), *well(2)], NOW)

    assert found == Findings(outage=Outage(NOW - HOUR, 4, 6, "invalid_grant"))


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (
            "client_secret_expired",
            "mostly because the application's client secret is older than 180 days and has expired",
        ),
        (None, "and it is over: they all work again"),
    ],
)
def test_an_outage_in_words(cause: str | None, why: str) -> None:
    """It says when and why; one that everybody has recovered from has no cause any more."""
    outage = Outage(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), 480, 500, cause)

    assert outage.sentence == f"Amazon refused 480 of 500 sellers in the hour from 2026-11-23 06:00 UTC, {why}"


def test_an_outage_that_is_over_has_no_cause() -> None:
    """Who was proven again has none in his tags, and "unknown" would be a lie."""
    over = [secret(f"hit-{index}", State(ACTIVE, refused_at=NOW - HOUR, proven_at=NOW)) for index in range(5)]

    assert examine(over, NOW).outage == Outage(NOW - HOUR, 5, 5, None)


def test_refusals_on_different_days_are_no_outage() -> None:
    """However many sellers were refused in the end, each is looked at by itself."""
    spread = [secret(f"hit-{day}", refused((day + 2) * DAY, day * DAY)) for day in range(6)]

    found = examine(spread, NOW)

    assert (len(found.reauthorize), found.outage) == (6, None)


@pytest.mark.parametrize(("sellers", "is_outage"), [(2, False), (3, True)])
def test_a_seller_or_two_are_no_fleet(sellers: int, *, is_outage: bool) -> None:
    """With fewer than three refused, "most" says nothing about Amazon."""
    found = examine([secret(f"hit-{index}", refused(HOUR, HOUR)) for index in range(sellers)], NOW)

    assert (found.outage is not None) is is_outage


def test_half_of_a_fleet_is_not_most_of_it() -> None:
    """Three of six are told apart, one by one."""
    hit = [secret(f"hit-{index}", refused(3 * DAY, DAY)) for index in range(3)]

    assert len(examine([*hit, *well(3)], NOW).reauthorize) == 3


def test_recovery_is_noticed_once_it_was_announced() -> None:
    """Who was announced, and works again."""
    state = State(ACTIVE, proven_at=NOW - HOUR, told=REAUTHORIZE)

    assert names(examine([secret("berlin", state), *well(5)], NOW).recovered) == ["berlin"]


def test_a_mark_that_was_not_announced_is_announced_later() -> None:
    """A run that ended between mark and notice loses neither, not even to an outage."""
    untold = secret("berlin", replace(refused(5 * DAY, 3 * DAY), status=REAUTHORIZE))
    hit = [secret(f"hit-{index}", refused(HOUR, HOUR)) for index in range(5)]

    assert names(examine([untold, *hit], NOW).reauthorize) == ["berlin"]


@pytest.mark.parametrize(
    ("schedule", "last_rotated", "next_rotation", "overdue"),
    [
        ("rate(30 days)", NOW - 33 * DAY, NOW + DAY, True),
        ("rate(30 days)", NOW - 31 * DAY, NOW - 3 * DAY, False),
        ("rate(12 hours)", NOW - 3 * DAY, None, True),
        ("rate(12 hours)", NOW - 2 * DAY, None, False),
        ("rate(30 days)", None, NOW - 3 * DAY, True),
        ("rate(30 days)", None, NOW - DAY, False),
        ("cron(0 4 ? * SUN *)", NOW - 20 * DAY, NOW - 3 * DAY, True),
        ("cron(0 4 ? * SUN *)", NOW - 20 * DAY, NOW - DAY, False),
        (None, None, None, False),
    ],
)
def test_overdue_is_what_did_not_succeed_in_interval_and_slack(
    schedule: str | None, last_rotated: datetime | None, next_rotation: datetime | None, *, overdue: bool
) -> None:
    """Two days of slack; of a cron only AWS's next date is known."""
    dates = {"schedule": schedule, "last_rotated": last_rotated, "next_rotation": next_rotation}
    found = examine([secret("berlin", State(ACTIVE), **dates)], NOW)

    assert names(found.overdue) == ["berlin"] * overdue


@pytest.mark.parametrize(("days", "overdue"), [(33, True), (31, False)])
def test_who_was_never_rotated_counts_from_his_first_proof(days: int, *, overdue: bool) -> None:
    """AWS's next date moves on with each rotation that was abandoned, and would never be late."""
    dates = {"last_rotated": None, "next_rotation": NOW + 9 * DAY}
    found = examine([secret("berlin", State(ACTIVE, proven_at=NOW - days * DAY), **dates)], NOW)

    assert names(found.overdue) == ["berlin"] * overdue


@pytest.mark.parametrize(
    "said",
    [{"rotation_enabled": False}, {"tags": State(REAUTHORIZE, told=REAUTHORIZE).to_tags()}],
    ids=["not rotating", "has to authorize again"],
)
def test_who_cannot_be_overdue(said: dict[str, object]) -> None:
    """Where no rotation is due, and where people know already that none can succeed."""
    assert examine([secret("berlin", State(ACTIVE), last_rotated=NOW - 90 * DAY, **said)], NOW).overdue == ()


def test_what_would_be_said_of_is_nominated() -> None:
    """ListSecrets may lag, so these are described before anything is written."""
    fleet = [
        secret("again", refused(3 * DAY, DAY)),
        secret("back", State(ACTIVE, told=REAUTHORIZE)),
        secret("late", State(ACTIVE), last_rotated=NOW - 90 * DAY),
    ]

    assert examine([*fleet, *well(3)], NOW).nominated == {"arn:again", "arn:back", "arn:late"}


CODES = st.sampled_from(["invalid_grant", "invalid_client", "client_secret_expired", "unauthorized_client", "unknown"])
REFUSALS = st.lists(st.tuples(st.integers(0, 20 * 24 * 60), CODES), max_size=6)


@st.composite
def sellers(draw: st.DrawFn) -> tuple[Secret, list[tuple[datetime, str]]]:
    """A seller as a row of refusals, and perhaps a proof, made it; with that row."""
    row = sorted((NOW - timedelta(minutes=minutes), code) for minutes, code in draw(REFUSALS))
    state = State(ACTIVE)
    for moment, code in row:
        noted = refusal_noted(state, REFUSED, code, moment)
        state = State.from_tags(state.to_tags() | noted.to_tags())
    if draw(st.booleans()):
        state = replace(state, status=ACTIVE, cause=None, proven_at=NOW)
    application = draw(st.sampled_from(["shared", "own"]))
    return secret("s", state, application), row


@given(st.lists(sellers(), max_size=8))
def test_whatever_happened_a_mark_has_its_reasons(fleet: list[tuple[Secret, list[tuple[datetime, str]]]]) -> None:
    """Two refusals a day apart for what the seller can mend, in no hour in which most of the fleet was refused."""
    listed = [replace(item, arn=f"arn:{index}") for index, (item, _) in enumerate(fleet)]
    rows = {f"arn:{index}": row for index, (_, row) in enumerate(fleet)}

    found = examine(listed, NOW)

    for marked in found.reauthorize:
        state, row = State.from_tags(marked.tags), rows[marked.arn]
        moments = {moment for moment, code in row if code == state.cause}
        assert found.outage is None
        assert {state.refused_since, state.refused_at} <= moments
        assert state.refused_at - state.refused_since >= DAY
        assert find_cause(state.cause).fault == "seller" or marked.tags["sellerkeys:application"] == "own"
        for moment in (state.refused_since, state.refused_at):
            assert not _most_refused_around(moment, listed)


@given(st.lists(sellers(), max_size=8))
def test_whatever_happened_who_has_the_reasons_is_marked(
    fleet: list[tuple[Secret, list[tuple[datetime, str]]]],
) -> None:
    """Unless an hour of the last day was an outage."""
    listed = [replace(item, arn=f"arn:{index}") for index, (item, _) in enumerate(fleet)]

    found = examine(listed, NOW)

    for item in listed:
        state = State.from_tags(item.tags)
        if state.status == REFUSED and state.cause == "invalid_grant" and state.refused_at - state.refused_since >= DAY:
            alone = not any(_most_refused_around(when, listed) for when in (state.refused_since, state.refused_at))
            assert (item in found.reauthorize) is (alone and found.outage is None)


def _most_refused_around(moment: datetime, fleet: list[Secret]) -> bool:
    """Whether some hour that holds the moment holds refusals of most sellers, three at least; counted the slow way."""
    states = [State.from_tags(item.tags) for item in fleet]
    known = [{when for when in (state.refused_since, state.refused_at) if when} for state in states]
    begins = {when for row in known for when in row if when <= moment <= when + HOUR}
    hit = max((sum(any(begin <= when <= begin + HOUR for when in row) for row in known) for begin in begins), default=0)
    return hit >= 3 and 2 * hit > len(fleet)


@given(st.lists(sellers(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_list_means_nothing(fleet: list[tuple[Secret, object]], random: object) -> None:
    """AWS lists secrets in an order of its own."""
    listed = [replace(item, arn=f"arn:{index}") for index, (item, _) in enumerate(fleet)]
    mixed = list(listed)
    random.shuffle(mixed)

    one, other = examine(listed, NOW), examine(mixed, NOW)

    assert one.nominated == other.nominated
    assert (one.outage and one.outage.refused) == (other.outage and other.outage.refused)
