"""Crowds: many things side by side, and what an end in the midst of it leaves."""

from __future__ import annotations

import threading
from itertools import count

import pytest

from provisioning.crowd import Crowd


def test_side_by_side_and_each_once() -> None:
    """As many as there are hands are under way at once, and each result is given once."""
    meeting = threading.Barrier(4, timeout=10)

    def act(number: int) -> int:
        meeting.wait()
        return number

    assert sorted(Crowd(act, hands=4).results(range(8))) == list(range(8))


def test_it_reads_no_further_ahead_than_its_hands_reach() -> None:
    """Of an endless source only what is under way, and as much again, is taken."""
    taken = []
    source = (taken.append(number) or number for number in count())
    results = Crowd(lambda number: number, hands=3).results(source)

    next(results)

    assert len(taken) <= 6
    results.close()


def test_what_is_under_way_is_finished_and_told() -> None:
    """Where it ends early, nothing more is begun, and what was finished after that stands in `late`."""
    begun: list[int] = []
    go_on, holding = threading.Event(), threading.Semaphore(0)

    def act(number: int) -> int:
        begun.append(number)
        if number:
            holding.release()
            go_on.wait(10)
        return number

    crowd = Crowd(act, hands=3)
    results = crowd.results(range(100))
    assert next(results) == 0
    for _ in range(3):
        holding.acquire(timeout=10)
    threading.Timer(0.05, go_on.set).start()
    results.close()

    assert sorted([0, *crowd.late]) == sorted(begun)
    assert len(begun) <= 5


def test_what_is_raised_ends_it() -> None:
    """A defect, or Ctrl-C in a thread, reaches the caller; nobody goes on in the background."""
    before = threading.active_count()

    def act(number: int) -> int:
        if number == 5:
            raise KeyboardInterrupt
        return number

    with pytest.raises(KeyboardInterrupt):
        list(Crowd(act, hands=2).results(range(1_000)))

    assert threading.active_count() == before
