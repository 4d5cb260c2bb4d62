"""`make mutants`: break every policy in every way that `mutants` knows, in both modes, and see each caught."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from proving.hunting import Found, hunt, quarry
from proving.survivors import EXPLAINED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.settings import Isolation

    Job = tuple[Isolation, str]

_PROCESSES: Final = min(2, os.cpu_count() or 1)


def main(names: Sequence[str] = ()) -> int:
    """Hunt, print, and say by the exit code whether one survives unexplained, or is explained that does not survive."""
    console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 150)
    started = time.monotonic()
    jobs = [job for job in quarry() if not names or job[1] in names]
    table = Table("isolation", "document", "mutants", "caught", "explained", "alive", "seconds")
    found: dict[Job, list[Found]] = {}
    with ProcessPoolExecutor(_PROCESSES) as pool:
        for job, (hunted, seconds) in zip(jobs, pool.map(_hunted, jobs), strict=True):
            found[job] = hunted
            table.add_row(*job, *map(str, _counts(hunted)), f"{seconds:.1f}")
    every = [one for hunted in found.values() for one in hunted]
    table.add_section()
    table.add_row("", "all", *map(str, _counts(every)), f"{time.monotonic() - started:.1f}")
    console.print(table)
    for line in told(every):
        console.print(line, soft_wrap=True)
    wrong = faults(every, whole=not names)
    for line in wrong:
        console.print(line, soft_wrap=True)
    console.print("no mutant survives unexplained" if not wrong else f"{len(wrong)} faults")
    return 1 if wrong else 0


def told(every: Sequence[Found], reasons: Mapping[str, str] = EXPLAINED) -> list[str]:
    """Tell each mutant that survives with a reason."""
    return [
        f"{one.mutant}: survives, proven equal: {reasons[one.mutant]}"
        for one in every
        if _survives(one) and one.mutant in reasons
    ]


def faults(every: Sequence[Found], reasons: Mapping[str, str] = EXPLAINED, *, whole: bool = True) -> list[str]:
    """Name survivors that nobody explains or that are not proven equal, and reasons that are out of date."""
    alive = {one.mutant for one in every if _survives(one)}
    made = [
        f"{one.mutant}: survives, and it allows other requests" for one in every if _survives(one) and not one.equal
    ]
    made += [
        f"{one.mutant}: survives, and nobody says why" for one in every if _survives(one) and one.mutant not in reasons
    ]
    made += [f"{name}: is explained and does not survive any more" for name in reasons if whole and name not in alive]
    return made


def _hunted(job: Job) -> tuple[list[Found], float]:
    started = time.monotonic()
    return list(hunt(*job)), time.monotonic() - started


def _survives(one: Found) -> bool:
    return not one.by


def _counts(every: Sequence[Found]) -> tuple[int, int, int, int]:
    caught = sum(not _survives(one) for one in every)
    known = sum(_survives(one) and one.equal and one.mutant in EXPLAINED for one in every)
    return len(every), caught, known, len(every) - caught - known


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
