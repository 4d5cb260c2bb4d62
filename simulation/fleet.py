"""A whole fleet: its stacks, simulated beside each other on every core, and added up."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from simulation.years import Tally, Years

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.invariants import Broken

#: How many sellers a stack has; fixed, so that a seed means the same on every machine.
STACK: Final = 25


@dataclass(frozen=True, slots=True)
class Part:
    """One stack of a fleet: what to simulate, and the line that does it again."""

    years: float
    sellers: int
    seed: int
    stack: int

    @property
    def count(self) -> int:
        """How many sellers this stack has."""
        return min(STACK, self.sellers - self.stack * STACK)

    def replay(self) -> str:
        """Write the command that simulates this stack alone."""
        return (
            f"python -m simulation --years {self.years:g} --sellers {self.sellers} --seed {self.seed} "
            f"--stack {self.stack}"
        )


def parts(years: float, sellers: int, seed: int) -> list[Part]:
    """Cut a fleet into its stacks."""
    return [Part(years, sellers, seed, stack) for stack in range(-(-sellers // STACK))]


def simulate(part: Part) -> Tally:
    """Simulate one stack."""
    return Years(part.seed, part.count, part.stack).live(part.years)


def simulate_all(fleet: list[Part], jobs: int) -> Iterator[tuple[Part, Tally]]:
    """Simulate stacks beside each other; each as it is done."""
    # Spawned: a fork of a process with threads, such as a test runner's, may take a held lock along.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(simulate, part): part for part in fleet}
        for done in as_completed(running):
            yield running[done], done.result()


def add(tallies: list[Tally]) -> Tally:
    """Add stacks up."""
    troubles: dict[str, int] = {}
    broken: list[Broken] = []
    for tally in tallies:
        broken += tally.broken
        for name, count in tally.troubles.items():
            troubles[name] = troubles.get(name, 0) + count
    return Tally(
        rotations=sum(tally.rotations for tally in tallies),
        attempts=sum(tally.attempts for tally in tallies),
        calls=sum(tally.calls for tally in tallies),
        disturbances=sum(tally.disturbances for tally in tallies),
        lost=sum(tally.lost for tally in tallies),
        troubles=troubles,
        broken=tuple(broken),
    )
