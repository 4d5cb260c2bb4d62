"""What the client-secret function weighs: its import and client beside a bare boto3 client's."""

from __future__ import annotations

import statistics
from typing import Final

from rich.table import Table

from benchmarks.rotation_function import BARE, in_turn
from infra.client_secret_function import zipped

_MOST_RATIO: Final = 1.2
_OURS: Final = "from provisioning.application import handler; handler.client('secretsmanager')"


def table() -> Table:
    """Measure and lay out."""
    ours, bare = in_turn(_OURS, BARE)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    made = Table("the client-secret function", "measured", "beside", "limit", "held")
    made.add_row(
        "import and client, whole process",
        f"{statistics.median(ours) * 1000:.0f} ms",
        f"{statistics.median(bare) * 1000:.0f} ms, a bare boto3 Secrets Manager client (ratio {ratio:.2f})",
        f"ratio {_MOST_RATIO}",
        "yes" if ratio <= _MOST_RATIO else "no",
    )
    made.add_row("zip", f"{zipped().stat().st_size / 1024:.1f} KB", "", "", "")
    return made
