"""What is due happens in order, each at its own time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.aws.timeline import MOST_MISSED, Timeline
from local.clock import Clock

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Start a clock."""
    clock = Clock()
    yield clock
    clock.stop()


@pytest.fixture
def timeline(clock: Clock) -> Iterator[Timeline]:
    """Begin a timeline."""
    timeline = Timeline(clock)
    yield timeline
    timeline.close()
    timeline.join()


def test_what_is_due_happens_in_the_order_of_its_times(clock: Clock, timeline: Timeline) -> None:
    """Whatever order it was planned in, and also what is planned on the way."""
    start = clock.now()
    done: list[tuple[str, timedelta]] = []

    def note(name: str) -> None:
        done.append((name, timeline.now() - start))

    timeline.at(start + 3 * DAY, lambda: note("third"))
    timeline.at(start + DAY, lambda: (note("first"), timeline.at(start + 2 * DAY, lambda: note("second"))))
    clock.advance(7 * DAY)

    assert timeline.wait_idle(10)
    assert done == [("first", DAY), ("second", 2 * DAY), ("third", 3 * DAY)]


def test_what_fails_ends_only_itself(timeline: Timeline) -> None:
    """One service's failure must not stop the others' time."""
    done: list[str] = []
    timeline.soon(lambda: 1 / 0)
    timeline.soon(lambda: done.append("next"))

    assert timeline.wait_idle(10)
    assert done == ["next"]


def test_a_series_is_caught_up_with_for_a_year_of_days(clock: Clock, timeline: Timeline) -> None:
    """A move by centuries must not run for ever: a series that lags goes on from the present."""
    turns: list[datetime] = []

    def turn() -> None:
        turns.append(timeline.now())
        timeline.at(timeline.resume("daily") + DAY, turn)

    timeline.soon(turn)
    assert timeline.wait_idle(10)
    present = clock.advance(1000 * DAY)

    assert timeline.wait_idle(10)
    assert len(turns) == 1 + MOST_MISSED
    clock.advance(2 * DAY)
    assert timeline.wait_idle(10)
    assert [(turn - present) // timedelta(hours=1) for turn in turns[1 + MOST_MISSED :]] == [24, 48]


def test_outside_its_actions_a_timeline_tells_the_present(clock: Clock, timeline: Timeline) -> None:
    """A client that asks while a backlog is worked off sees the time that the clock was moved to."""
    clock.advance(DAY)

    assert timeline.now() - datetime.now(UTC) > timedelta(hours=23)
