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


def test_it_is_lowered_once_for_a_burst_of_refusals_and_comes_back(clock: Clock) -> None:
    """Refusals of one moment count once; without further ones the whole rate is back after some seconds."""
    budget = Budget(50, clock, clock.sleep)
    whole = budget.rate
    for _ in range(10):
        budget.lower()
    lowered = budget.rate
    clock.sleep(2)
    budget.lower()
    again = budget.rate
    clock.sleep(60)

    assert (whole, lowered, budget.rate) == (50 * SHARE, pytest.approx(0.7 * whole), whole)
    assert again < lowered


def test_two_operators_come_to_share(clock: Clock) -> None:
    """Two who ask one account for everything end with about half each, and it is nearly used."""
    budgets = [Budget(50, clock, clock.sleep) for _ in range(2)]
    for _ in range(300):
        clock.sleep(1)
        if sum(budget.rate for budget in budgets) > 50:
            for budget in budgets:
                budget.lower()

    assert sum(budget.rate for budget in budgets) >= 25
    assert all(budget.rate >= 12 for budget in budgets)
