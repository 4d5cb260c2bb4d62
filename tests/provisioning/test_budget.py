"""Budgets: how many are let through in a second, before and after somebody says that they are too many."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from provisioning.budget import SHARE, Budget


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self._guard = Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        with self._guard:
            self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


def turns(budget: Budget, clock: Clock, number: int) -> list[float]:
    """When so many callers are let through."""
    times = []
    for _ in range(number):
        budget.wait()
        times.append(clock.now)
    return times


def busiest(times: list[float]) -> int:
    """The most in any second."""
    return max(sum(since <= time < since + 1 for time in times) for since in times)


def test_the_granted_rate_is_nearly_used_and_never_passed(clock: Clock) -> None:
    """Of 50 a second between 90 and 100 % are used; in no second more than 50."""
    times = turns(Budget(50, clock, clock.sleep), clock, 500)

    assert 0.9 * 50 <= 500 / (times[-1] - times[0]) <= 50
    assert busiest(times) <= 50


def test_a_pause_makes_no_burst(clock: Clock) -> None:
    """After a machine has stalled, what was missed is not made up for at once."""
    budget = Budget(50, clock, clock.sleep)
    before = turns(budget, clock, 50)
    clock.sleep(0.5)

    assert busiest([*before, *turns(budget, clock, 50)]) <= 50


def test_threads_share_it(clock: Clock) -> None:
    """Threads get no more together than one alone, also where they all ask in the same moment."""

    def tell() -> float:
        now = clock.now
        # Long enough for every thread to have asked.
        time.sleep(0.001)
        return now

    budget = Budget(50, tell, clock.sleep)
    began = clock.now
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: budget.wait(), range(100)))

    assert clock.now - began >= 90 / 50


def test_whoever_waits_keeps_the_others_behind(clock: Clock) -> None:
    """One thread at most sleeps towards its turn; a machine that stalls would otherwise wake a burst of them."""
    asleep, most = 0, 0
    guard = Lock()

    def sleep(seconds: float) -> None:
        nonlocal asleep, most
        with guard:
            asleep += 1
            most = max(most, asleep)
        # Long enough for every other thread to come here, too.
        time.sleep(0.005)
        clock.sleep(seconds)
        with guard:
            asleep -= 1

    budget = Budget(50, clock, sleep)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: budget.wait(), range(24)))

    assert most == 1


def test_a_refusal_takes_one_a_second_away_for_a_moment(clock: Clock) -> None:
    """Ten refusals take ten; a twentieth of the whole comes back in a second, and never more than there was."""
    budget = Budget(50, clock, clock.sleep)
    whole = budget.rate
    for _ in range(10):
        budget.lower()
    lowered = budget.rate
    clock.sleep(2)
    later = budget.rate
    clock.sleep(60)

    assert (whole, lowered) == (50 * SHARE, pytest.approx(whole - 10))
    assert later == pytest.approx(lowered + 2 * whole / 20)
    assert budget.rate == whole


def test_what_comes_back_is_counted_once(clock: Clock) -> None:
    """A refusal after a pause takes from what the pause brought back, not from what there was before."""
    budget = Budget(50, clock, clock.sleep)
    for _ in range(20):
        budget.lower()
    clock.sleep(60)
    budget.lower()

    assert budget.rate == pytest.approx(50 * SHARE - 1)


def test_it_never_falls_to_nothing(clock: Clock) -> None:
    """However many refusals there are, one call in two seconds goes on asking."""
    budget = Budget(50, clock, clock.sleep)
    for _ in range(500):
        budget.lower()

    assert budget.rate == 0.5


def test_two_operators_come_to_share(clock: Clock) -> None:
    """Two who ask one account for everything end with about half each; what is granted is used, and hardly passed."""
    budgets = [Budget(50, clock, clock.sleep) for _ in range(2)]
    budgets[0].lower()
    asked: list[list[float]] = []
    for _ in range(60):
        clock.sleep(1)
        asked.append([budget.rate for budget in budgets])
        refused = max(0.0, sum(asked[-1]) - 50)
        for budget, rate in zip(budgets, asked[-1], strict=True):
            for _ in range(round(refused * rate / sum(asked[-1]))):
                budget.lower()

    later = asked[2:]
    assert all(45 <= sum(rates) <= 57 for rates in later), later
    assert all(20 <= rate <= 32 for rates in later for rate in rates), later
