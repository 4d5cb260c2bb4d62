"""The thin adapter: moto's queues and mappings; what arrives is handed to its function after the sender was answered.

moto would invoke within SendMessage, one message at a time, and count a time-out by the machine's clock.
"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import lambda_backends
from moto.sqs import models
from moto.sqs.models import SQSBackend, sqs_backends

from local.aws.access.asked import Where
from local.aws.access.services.messaging import on_queue, sealing
from local.aws.functions import backend as functions
from local.aws.functions.backend import Functions
from local.aws.queues import batch, responses
from local.aws.queues.metered import Metered
from local.aws.queues.moving import Moving
from local.aws.queues.queue import OVERLOOKED, Arriving

if TYPE_CHECKING:
    from datetime import datetime

    from moto.awslambda.models import EventSourceMapping, LambdaFunction
    from moto.sqs.models import Message, Queue

    from local.aws.access.guard import Guard
    from local.aws.timeline import Timeline

_REPORTS_ITEMS: Final = "ReportBatchItemFailures"
#: So that a queue without a visibility time-out does not give a message that fails back in the same moment for ever.
_SHORTEST_PAUSE: Final = timedelta(seconds=1)


class Queues(SQSBackend):
    """SQS's operations; those that replace a queue's list of messages take turns, for moto has no locks."""

    __module__ = "moto.sqs.models"  # moto finds a service's URLs through the backend's module

    lock: ClassVar[threading.RLock] = threading.RLock()

    def send_message(self, *arguments: Any, **options: Any) -> Message:  # noqa: ANN401 - moto's signature
        """Send a message."""
        with self.lock:
            return super().send_message(*arguments, **options)

    def receive_message(self, queue_name: str, *arguments: Any, **options: Any) -> list[Message]:  # noqa: ANN401 - moto's signature
        """Receive messages; what the caller holds, mappings wait for."""
        received = self.take(queue_name, *arguments, **options)
        _arriving(self.get_queue(queue_name)).look_again()
        return received

    def take(self, queue_name: str, *arguments: Any, **options: Any) -> list[Message]:  # noqa: ANN401 - moto's signature
        """Receive messages, none that the queue has kept for its time."""
        with self.lock:
            _arriving(self.get_queue(queue_name)).forget()
        return super().receive_message(queue_name, *arguments, **options)

    def change_message_visibility(self, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
        """Hide a message for another time, or show it."""
        super().change_message_visibility(queue_name, receipt_handle, visibility_timeout)
        _arriving(self.get_queue(queue_name)).look_again()

    def delete_message(self, queue_name: str, receipt_handle: str) -> None:
        """Delete a message."""
        with self.lock:
            super().delete_message(queue_name, receipt_handle)

    def purge_queue(self, queue_name: str) -> None:
        """Delete all messages."""
        with self.lock:
            super().purge_queue(queue_name)
        Arriving.changed(_arriving(self.get_queue(queue_name)))

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        """Tell a queue's attributes; moto takes some of their names for wrong ones."""
        if not any(name in OVERLOOKED for name in attribute_names):
            return super().get_queue_attributes(queue_name, attribute_names)
        known = self.get_queue(queue_name).attributes
        others = [name for name in attribute_names if name not in OVERLOOKED]
        found = super().get_queue_attributes(queue_name, others) if others else {}
        return found | {name: known[name] for name in attribute_names if name in OVERLOOKED and name in known}


class Mapped(Functions):
    """Lambda with mappings that begin to poll when they are made or enabled."""

    __module__ = "moto.awslambda.models"  # moto finds a service's URLs through the backend's module

    timeline: ClassVar[Timeline]
    guard: ClassVar[Guard]

    def create_event_source_mapping(self, spec: dict[str, Any]) -> EventSourceMapping:
        """Make a mapping; a message must not show again while the function works on it, whose role has to receive."""
        self._check_time_out(spec)
        self._check_role(spec)
        mapping = super().create_event_source_mapping(spec)
        self._poll(mapping)
        return mapping

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> EventSourceMapping | None:
        """Change a mapping."""
        mapping = super().update_event_source_mapping(uuid, spec)
        if mapping:
            self._poll(mapping)
        return mapping

    def _check_role(self, spec: dict[str, Any]) -> None:
        queue = sqs_backends[self.account_id][self.region_name].queues.get(spec["EventSourceArn"].rpartition(":")[2])
        lacking = _lacking(self.guard, self.get_function(spec["FunctionName"]), queue) if queue else None
        if lacking:
            raise InvalidParameterValueException(
                f"The provided execution role does not have permissions to call ReceiveMessage on SQS ({lacking})"
            )

    def _check_time_out(self, spec: dict[str, Any]) -> None:
        queue = sqs_backends[self.account_id][self.region_name].queues.get(spec["EventSourceArn"].rpartition(":")[2])
        name = spec["FunctionName"].rpartition(":")[2]
        function = next((item for item in self.list_functions() if item.function_name == name), None)
        if queue is None or function is None:
            return
        hidden, timeout = int(vars(queue)["visibility_timeout"]), int(function.timeout)
        if hidden < timeout:
            raise InvalidParameterValueException(
                f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {timeout} seconds",
            )

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
        queues = cast("Queues", sqs_backends[self._queue.account_id][self._queue.region])
        if mapping is None or self._queue.name not in queues.queues:
            return
        function = lambda_backends[self._queue.account_id][self._queue.region].get_function(mapping.function_arn)
        if _lacking(Mapped.guard, function, self._queue):
            return
        hidden = timedelta(seconds=int(vars(self._queue)["visibility_timeout"]))
        messages = queues.take(self._queue.name, mapping.batch_size, 0, int(hidden.total_seconds()))
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


def install(timeline: Timeline, guard: Guard) -> None:
    """Put the bench's SQS and mappings in place of moto's; after the functions, and for each new bench of a process."""
    Mapped.timeline, Mapped.guard = timeline, guard

    def told(queue: Queue, when: datetime) -> None:
        for mapping in _mappings(queue):
            timeline.at(max(when, timeline.now()), Poller(queue, mapping.uuid, timeline).poll)

    Arriving.told = staticmethod(told)
    Arriving.changed = staticmethod(Metered(timeline).changed)
    responses.install(Moving(timeline))
    sqs_backends.backend = Queues
    lambda_backends.backend = Mapped
    vars(models)["Queue"] = Arriving
    vars(models)["unix_time"] = lambda: timeline.now().timestamp()
    vars(models)["unix_time_millis"] = lambda: timeline.now().timestamp() * 1000


def _arriving(queue: Queue) -> Arriving:
    if not isinstance(queue, Arriving):
        raise TypeError("a queue that was made before the bench's SQS was installed")
    return queue


def _lacking(guard: Guard, function: LambdaFunction, queue: Queue) -> str | None:
    """Say what a function's role lacks to be handed messages (Lambda, "Configuring the execution role", for SQS)."""
    where = Where(queue.account_id, queue.region)
    actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    asked = [on_queue(action, queue.name, where) for action in actions]
    asked += sealing("sqs:ReceiveMessage", queue.name, where)
    return guard.role_lacks(function.role, function.function_name, asked, queue.region)


def _mappings(queue: Queue) -> list[EventSourceMapping]:
    """List the enabled mappings of a queue."""
    found = lambda_backends[queue.account_id][queue.region].list_event_source_mappings(queue.queue_arn, "")
    return [mapping for mapping in found if mapping.enabled]
