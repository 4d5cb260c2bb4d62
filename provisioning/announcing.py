"""The event by which a consumer learns that a seller's secret changed: what it says, and how it is put on the bus.

It names what changed and never a value. Needs botocore and the standard library only: it ships in a function's zip.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provisioning.errors import Unreachable
from provisioning.naming import CHANGED_EVENT, EVENT_SOURCE
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

    from provisioning.payload import Credential

_PUTS: Final = "PutEvents"

#: Under which name of the secret a consumer knows each part; the fleet's own notes in the secret concern nobody.
_NAMES: Final = {
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "refresh_token": "refreshToken",
    "region": "regionCode",
    "marketplace_id": "marketplaceId",
    "selling_partner_id": "sellerId",
    "profiles": "keyProfiles",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A seller's secret whose version `version` reads otherwise than the one before: `changed` names the parts."""

    base: str
    seller: str
    secret_arn: str
    version: str
    changed: tuple[str, ...]

    def to_entry(self, bus: str) -> dict[str, Any]:
        """Write an entry of PutEvents (botocore, PutEventsRequestEntry)."""
        detail = {
            "fleet": self.base,
            "seller": self.seller,
            "secretArn": self.secret_arn,
            "versionId": self.version,
            "changed": list(self.changed),
        }
        return {
            "EventBusName": bus,
            "Source": EVENT_SOURCE,
            "DetailType": CHANGED_EVENT,
            "Resources": [self.secret_arn],
            "Detail": json.dumps(detail),
        }


def changed(before: Credential | None, now: Credential) -> tuple[str, ...]:
    """Name what a consumer reads otherwise than before; everything where nobody can tell what was before."""
    return tuple(
        name for field, name in _NAMES.items() if before is None or getattr(before, field) != getattr(now, field)
    )


class Bus:
    """The fleet's event bus `name`; `put` raises AccessDenied or Unreachable."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, change: Change) -> None:
        """Put one event; an entry that EventBridge did not take is an error, though the call itself succeeded."""
        with aws_errors(_PUTS, f"the bus {self._name}"):
            answer = self._client.put_events(Entries=[change.to_entry(self._name)])  # type: ignore[list-item]
        if answer.get("FailedEntryCount"):
            code = answer["Entries"][0].get("ErrorCode", "no reason given")
            raise Unreachable(f"EventBridge did not take an event for the bus {self._name} ({code}): run this again")
