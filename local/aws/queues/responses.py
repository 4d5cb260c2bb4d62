"""SQS over HTTP: moto's parsing, and the message move tasks that moto lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from moto.core.responses import ActionResult
from moto.sqs import urls
from moto.sqs.responses import SQSResponse

if TYPE_CHECKING:
    from local.aws.queues.moving import Moving


class Responses(SQSResponse):
    """Answers what moto answers, and StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask."""

    moving: ClassVar[Moving]

    def start_message_move_task(self) -> ActionResult:
        """Answer StartMessageMoveTask."""
        return ActionResult({"TaskHandle": self.moving.start(self._get_params())})

    def list_message_move_tasks(self) -> ActionResult:
        """Answer ListMessageMoveTasks."""
        return ActionResult({"Results": self.moving.tasks(self._get_params())})

    def cancel_message_move_task(self) -> ActionResult:
        """Answer CancelMessageMoveTask."""
        return ActionResult({"ApproximateNumberOfMessagesMoved": self.moving.cancel(self._get_params())})


def install(moving: Moving) -> None:
    """Put the bench's SQS in place of moto's, for each new bench of a process."""
    Responses.moving = moving
    for path in urls.url_paths:
        urls.url_paths[path] = Responses().dispatch
