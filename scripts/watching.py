"""What a person sees while stacks are brought up to date: bars on a terminal, a line for each end in a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scripts.report import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    from scripts.bringing import Ended

#: Engine and program take 260 MB together for a stack of 50 sellers (measured); the rest is left to the official
#: provider's plugin, which could not be measured here.
_MEGABYTES_A_STACK: Final = 700
_MEGABYTE: Final = 1024 * 1024
#: A seller's three resources and their component; and about as many as a base stack has besides.
_A_SELLER: Final = 4
_BASE: Final = 80


def at_once() -> int:
    """Say how many stacks this machine carries at the same time, by its processors and free memory."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    except (ValueError, OSError):
        free = _MEGABYTES_A_STACK
    return max(1, min(os.cpu_count() or 1, free // _MEGABYTES_A_STACK))


@contextmanager
def watching() -> Iterator[Lines]:
    """Show progress on standard error for as long as it takes."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console  # noqa: PLC0415  slow to import, and of no use in a pipe
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bars(progress)


class Lines:
    """For a pipe: each stack's end, and what a preview says."""

    def begin(self, stack: str, sellers: int, *, is_base: bool) -> Callable[[], None] | None:
        """Count nothing."""
        del stack, sellers, is_base
        return None

    def say(self, stack: str, line: str) -> None:
        """Pass on what Pulumi says."""
        say(f"[{stack}] {line}")

    def end(self, ended: Ended) -> None:
        """Tell what became of a stack."""
        say(f"{ended.stack}: {ended.result}: {ended.detail} ({ended.seconds:.0f} s)")


class Bars(Lines):
    """For a terminal: a bar for each stack that is under way, its resources counted."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def begin(self, stack: str, sellers: int, *, is_base: bool) -> Callable[[], None]:
        """Show a bar, and count with what is given back."""
        total = sellers * _A_SELLER + (_BASE if is_base else 1)
        self._tasks[stack] = task = self._progress.add_task(stack, total=total)
        return lambda: self._progress.advance(task)

    def say(self, stack: str, line: str) -> None:
        """Bars say it."""

    def end(self, ended: Ended) -> None:
        """Take the bar away, and leave a line above the others."""
        if ended.stack in self._tasks:
            self._progress.remove_task(self._tasks.pop(ended.stack))
        super().end(ended)
