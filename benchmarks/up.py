"""How long a fleet takes to be declared: `sellerkeys up` over shards, beside one naive stack in the same run.

`python -m benchmarks.up 100 300` measures both, `python -m benchmarks.up --ours 1000` ours alone. Nobody's role is
assumed on either side, so both ask AWS equally freely. `one naive stack` declares six resources a seller (`Secret`,
`SecretVersion`, `Role`, `RolePolicy`, `SecretRotation`, `Permission`) with the same engine, SDK and provider; the 20 KB
that AWS lets a function's policy have, about 60 such permissions, is lifted for it; its rotations start no function.
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
    from collections.abc import Iterator, Mapping, Sequence

PROJECT: Final = Path(__file__).parents[1]
#: As issue 8 wants them; one naive stack of 1,000 would take hours.
SIZES: Final = (100, 300)
OURS: Final = (*SIZES, 1000)
_AIMS: Final = {"from nothing": 10.0, "one seller added": 20.0}
_AT: Final = 300
_LINKED: Final = ("infra", "provisioning", "Pulumi.yaml")
#: What AWS would have raised for a thousand sellers with a role each; the preview refuses the roster without it.
_RAISED: Final = "  sellerkeys:quotas: {roles: 5000}\n"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds for one fleet: made from nothing, run again unchanged, and with one seller more.

    `everything` is an unchanged run in which every stack is updated, None where there is no other.
    """

    from_nothing: float
    unchanged: float
    one_added: float
    everything: float | None = None


#: Measured by `table`, for `plots`: ours and the naive stack's, by the number of sellers.
found: dict[int, tuple[Times, Times | None]] = {}


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


def table(sizes: Sequence[int] = SIZES, alone: Sequence[int] = OURS) -> Table:
    """Measure and lay out; naive stacks of `sizes`, ours of those and `alone`."""
    naive.teach()
    for sellers in sorted({*sizes, *alone}):
        found[sellers] = (ours(sellers), one_stack(sellers) if sellers in sizes else None)
        # The next one may fail after minutes more.
        Console(stderr=True, highlight=False).print(f"{sellers:,} sellers: {found[sellers]}")
    return laid_out(found)


def laid_out(measured: Mapping[int, tuple[Times, Times | None]]) -> Table:
    """Lay out what was measured, by the number of sellers: ours and, where there is one, the naive stack's."""
    made = Table("declaring a fleet", "sellers", "sellerkeys up", "one naive stack", "times", "aim", "held")
    for sellers, (mine, peer) in measured.items():
        rows: list[tuple[str, float | None, float | None]] = [
            ("from nothing", mine.from_nothing, peer.from_nothing if peer else None),
            ("unchanged", mine.unchanged, peer.unchanged if peer else None),
            ("one seller added", mine.one_added, peer.one_added if peer else None),
            ("unchanged, every stack updated (`--all`)", mine.everything, None),
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
                f"{times:.1f} x" if times else "",
                f"{aim:.0f} x" if aim else "",
                ("yes" if times >= aim else "no") if times and aim else "",
            )
    return made


def plots(folder: Path) -> dict[str, str]:
    """Draw how both grow from nothing; gives the picture's name and its words."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only this needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    mpl.rcParams.update({"svg.hashsalt": "sellerkeys", "font.family": "sans-serif"})
    figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    mine = {sellers: times.from_nothing for sellers, (times, _) in found.items()}
    peer = {sellers: times.from_nothing for sellers, (_, times) in found.items() if times}
    axes.plot(list(mine), list(mine.values()), "o-", label="sellerkeys up")
    axes.plot(list(peer), list(peer.values()), "s-", label="one naive stack")
    axes.set(xlabel="sellers", ylabel="seconds from nothing", ylim=(0, None))
    axes.legend()
    figure.savefig(folder / "up.svg", metadata={"Date": None})
    plt.close(figure)
    return {"up.svg": "Seconds to declare a fleet from nothing, ours and one naive stack, by the number of sellers"}


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
