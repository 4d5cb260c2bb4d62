"""A queue as SQS keeps it, where moto's does otherwise: attributes, retention, receipt handles, who may redrive to it.

Sources: botocore's SQS texts (SetQueueAttributes, DeleteMessage); SQS's developer guide, "Using dead-letter queues".
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.models import Queue, sqs_backends

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.sqs.models import Message

#: Attributes a caller may ask for by name, which moto takes for wrong names.
OVERLOOKED: Final = frozenset({"Policy", "QueueArn", "RedriveAllowPolicy"})


class Arriving(Queue):
    """A queue that tells its mappings (`told`, with the time from when to look) what can be received.

    `changed` is told that it holds more messages or fewer, for CloudWatch.
    """

    told: ClassVar[Callable[[Queue, datetime], None]]
    changed: ClassVar[Callable[[Arriving], None]]

    def __init__(self, name: str, region: str, account_id: str, **attributes: Any) -> None:  # noqa: ANN401 - moto's signature
        self.allows: str | None = None
        super().__init__(name, region, account_id, **attributes)

    @property
    def attributes(self) -> dict[str, Any]:
        """All attributes."""
        return super().attributes | ({"RedriveAllowPolicy": self.allows} if self.allows else {})

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        """Set these attributes and leave the others; moto would take the policy away with any change."""
        given = dict(attributes)
        if "RedriveAllowPolicy" in given:
            self.allows = given.pop("RedriveAllowPolicy") or None
        if given.get("RedrivePolicy"):
            self._ask(json.loads(given["RedrivePolicy"]).get("deadLetterTargetArn"))
        if not given.get("KmsMasterKeyId", True):
            given["KmsMasterKeyId"] = None
        if "Policy" not in given and "_policy_json" in vars(self):
            given["Policy"] = self.policy
        super()._set_attributes(given, now)

    def add_message(self, message: Message) -> None:
        """Take a message, sent or given up by another queue."""
        self.lambda_event_source_mappings = {}  # moto would invoke here
        # Where it was sent to, for the way back out of a dead-letter queue.
        vars(message).setdefault("origin", self.queue_arn)
        super().add_message(message)
        type(self).told(self, _when(message.delayed_until))
        type(self).changed(self)

    def delete_message(self, receipt_handle: str) -> None:
        """Delete a message by the handle of its last receipt; an older one deletes nothing, and is told success."""
        held = next((item for item in self._messages if item.had_receipt_handle(receipt_handle)), None)
        if held is None or held.receipt_handle == receipt_handle:
            super().delete_message(receipt_handle)
            type(self).changed(self)

    def forget(self) -> None:
        """Drop what was kept for MessageRetentionPeriod since it was sent."""
        oldest = vars(models)["unix_time_millis"]() - float(vars(self)["message_retention_period"]) * 1000
        gone = {item for item in self._messages if float(item.sent_timestamp or 0) <= oldest}
        if gone:
            self._messages = [item for item in self._messages if item not in gone]
            self.pending_messages.difference_update(gone)

    def movable(self) -> list[Message]:
        """List the messages that nobody holds, the oldest first."""
        self.forget()
        return [item for item in self._messages if item.visible]

    def give_back(self, message: Message, to: Arriving) -> None:
        """Move a message to another queue, where it is a new one."""
        self._messages = [item for item in self._messages if item is not message]
        self.pending_messages.discard(message)
        vars(message)["origin"] = to.queue_arn
        message.id, message.approximate_receive_count = str(uuid.uuid4()), 0
        message.approximate_first_receive_timestamp = None
        message.mark_sent(delay_seconds=0)
        type(self).changed(self)
        to.add_message(message)

    def look_again(self) -> None:
        """Tell the mappings when what somebody holds can be received again."""
        if hidden := [item.visible_at for item in self._messages if not item.visible]:
            # SQS shows a message again after its time-out, not at the very moment.
            type(self).told(self, _when(min(hidden) + 2))

    def _ask(self, dead_letter_arn: str | None) -> None:
        """Refuse a dead-letter queue that does not take from this queue."""
        found = sqs_backends[self.account_id][self.region].queues.values()
        target = next((queue for queue in found if queue.queue_arn == dead_letter_arn), None)
        allows = json.loads(target.allows) if isinstance(target, Arriving) and target.allows else {}
        permission = allows.get("redrivePermission", "allowAll")
        if permission == "denyAll" or (permission == "byQueue" and self.queue_arn not in allows["sourceQueueArns"]):
            raise InvalidParameterValue(
                f"Value {dead_letter_arn} for parameter RedrivePolicy is invalid. Reason: The dead-letter queue's "
                f"RedriveAllowPolicy does not allow {self.queue_arn}."
            )


def _when(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
