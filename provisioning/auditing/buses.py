"""EventBridge in one call: whether somebody opened an event bus. The one module that knows boto3's shape of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from provisioning.auditing.attached import Attached
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient


class Buses:
    """Reads event buses through a boto3 EventBridge client; raises AccessDenied or Unreachable."""

    def __init__(self, client: EventBridgeClient) -> None:
        self._client = client

    def find(self, name: str) -> Attached | None:
        """Tell who may put events on a bus by its own policy; None where there is none."""
        with aws_errors("DescribeEventBus", name):
            try:
                policy = self._client.describe_event_bus(Name=name).get("Policy")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                    return None
                raise
        return Attached(f"event bus {name}", json.loads(policy) if policy else None)
