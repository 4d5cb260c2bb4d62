"""How long a fleet takes to be declared: `sellerkeys up` over shards, beside one naive stack in the same run.

`python -m benchmarks.up 100 300` measures both, `python -m benchmarks.up --ours 1000` ours alone, with `--room 25` so
many to a stack. Nobody's role is assumed on either side, so both ask AWS equally freely. `one naive stack` declares six
resources a seller (`Secret`, `SecretVersion`, `Role`, `RolePolicy`, `SecretRotation`, `Permission`) with the same
engine, SDK and provider; the 20 KB that AWS lets a function's policy have, about 60 such permissions, is lifted for it;
its rotations start no function.

`about` is not measured: what the naive stack's growth predicts, n and n² through its two sizes. The straight line goes
through ours at 100 and at 1,000. `a program that declares nothing` is `pulumi up` with the same engine, the least that
any update takes, and so the most that one seller added can be faster.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from rich.console import Console

from benchmarks import naive
from benchmarks.up_table import OURS, SIZES, Found, Times, laid_out, plot
from local import running
from local.bench import Bench
from local.engine.attach import attached
from local.home import Home
from provisioning import roster
from provisioning.sharding import ROOM, Rooms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

PROJECT: Final = Path(__file__).parents[1]
_LINKED: Final = ("infra", "provisioning", "Pulumi.yaml")
#: What AWS would have raised for a thousand sellers with a role each; the preview refuses the roster without it.
_RAISED: Final = "  sellerkeys:quotas: {roles: 5000}\n"


#: Measured by `table`, for `plots`: ours and the naive stack's, by the number of sellers.
found: Found = {}


def ours(sellers: int, room: int = ROOM) -> Times:
    """Measure `sellerkeys up` for so many sellers, `room` to a stack."""
    with _bench() as (environment, folder):
        for name in _LINKED:
            (folder / name).symlink_to(PROJECT / name)
        configuration = (PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
        (folder / "Pulumi.dev.yaml").write_text(
            configuration.replace("config:\n", f"config:\n{_RAISED}"), encoding="utf-8"
        )
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


def nothing() -> float:
    """Measure plain `pulumi up` of a Python program that declares nothing, in a stack that has been made."""
    with _bench() as (environment, folder):
        naive.write_nothing(folder)
        up = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "dev"]
        _timed(["pulumi", "stack", "init", "dev"], folder, environment)
        _timed(up, folder, environment)
        return _timed(up, folder, environment)


def table(sizes: Sequence[int] = SIZES, alone: Sequence[int] = OURS, room: int = ROOM) -> Table:
    """Measure and lay out; naive stacks of `sizes`, ours of those and `alone`, `room` to a stack."""
    naive.teach()
    for sellers in sorted({*sizes, *alone}):
        found[sellers] = (ours(sellers, room), one_stack(sellers) if sellers in sizes else None)
        # The next one may fail after minutes more.
        Console(stderr=True, highlight=False).print(f"{sellers:,} sellers: {found[sellers]}")
    return laid_out(found, nothing())


def plots(folder: Path) -> dict[str, str]:
    """Draw how both grow from nothing; gives the picture's name and its words."""
    return plot(found, folder)


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
    parser.add_argument("--room", type=int, default=ROOM, help="sellers to a stack of ours  [default: %(default)s]")
    given = parser.parse_args()
    made = table(given.sizes, given.ours, given.room)
    Console(highlight=False, width=None if sys.stdout.isatty() else 130).print(made)


if __name__ == "__main__":
    main()
