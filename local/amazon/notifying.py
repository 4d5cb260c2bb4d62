"""Amazon's half of a client-secret rotation: it makes the new secret, and writes to the queues that are subscribed."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from local.amazon import refusals, secret_notices
from local.amazon.calls import Caller
from local.amazon.faults import FaultKind
from local.amazon.refusals import Refused
from local.amazon.subscriptions import Subscription, Subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.amazon.faults import Faults
    from local.amazon.placeholders import Placeholders
    from local.amazon.records import ClientSecret
    from local.amazon.registry import Registry

_KEPT: Final = 10_000
_OF_MESSAGES: Final = frozenset(
    {
        FaultKind.MESSAGE_LOST,
        FaultKind.MESSAGE_TWICE,
        FaultKind.MESSAGE_LATE,
        FaultKind.MESSAGE_WRAPPED,
        FaultKind.MESSAGE_MALFORMED,
    }
)


class Post(Protocol):
    """The way from Amazon's account to a queue of somebody else's; both return why not, None if it went well."""

    def look(self, queue_arn: str) -> str | None:
        """Ask for the queue's attributes, as the console does before it subscribes one."""

    def send(self, queue_arn: str, body: str) -> str | None:
        """Send a message."""


class Schedule(Protocol):
    """A clock that does things when they are due."""

    def now(self) -> datetime:
        """Tell the time."""

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do something at a time, or now if it has passed."""


class Nowhere:
    """The way where there is no AWS."""

    def look(self, queue_arn: str) -> str | None:
        """See no queue, and leave it at that."""
        del queue_arn
        return None

    def send(self, queue_arn: str, body: str) -> str | None:
        """Lose the message."""
        del body
        return f"there is no AWS, so no {queue_arn}"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that Amazon wrote, without its content; `lost` says why it did not arrive."""

    at: datetime
    kind: str
    client_id: str
    queue_arn: str
    lost: str | None


class Notifying:
    """Client-secret rotations and the messages about them; `connect` says to which AWS, and by whose time.

    `spoilt` counts the messages that went wrong, by how.
    """

    def __init__(self, registry: Registry, faults: Faults, placeholders: Placeholders, schedule: Schedule) -> None:
        self._registry = registry
        self._faults = faults
        self._placeholders = placeholders
        self._schedule = schedule
        self._post: Post = Nowhere()
        self._subscriptions = Subscriptions()
        self._lock = Lock()
        self.spoilt: Counter[FaultKind] = Counter()
        self._sent: deque[Sent] = deque(maxlen=_KEPT)

    def connect(self, post: Post, schedule: Schedule) -> None:
        """Send by `post` from now on, each message at its time of `schedule`."""
        self._post, self._schedule = post, schedule

    def sent(self) -> tuple[Sent, ...]:
        """List what was written, oldest first."""
        with self._lock:
            return tuple(self._sent)

    def subscribe(
        self,
        client_id: str,
        *,
        new_secret_queue_arn: str | None,
        expiry_queue_arn: str | None,
        notice_days: tuple[int, ...],
    ) -> str:
        """Subscribe an application's queues and return the id; raises UnknownToAmazon, and ValueError on a bad queue.

        What the console does with a queue that Amazon may not look at is not documented; here it refuses.
        """
        application = self._registry.application(client_id)
        subscription = Subscription(
            client_id, self._placeholders.request_id(), new_secret_queue_arn, expiry_queue_arn, notice_days
        )
        for arn in filter(None, (new_secret_queue_arn, expiry_queue_arn)):
            if why := self._post.look(arn):
                raise ValueError(f"Amazon cannot look at {arn}: {why}")
        self._subscriptions.put(subscription)
        self._announce_expiry(client_id, application.secrets[0])
        return subscription.subscription_id

    def rotate(self, client_id: str) -> None:
        """Make a new client secret and send it; raises Refused unless the application is enrolled (sp-api.md 5.1)."""
        subscription = self._subscriptions.of(client_id)
        if subscription is None or subscription.new_secret_queue_arn is None:
            raise Refused(refusals.NOT_ENROLLED)
        self.replace(client_id, tell=True)

    def replace(self, client_id: str, *, tell: bool) -> ClientSecret:
        """Make a new client secret, as the console does too; whether that one is sent is not documented (`tell`)."""
        new = self._registry.replace_client_secret(client_id)
        self._announce_expiry(client_id, new)
        subscription = self._subscriptions.of(client_id)
        if tell and subscription and subscription.new_secret_queue_arn:
            body = secret_notices.new_secret(
                self._registry.application(client_id),
                self._schedule.now(),
                subscription_id=subscription.subscription_id,
                notification_id=self._placeholders.request_id(),
            )
            self._write(client_id, subscription.new_secret_queue_arn, body)
        return new

    def _announce_expiry(self, client_id: str, secret: ClientSecret) -> None:
        subscription = self._subscriptions.of(client_id)
        for days in subscription.notice_days if subscription else ():
            when = secret.expires_on - timedelta(days=days)
            # A subscription that came after the day gets nothing for it.
            if when > self._schedule.now():
                self._schedule.at(when, lambda: self._tell_expiry(subscription, secret))

    def _tell_expiry(self, subscription: Subscription | None, secret: ClientSecret) -> None:
        """Tell of the expiry, unless the client secret or the subscription has been replaced meanwhile."""
        if subscription is None or self._subscriptions.of(subscription.client_id) != subscription:
            return
        application = self._registry.application(subscription.client_id)
        if subscription.expiry_queue_arn is None or application.secrets[0] != secret:
            return
        body = secret_notices.expiry(
            application,
            secret,
            self._schedule.now(),
            subscription_id=subscription.subscription_id,
            notification_id=self._placeholders.request_id(),
        )
        self._write(subscription.client_id, subscription.expiry_queue_arn, body)

    def _write(self, client_id: str, queue_arn: str, body: dict[str, object]) -> None:
        kind, now = str(body["notificationType"]), self._schedule.now()
        text, times = json.dumps(body), [now]
        for fault in self._faults.spend(_OF_MESSAGES, Caller(kind, client_id, None)):
            self.spoilt[fault.kind] += 1
            later = timedelta(seconds=fault.seconds or 0)
            match fault.kind:
                case FaultKind.MESSAGE_LOST:
                    self._note(Sent(now, kind, client_id, queue_arn, "a fault lost it"))
                    return
                case FaultKind.MESSAGE_TWICE:
                    times.append(times[0] + later)
                case FaultKind.MESSAGE_LATE:
                    times = [when + later for when in times]
                case FaultKind.MESSAGE_WRAPPED:
                    text = secret_notices.wrapped(text, now, self._placeholders.request_id())
                case _:
                    text = text[: len(text) // 2]
        for when in times:
            self._schedule.at(when, lambda: self._send(kind, client_id, queue_arn, text))

    def _send(self, kind: str, client_id: str, queue_arn: str, text: str) -> None:
        lost = self._post.send(queue_arn, text)
        self._note(Sent(self._schedule.now(), kind, client_id, queue_arn, lost))

    def _note(self, sent: Sent) -> None:
        with self._lock:
            self._sent.append(sent)
