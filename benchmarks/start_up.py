"""How long a command takes to start, beside `aws --version` and `pulumi version`: each the median, in turn.

`sellerkeys status` is the whole command on a fleet of three: it has to load botocore and pydantic, and asks AWS twice.
"""

from __future__ import annotations

import os
import statistics
from typing import Final

from rich.table import Table

from benchmarks import peers
from benchmarks.stage import BASE, run, stage, tool

_ROUNDS: Final = 9
_MOST: Final = 0.5


def table() -> Table:
    """Measure and lay out."""
    with stage(3) as at:
        ours = str(tool("sellerkeys"))
        commands = {
            "`sellerkeys --help`": [ours, "--help"],
            "`sellerkeys status --help`": [ours, "status", "--help"],
            "`sellerkeys status`, 3 sellers": [ours, "--stack", BASE, "status"],
            "`aws --version`": [str(peers.aws()), "--version"],
            "`pulumi version`": [str(peers.pulumi()), "version"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(_ROUNDS):
            for name, command in commands.items():
                environment = {**at.environment, "PATH": os.environ.get("PATH", "")}
                times[name].append(run(command, environment, at.folder, expect=(0, 3)).seconds)
    found = {name: statistics.median(taken) for name, taken in times.items()}
    aws, pulumi = found.pop("`aws --version`"), found.pop("`pulumi version`")
    beside = f"`aws --version` {aws * 1000:.0f} ms, `pulumi version` {pulumi * 1000:.0f} ms"
    made = Table("start-up", "measured", "beside", "limit", "held")
    for name, seconds in found.items():
        held = f"{'yes' if seconds <= _MOST * aws else 'no'}: {seconds / aws:.2f} x"
        made.add_row(name, f"{seconds * 1000:.0f} ms", beside, f"{_MOST} x `aws --version`", held)
    return made
