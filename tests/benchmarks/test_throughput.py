"""A new client secret spreads within Secrets Manager's budget, and near it."""

from benchmarks.throughput import measure


def test_the_budget_is_used_and_never_passed() -> None:
    """At 22 starts a second, two writes each, of 50 (design.md 10)."""
    found = measure(200)

    assert (found.refused, found.turns, found.writes) == (0, 1, 2 * 175)
    assert found.most_in_a_second <= 50
    assert 0.85 < found.share <= 0.9


def test_a_faster_pace_would_be_put_off() -> None:
    """So the count of what is put off counts something."""
    assert measure(200, starts=40).refused > 0
