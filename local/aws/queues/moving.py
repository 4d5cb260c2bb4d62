"""Message move tasks: a dead-letter queue gives its messages back (botocore StartMessageMoveTask and its siblings).

Codes and what a finished task tells are those that were recorded of AWS in localstack's snapshots
(`tests/aws/services/sqs/test_sqs_move_task.snapshot.json`). A message that is moved is a new one: it has another id,
was sent at that moment, and has not been received yet (SQS's developer guide, "dead-letter queue redrive").
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import sqs_backends

from local.aws.queues.queue import Arriving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.sqs.models import Message

    from local.aws.timeline import Timeline

_SECOND: Final = timedelta(seconds=1)
#: What SQS moves a second where nobody says (SQS quotas: 500 at most).
_FASTEST: Final = 500
_LISTED: Final = 10


class _Missing(SQSException):
    """ResourceNotFoundException."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


@dataclass
class Task:
    """One task and how far it is."""

    source: str
    destination: str | None
    rate: int | None
    to_move: int
    started: float
    moved: int = 0
    status: str = "RUNNING"
    why: str | None = None
    handle: str = field(default_factory=lambda: str(uuid.uuid4()))

    def told(self) -> dict[str, Any]:
        """Write it as ListMessageMoveTasks does; only a running one has a handle."""
        found = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.why,
            "StartedTimestamp": int(self.started * 1000),
        }
        return {name: value for name, value in found.items() if value is not None}


class Moving:
    """The tasks of one bench, run on its timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._tasks: list[Task] = []
        self._guard = threading.RLock()

    def start(self, given: Mapping[str, Any]) -> str:
        """Answer StartMessageMoveTask: begin, and return the handle."""
        source = _queue(given.get("SourceArn"), "SourceArn")
        if not _sources(source):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        destination = given.get("DestinationArn")
        if destination:
            _queue(destination, "DestinationArn")
        rate = given.get("MaxNumberOfMessagesPerSecond")
        if rate is not None and not 1 <= int(rate) <= _FASTEST:
            raise InvalidParameterValue("MaxNumberOfMessagesPerSecond has to be between 1 and 500.")
        with self._guard:
            if any(task.source == source.queue_arn and task.status == "RUNNING" for task in self._tasks):
                raise InvalidParameterValue(
                    "There is already a task running. Only one active task is allowed for a source queue arn at a "
                    "given time."
                )
            waiting = len(source.movable())
            task = Task(source.queue_arn, destination, rate, waiting, self._timeline.now().timestamp())
            self._tasks.append(task)
        self._timeline.soon(lambda: self._move(task))
        return task.handle

    def tasks(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Answer ListMessageMoveTasks: the newest first, one unless more are asked for."""
        source = _queue(given.get("SourceArn"), "SourceArn").queue_arn
        most = int(given.get("MaxResults") or 1)
        if not 1 <= most <= _LISTED:
            raise InvalidParameterValue("MaxResults has to be between 1 and 10.")
        with self._guard:
            found = [task.told() for task in reversed(self._tasks) if task.source == source]
        return found[:most]

    def cancel(self, given: Mapping[str, Any]) -> int:
        """Answer CancelMessageMoveTask: what was moved stays moved; returns how many that were."""
        with self._guard:
            task = next((task for task in self._tasks if task.handle == given.get("TaskHandle")), None)
            if task is None:
                raise _Missing("Task does not exist.")
            if task.status == "RUNNING":
                task.status = "CANCELLED"
            return task.moved

    def source_of(self, handle: str) -> str | None:
        """Tell which queue a task gives back, for whoever asks who may cancel it."""
        with self._guard:
            return next((task.source for task in self._tasks if task.handle == handle), None)

    def _move(self, task: Task) -> None:
        """Move as many as a second allows, and come again for the rest."""
        with self._guard:
            source = _found(task.source)
            if task.status != "RUNNING" or source is None:
                return
            for message in source.movable()[: task.rate or _FASTEST]:
                if task.moved >= task.to_move:
                    break
                target = _target(task, message)
                if target is None:
                    task.status, task.why = "FAILED", "AWS.SimpleQueueService.NonExistentQueue"
                    return
                source.give_back(message, target)
                task.moved += 1
            if task.moved >= task.to_move or not source.movable():
                task.status = "COMPLETED"
                return
        self._timeline.at(self._timeline.now() + _SECOND, lambda: self._move(task))


def _target(task: Task, message: Message) -> Arriving | None:
    """Find where a message goes: where the task says, or back to where it came from."""
    if task.destination:
        return _found(task.destination)
    return _found(vars(message)["origin"])


def _queue(arn: Any, name: str) -> Arriving:  # noqa: ANN401  whatever was given
    found = _found(str(arn))
    if found is None:
        raise _Missing(f"The resource that you specified for the {name} parameter doesn't exist.")
    return found


def _found(arn: str) -> Arriving | None:
    parts = arn.split(":")
    if len(parts) != 6:  # noqa: PLR2004  an ARN's parts
        return None
    queue = sqs_backends[parts[4]][parts[3]].queues.get(parts[5])
    return queue if isinstance(queue, Arriving) else None


def _sources(dead: Arriving) -> list[Arriving]:
    """List the queues that give up to this one."""
    queues = sqs_backends[dead.account_id][dead.region].queues.values()
    return [queue for queue in queues if isinstance(queue, Arriving) and queue.dead_letter_queue is dead]
