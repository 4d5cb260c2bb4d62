"""A client's own clock moves when it is told to, while it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from clients.aging import ClientClock, library
from tests.clients.conftest import need

if TYPE_CHECKING:
    from pathlib import Path

TELLS = "import sys, time\nfor _ in sys.stdin: print(int(time.time()), int(time.monotonic()), flush=True)"


def test_a_running_process_is_moved(tmp_path: Path) -> None:
    """Both clocks, by a week, between two looks; the clock that counts stays where it is to stay."""
    need("libfaketime", is_here=library() is not None)
    clock = ClientClock(tmp_path / "clock")
    for monotonic in (True, False):
        clock.set(timedelta())
        with subprocess.Popen(
            [sys.executable, "-c", TELLS],
            env={**os.environ, **clock.variables(monotonic=monotonic)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            looks = []
            for moved in (timedelta(), timedelta(days=7)):
                clock.set(moved)
                assert process.stdin
                assert process.stdout
                process.stdin.write("\n")
                process.stdin.flush()
                looks.append([int(part) for part in process.stdout.readline().split()])
            process.stdin.close()
        (before, counted), (after, counted_then) = looks
        assert 604_800 <= after - before < 604_900
        assert (counted_then - counted > 600_000) is monotonic
