"""What the ERP does in production: take the seller's reader role, and let a real SP-API client read the secret."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local.demo.account import Account
    from local.demo.recording import Recording
    from provisioning.roster import Row

#: Module of each client, by the name of its package.
CLIENTS = {
    "python-amazon-sp-api": "local.consumers.saleweaver",
    "amzn-sp-api": "local.consumers.official",
}


@dataclass(frozen=True, slots=True)
class Erp:
    """Workers that read sellers' secrets on the bench, each under its seller's reader role."""

    base: str
    account: Account
    environment: Mapping[str, str]
    recording: Recording
    project: Path

    def marketplaces(self, row: Row, client: str) -> list[str]:
        """Let `client` ask Amazon where the seller takes part, by its secret alone; returns marketplace ids."""
        worker = {
            **self.environment,
            **self.account.reader_keys(row.seller),
            "SP_API_AWS_SECRET_ID": naming.seller_secret_name(self.base, row.seller),
            "SP_API_DEFAULT_MARKETPLACE": row.marketplaces[0],
        }
        command = [sys.executable, "-m", CLIENTS[client]]
        said = self.recording.run(f"read-{row.seller}-{client}", command, worker, self.project)
        answer: dict[str, list[str]] = json.loads(said.splitlines()[-1])
        return answer["marketplaces"]
