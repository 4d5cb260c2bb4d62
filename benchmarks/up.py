"""How long a fleet takes to be declared: `sellerkeys up` over shards, beside one naive stack in the same run.

`python -m benchmarks.up 100 300` measures both, `python -m benchmarks.up --ours 1000` ours alone. Nobody's role is
assumed on either side, so both ask AWS equally freely.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from benchmarks import naive
from local import running
from local.bench import Bench
from local.engine.attach import attached
from local.home import Home
from provisioning import roster
from provisioning.sharding import ROOM, Rooms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT: Final = Path(__file__).parents[1]
#: As issue 8 wants them; one naive stack of 1,000 would take hours.
SIZES: Final = (100, 300)
OURS: Final = (*SIZES, 1000)
_AIMS: Final = {"from nothing": 10.0, "one seller added": 20.0}
_AT: Final = 300
_LINKED: Final = ("infra", "provisioning", "Pulumi.yaml", "Pulumi.dev.yaml")


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for one fleet: made from nothing, run again unchanged, and with one seller more.

    `everything` is an unchanged run in which every stack is updated, None where there is no other.
    """

    from_nothing: float
    unchanged: float
    one_added: float
    everything: float | None = None


def ours(sellers: int, room: int = ROOM) -> Times:
    """Measure `sellerkeys up` for so many sellers, `room` to a stack."""
    with _bench() as (environment, folder):
        for name in _LINKED:
            (folder / name).symlink_to(PROJECT / name)
        (folder / "rosters").mkdir()

        def up(count: int, *options: str) -> float:
            rows = _rows(count, room)
            (folder / "rosters" / "dev.csv").write_text(roster.render(rows), encoding="utf-8")
            return _timed([str(Path(sys.executable).with_name("sellerkeys")), "up", *options], folder, environment)

        return Times(up(sellers), up(sellers), up(sellers + 1), up(sellers + 1, "--all"))


def one_stack(sellers: int) -> Times:
    """Measure plain `pulumi up` for so many sellers in one naive stack."""
    with _bench() as (environment, folder):

        def up(count: int) -> float:
            naive.write(folder, count)
            return _timed(["pulumi", "up", "--yes", "--skip-preview", "--stack", "dev"], folder, environment)

        naive.write(folder, 0)
        _timed(["pulumi", "stack", "init", "dev"], folder, environment)
        return Times(up(sellers), up(sellers), up(sellers + 1))


def table(sizes: Sequence[int] = SIZES, alone: Sequence[int] = OURS) -> Table:
    """Measure and lay out; naive stacks of `sizes`, ours of those and `alone`."""
    naive.teach()
    made = Table("declaring a fleet", "sellers", "sellerkeys up", "one naive stack", "times", "aim", "held")
    for sellers in sorted({*sizes, *alone}):
        mine = ours(sellers)
        peer = one_stack(sellers) if sellers in sizes else None
        rows: list[tuple[str, float | None, float | None]] = [
            ("from nothing", mine.from_nothing, peer.from_nothing if peer else None),
            ("unchanged", mine.unchanged, peer.unchanged if peer else None),
            ("one seller added", mine.one_added, peer.one_added if peer else None),
            ("unchanged, every stack updated", mine.everything, None),
        ]
        for what, seconds, other in rows:
            if seconds is None:
                continue
            times = other / seconds if other else None
            aim = _AIMS.get(what) if sellers == _AT else None
            made.add_row(
                what,
                f"{sellers:,}",
                f"{seconds:.0f} s",
                f"{other:.0f} s" if other else "",
                f"{times:.1f}" if times else "",
                f"{aim:.0f}" if aim else "",
                ("yes" if times >= aim else "no") if times and aim else "",
            )
    return made


def _rows(sellers: int, room: int) -> list[roster.Row]:
    rooms = Rooms([], room)
    cells = {"region": "EU", "marketplaces": "DE", "account_name": "A seller of the benchmark"}
    return [rooms.give(roster.row_from({"seller": f"seller-{number}", **cells})) for number in range(sellers)]


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{command[:2]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - began


@contextmanager
def _bench() -> Iterator[tuple[dict[str, str], Path]]:
    """Run an empty bench with the engine attached; gives the environment and a folder for a project."""
    with ExitStack() as undo:
        home = Home(Path(undo.enter_context(TemporaryDirectory(prefix="sellerkeys-up-"))))
        bench = undo.enter_context(Bench(home))
        plain = running.environment(os.environ, bench.environment())
        pulumi = undo.enter_context(attached(plain, home.folder))
        folder = home.folder / "project"
        folder.mkdir()
        yield plain | pulumi, folder


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.up", description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="*", help="sellers, beside a naive stack")
    parser.add_argument("--ours", type=int, nargs="*", default=[], help="sellers, ours alone")
    given = parser.parse_args()
    Console(highlight=False, width=None if sys.stdout.isatty() else 130).print(table(given.sizes, given.ours))


if __name__ == "__main__":
    main()
