"""The thin adapter: moto's queues and mappings; what arrives is handed to its function after the sender was answered.

moto would invoke within SendMessage, one message at a time, and count a time-out by the machine's clock.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.awslambda.models import lambda_backends
from moto.sqs import models
from moto.sqs.models import Queue, SQSBackend, sqs_backends

from local.aws.functions import backend as functions
from local.aws.functions.backend import Functions
from local.aws.queues import batch

if TYPE_CHECKING:
    from moto.awslambda.models import EventSourceMapping
    from moto.sqs.models import Message

    from local.aws.timeline import Timeline

_REPORTS_ITEMS: Final = "ReportBatchItemFailures"
#: So that a queue without a visibility time-out does not give a message that fails back in the same moment for ever.
_SHORTEST_PAUSE: Final = timedelta(seconds=1)


class Arriving(Queue):
    """A queue that tells its account's mappings of a message once that can be received."""

    timeline: ClassVar[Timeline]

    def add_message(self, message: Message) -> None:
        """Take a message, sent or given up by another queue."""
        self.lambda_event_source_mappings = {}  # moto would invoke here
        super().add_message(message)
        visible = datetime.fromtimestamp(message.delayed_until / 1000, UTC)
        for mapping in _mappings(self):
            poller = Poller(self, mapping.uuid, self.timeline)
            self.timeline.at(max(visible, self.timeline.now()), poller.poll)


class Queues(SQSBackend):
    """SQS's operations; those that replace a queue's list of messages take turns, for moto has no locks."""

    __module__ = "moto.sqs.models"  # moto finds a service's URLs through the backend's module

    lock: ClassVar[threading.RLock] = threading.RLock()

    def send_message(self, *arguments: Any, **options: Any) -> Message:  # noqa: ANN401 - moto's signature
        """Send a message."""
        with self.lock:
            return super().send_message(*arguments, **options)

    def delete_message(self, queue_name: str, receipt_handle: str) -> None:
        """Delete a message."""
        with self.lock:
            super().delete_message(queue_name, receipt_handle)


class Mapped(Functions):
    """Lambda with mappings that begin to poll when they are made or enabled."""

    __module__ = "moto.awslambda.models"  # moto finds a service's URLs through the backend's module

    timeline: ClassVar[Timeline]

    def create_event_source_mapping(self, spec: dict[str, Any]) -> EventSourceMapping:
        """Make a mapping."""
        mapping = super().create_event_source_mapping(spec)
        self._poll(mapping)
        return mapping

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> EventSourceMapping | None:
        """Change a mapping."""
        mapping = super().update_event_source_mapping(uuid, spec)
        if mapping:
            self._poll(mapping)
        return mapping

    def _poll(self, mapping: EventSourceMapping) -> None:
        queues = sqs_backends[self.account_id][self.region_name].queues
        queue = queues.get(mapping.event_source_arn.split(":")[5])
        if queue:
            self.timeline.soon(Poller(queue, mapping.uuid, self.timeline).poll)


class Poller:
    """One mapping's look into its queue."""

    def __init__(self, queue: Queue, mapping: str, timeline: Timeline) -> None:
        self._queue = queue
        self._mapping = mapping
        self._timeline = timeline

    def poll(self) -> None:
        """Hand over a batch, delete what is done, and look again: at once, or when what failed can be received."""
        mapping = next((item for item in _mappings(self._queue) if item.uuid == self._mapping), None)
        queues = sqs_backends[self._queue.account_id][self._queue.region]
        if mapping is None or self._queue.name not in queues.queues:
            return
        hidden = timedelta(seconds=int(vars(self._queue)["visibility_timeout"]))
        messages = queues.receive_message(self._queue.name, mapping.batch_size, 0, int(hidden.total_seconds()))
        if not messages:
            return
        payload = json.dumps(batch.event(messages, self._queue.queue_arn)).encode()
        answer = functions.invoke(mapping.function_arn, payload)
        reports = _REPORTS_ITEMS in (mapping.function_response_types or ())
        finished = batch.done(answer, [message.id for message in messages], reports_items=reports)
        for message in messages:
            if message.id in finished:
                queues.delete_message(self._queue.name, str(message.receipt_handle))
        self._timeline.soon(self.poll)
        if len(finished) < len(messages):
            # SQS shows a message again after its time-out, not at the very moment.
            pause = max(hidden, _SHORTEST_PAUSE) + timedelta(milliseconds=2)
            self._timeline.at(self._timeline.resume(self._mapping) + pause, self.poll)


def install(timeline: Timeline) -> None:
    """Put the bench's SQS and mappings in place of moto's; after the functions, and for each new bench of a process."""
    Arriving.timeline = Mapped.timeline = timeline
    sqs_backends.backend = Queues
    lambda_backends.backend = Mapped
    vars(models)["Queue"] = Arriving
    vars(models)["unix_time"] = lambda: timeline.now().timestamp()
    vars(models)["unix_time_millis"] = lambda: timeline.now().timestamp() * 1000


def _mappings(queue: Queue) -> list[EventSourceMapping]:
    """List the enabled mappings of a queue."""
    found = lambda_backends[queue.account_id][queue.region].list_event_source_mappings(queue.queue_arn, "")
    return [mapping for mapping in found if mapping.enabled]
