"""What the client-secret function weighs: its import and client beside a bare boto3 client's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.rotation_function import weighed
from infra.client_secret_function import zipped

if TYPE_CHECKING:
    from rich.table import Table

_OURS: Final = "from provisioning.application import handler; handler.client('secretsmanager')"


def table() -> Table:
    """Measure and lay out."""
    return weighed("the client-secret function", _OURS, zipped())
