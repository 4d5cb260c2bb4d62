"""What the rotation function weighs: its import beside a bare boto3 client, its zip beside the 40 KB we allow it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.table import Table

from infra import archive
from infra.rotation_function import HANDLER
from provisioning import naming

_ROUNDS = 11
_MOST_KILOBYTES = 40
_MOST_RATIO = 1.2
#: The peer: what any function in Python needs before it can call Secrets Manager.
BARE = "import boto3; boto3.client('secretsmanager', region_name='eu-west-1')"
_OURS = "from provisioning.rotation import handler; handler._client()"


def table() -> Table:
    """Measure and lay out."""
    ours, bare = in_turn(_OURS, BARE)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    size = archive.build(Path(__file__).resolve().parent.parent, naming.ROTATION, HANDLER).stat().st_size / 1024
    made = Table("the rotation function", "measured", "beside", "limit", "held")
    made.add_row(
        "import and client, whole process",
        f"{statistics.median(ours) * 1000:.0f} ms",
        f"{statistics.median(bare) * 1000:.0f} ms, a bare boto3 Secrets Manager client (ratio {ratio:.2f})",
        f"ratio {_MOST_RATIO}",
        "yes" if ratio <= _MOST_RATIO else "no",
    )
    made.add_row("zip", f"{size:.1f} KB", "", f"{_MOST_KILOBYTES} KB", "yes" if size <= _MOST_KILOBYTES else "no")
    return made


def in_turn(first: str, second: str) -> tuple[list[float], list[float]]:
    """Time two programs A B A B, so that a machine that slows down slows both; the first round is not counted."""
    rounds = [(_seconds(first), _seconds(second)) for _ in range(_ROUNDS + 1)][1:]
    return [a for a, _ in rounds], [b for _, b in rounds]


def _seconds(program: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)  # noqa: S603 - our own two programs
    return time.perf_counter() - began
