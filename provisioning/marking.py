"""Mark who has to authorize again, as the look at the whole fleet decides; for `check --all` and the daily function.

Standard library and our own words only: this module ships in a function's zip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.fleet_health import examine
from provisioning.naming import seller_secret_prefix
from provisioning.state import REAUTHORIZE, State

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from datetime import datetime

    from provisioning.fleet_health import Findings
    from provisioning.store import Secret, Store


def look(store: Store, base: str, now: datetime) -> Findings:
    """Examine a fleet; ListSecrets may lag by five minutes, so whom it nominates is described (aws.md 2.8)."""
    listed = list(store.list(seller_secret_prefix(base)))
    return examine(described(store, listed, examine(listed, now).nominated), now)


def described(store: Store, listed: Iterable[Secret], nominated: Container[str]) -> list[Secret]:
    """Put what DescribeSecret tells in the place of those listed secrets whose ARNs are nominated."""
    return [store.describe(secret.arn) if secret.arn in nominated else secret for secret in listed]


def mark(store: Store, found: Findings) -> None:
    """Write the mark on each seller that has to act; the daily function then tells people."""
    for secret in found.reauthorize:
        store.tag(secret.arn, State(status=REAUTHORIZE).to_tags())
