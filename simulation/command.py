"""The command `python -m simulation --years Y --sellers N --seed S`: exit 1 if an invariant broke."""

from __future__ import annotations

import os
import sys
import time

import click

from simulation.fleet import Part, add, parts, simulate_all
from simulation.report import told

#: So many broken invariants are shown of each stack; the first one is the one to look at.
_SHOWN = 3


@click.command()
@click.option("--years", default=1.0, show_default=True, type=click.FloatRange(min=0, min_open=True))
@click.option("--sellers", default=500, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed is the same fate.")
@click.option("--stack", type=click.IntRange(min=0), help="Only this stack of the fleet, to look at it again.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default="one a core", type=click.IntRange(min=1))
def main(years: float, sellers: int, seed: int, stack: int | None, jobs: int) -> None:
    """Let a fleet live through years of rotations, renewals and troubles, and hold every moment to the invariants."""
    fleet = parts(years, sellers, seed)
    if stack is not None:
        fleet = [part for part in fleet if part.stack == stack]
    began, tallies = time.monotonic(), []
    for part, tally in simulate_all(fleet, jobs):
        tallies.append(tally)
        click.echo(_line(part, len(tallies), len(fleet), time.monotonic() - began), err=True)
        if tally.broken:
            click.echo("\n".join([*map(str, tally.broken[:_SHOWN]), f"  again: {part.replay()}"]), err=True)
    total = add(tallies)
    click.echo(told(years, sum(part.count for part in fleet), seed, total, time.monotonic() - began))
    sys.exit(1 if total.broken else 0)


def _line(part: Part, done: int, of: int, seconds: float) -> str:
    return f"stack {part.stack} done, {done} of {of}, {seconds:.0f} s"
