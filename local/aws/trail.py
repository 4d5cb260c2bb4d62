"""What CloudTrail would tell about rotations: events that are not API calls (aws.md 2.6)."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.clock import Clock

EventName = Literal[
    "RotationStarted",
    "RotationSucceeded",
    "RotationFailed",
    "RotationAbandoned",
    "TestRotationStarted",
    "TestRotationSucceeded",
    "TestRotationFailed",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing Secrets Manager did of its own accord; `detail` names step and kind of error, never a text or value."""

    name: EventName
    secret_arn: str
    version_id: str
    time: datetime
    detail: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def record(self) -> dict[str, Any]:
        """Write the event as a CloudTrail record of type AwsServiceEvent."""
        region, account = self.secret_arn.split(":")[3:5]
        return {
            "eventVersion": "1.08",
            "userIdentity": {"accountId": account, "invokedBy": "secretsmanager.amazonaws.com"},
            "eventTime": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "secretsmanager.amazonaws.com",
            "eventName": self.name,
            "awsRegion": region,
            "additionalEventData": {"SecretId": self.secret_arn, "VersionId": self.version_id, **self.detail},
            "eventID": self.id,
            "eventType": "AwsServiceEvent",
            "recipientAccountId": account,
        }


class Trail:
    """The events of one bench, oldest first; `told` is told each."""

    def __init__(self, clock: Clock, told: Callable[[Event], None] = lambda _event: None) -> None:
        self._clock = clock
        self._told = told
        self._events: list[Event] = []
        self._guard = threading.Lock()

    def add(self, name: EventName, secret_arn: str, version_id: str, **detail: str) -> None:
        """Record an event at the bench's present time."""
        event = Event(name, secret_arn, version_id, self._clock.now(), detail)
        with self._guard:
            self._events.append(event)
        self._told(event)

    def events(self, secret_arn: str | None = None) -> list[Event]:
        """List the events so far, of one secret or of all."""
        with self._guard:
            return [event for event in self._events if secret_arn in (None, event.secret_arn)]
