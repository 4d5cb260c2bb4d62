"""Which queues Amazon tells of an application's client secret: what a person subscribes in the developer console.

No API does this for the two types (sp-api.md 5.3), so neither does the bench's SP-API: `PUT /_bench/subscriptions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock
from typing import Final

_QUEUE_ARN: Final = re.compile(r"arn:aws:sqs:[^\s:]+:[^\s:]+:[^\s:]+")
_LONGEST_ARN: Final = 1000
#: How many days ahead the expiry is told; secondary, and Amazon's sample payload shows 53 (sp-api.md 5.2).
NOTICE_DAYS: Final = (90,)
_LONGEST_AHEAD: Final = 179


@dataclass(frozen=True, slots=True)
class Subscription:
    """One application's queues, None for a type that nobody subscribed, and how many days ahead an expiry is told.

    Raises ValueError on what Amazon would not take.
    """

    client_id: str
    subscription_id: str
    new_secret_queue_arn: str | None = None
    expiry_queue_arn: str | None = None
    notice_days: tuple[int, ...] = NOTICE_DAYS

    def __post_init__(self) -> None:
        for arn in (self.new_secret_queue_arn, self.expiry_queue_arn):
            if arn is not None and (len(arn) > _LONGEST_ARN or not _QUEUE_ARN.fullmatch(arn)):
                raise ValueError("a queue is given by its ARN, arn:aws:sqs:REGION:ACCOUNT:NAME (sp-api.md 5.3)")
        if not all(1 <= days <= _LONGEST_AHEAD for days in self.notice_days):
            raise ValueError(f"notice_days: 1 to {_LONGEST_AHEAD} days ahead of the expiry")


class Subscriptions:
    """The subscriptions by client id; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._subscriptions: dict[str, Subscription] = {}

    def put(self, subscription: Subscription) -> None:
        """Subscribe, in place of what the application had."""
        with self._lock:
            self._subscriptions[subscription.client_id] = subscription

    def of(self, client_id: str) -> Subscription | None:
        """Give an application's subscription."""
        with self._lock:
            return self._subscriptions.get(client_id)
