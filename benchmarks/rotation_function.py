"""What the rotation function weighs: its import beside a bare boto3 client's, and its zip (tests/infra holds that)."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from rich.table import Table

from infra import archive
from infra.configuration import PROJECT
from infra.rotation_function import HANDLER
from provisioning import naming

if TYPE_CHECKING:
    from pathlib import Path

_ROUNDS = 11
_MOST_RATIO = 1.2
#: The peer: what any function in Python needs before it can call Secrets Manager.
_BARE = "import boto3; boto3.client('secretsmanager', region_name='eu-west-1')"
_OURS = "from provisioning.rotation import handler; handler._client()"


def table() -> Table:
    """Measure and lay out."""
    return weighed("the rotation function", _OURS, archive.build(PROJECT, naming.ROTATION, HANDLER))


def weighed(name: str, ours: str, packed: Path) -> Table:
    """Lay out how long a program takes that imports a function and makes its client, beside a bare client's."""
    times, bare = _in_turn(ours, _BARE)
    ratio = statistics.median(a / b for a, b in zip(times, bare, strict=True))
    made = Table(name, "measured", "beside", "limit", "held")
    made.add_row(
        "import and client, whole process",
        f"{statistics.median(times) * 1000:.0f} ms",
        f"{statistics.median(bare) * 1000:.0f} ms, a bare boto3 Secrets Manager client (ratio {ratio:.2f})",
        f"ratio {_MOST_RATIO}",
        "yes" if ratio <= _MOST_RATIO else "no",
    )
    made.add_row("zip", f"{packed.stat().st_size / 1024:.1f} KB", "", "", "")
    return made


def _in_turn(first: str, second: str) -> tuple[list[float], list[float]]:
    """Time two programs A B A B, so that a machine that slows down slows both; the first round is not counted."""
    rounds = [(_seconds(first), _seconds(second)) for _ in range(_ROUNDS + 1)][1:]
    return [a for a, _ in rounds], [b for _, b in rounds]


def _seconds(program: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)  # noqa: S603 - our own two programs
    return time.perf_counter() - began
