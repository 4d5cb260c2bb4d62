"""Run a function over many: at once in the function, in turn wherever time is virtual."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: A start takes a look and a call; with so many at once the pace decides, not the way to AWS.
WORKERS: Final = 16

T = TypeVar("T")
R = TypeVar("R")


def at_once(act: Callable[[T], R], many: Iterable[T]) -> list[R]:
    """Act on all, `WORKERS` at a time; gives the results in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(act, many))


def in_turn(act: Callable[[T], R], many: Iterable[T]) -> list[R]:
    """Act on one after the other."""
    return [act(each) for each in many]
