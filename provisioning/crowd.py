"""Many things side by side on threads, each result as it is there; reads ahead no more than it has hands for."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: How many things are under way at once, unless said otherwise: enough for 50 a second that take half a second each.
HANDS: Final = 32

T = TypeVar("T")
R = TypeVar("R")


class Crowd(Generic[T, R]):
    """Acts on many at once, `hands` at a time; `act` is called on threads.

    However `results` ends, what is under way is finished, nothing more is begun, and `late` holds what was finished
    after that: so an interrupted run can tell everything that it did.
    """

    def __init__(self, act: Callable[[T], R], hands: int = HANDS) -> None:
        self._act = act
        self._hands = hands
        self.late: list[R] = []

    def results(self, many: Iterable[T]) -> Iterator[R]:
        """Act on each; gives each result once, in the order in which they come about. Whatever `act` raises ends it."""
        todo = iter(many)
        done: SimpleQueue[Future[R]] = SimpleQueue()
        pool = ThreadPoolExecutor(self._hands)
        running: set[Future[R]] = set()
        try:
            while True:
                for item in islice(todo, 2 * self._hands - len(running)):
                    future = pool.submit(self._act, item)
                    running.add(future)
                    future.add_done_callback(done.put)
                if not running:
                    return
                future = done.get()
                running.remove(future)
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            self.late += [
                future.result() for future in running if not future.cancelled() and future.exception() is None
            ]
