"""A new client secret spreads within Secrets Manager's budget, and near it."""

from benchmarks.throughput import measure


def test_the_budget_is_used_and_never_passed() -> None:
    """At 22.5 starts a second, two writes each, of 50 (design.md 10)."""
    found = measure(200)

    assert (found.refused, found.turns, found.writes, found.late) == (0, 1, 2 * 175, 0)
    assert found.most_in_a_second <= 50
    assert 0.89 < found.share <= 0.9


def test_a_faster_pace_would_be_put_off() -> None:
    """So the count of what is put off counts something."""
    assert measure(200, starts=40).refused > 0


def test_who_is_not_done_in_a_turn_follows_in_the_next() -> None:
    """A pace so slow that a turn's 300 seconds are too short for all."""
    found = measure(120, starts=0.3)

    assert (found.turns > 1, found.late, found.refused) == (True, 0, 0)
