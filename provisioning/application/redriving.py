"""The way back out of a dead-letter queue: SQS moves what was set aside to its own queue, where it is tried again.

The client-secret function does it, for nobody else may receive what lies there: a message may hold a client secret.
SQS asks of whoever starts such a move that he might have received, deleted and sent the messages himself (SQS's
developer guide, "Configuring a dead-letter queue redrive"). botocore and the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provisioning import naming
from provisioning.errors import Waiting
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_RUNNING: Final = "RUNNING"
_WAITING: Final = "ApproximateNumberOfMessages"


@dataclass(frozen=True, slots=True)
class Redriver:
    """Redrives to the queues of the fleet `base`."""

    sqs: SQSClient
    region: str
    account: str
    base: str

    def set_aside(self) -> dict[str, int]:
        """Count what lies in the dead-letter queue of each queue; raises AccessDenied or Unreachable."""
        return {what: self._count(naming.dead(what)) for what in (naming.NEW_SECRET, naming.EXPIRY)}

    def run(self) -> dict[str, int]:
        """Have everything moved back, and count it, by queue; raises Waiting where a move is under way."""
        found = self.set_aside()
        for what in [what for what, number in found.items() if number]:
            arn = naming.queue_arn(self.region, self.account, self.base, naming.dead(what))
            with aws_errors("ListMessageMoveTasks", arn):
                tasks = self.sqs.list_message_move_tasks(SourceArn=arn).get("Results", [])
            if any(task.get("Status") == _RUNNING for task in tasks):
                raise Waiting(f"SQS is moving the messages of {arn} already: wait for its end")
            with aws_errors("StartMessageMoveTask", arn):
                self.sqs.start_message_move_task(SourceArn=arn)
        return found

    def _count(self, what: str) -> int:
        name = naming.queue_name(self.base, what)
        with aws_errors("GetQueueAttributes", name):
            url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
            told = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING])
        return int(told.get("Attributes", {}).get(_WAITING, "0"))
