"""What SQS counts for CloudWatch: how many messages of a queue can be received.

SQS tells it every minute of a queue in use (SQS guide, "CloudWatch metrics for Amazon SQS"); here it is told
when the number changes, and once more a period later, so that an alarm that ignores missing data ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from local.aws.alarms.responses import alarms

if TYPE_CHECKING:
    from local.aws.queues.queue import Arriving
    from local.aws.timeline import Timeline

_VISIBLE: Final = "ApproximateNumberOfMessagesVisible"
_LATER: Final = timedelta(minutes=5)


class Metered:
    """Counts the queues of one bench, on its timeline: whoever changes a queue may hold its lock."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def changed(self, queue: Arriving) -> None:
        """Tell of a queue now, and once more."""
        self._timeline.soon(lambda: self._put(queue))
        self._timeline.at(self._timeline.now() + _LATER, lambda: self._put(queue))

    def _put(self, queue: Arriving) -> None:
        datum = {
            "MetricName": _VISIBLE,
            "Value": len(queue.movable()),
            "Dimensions": [{"Name": "QueueName", "Value": queue.name}],
            "Timestamp": self._timeline.now(),
        }
        alarms(queue.account_id, queue.region).put_metric_data("AWS/SQS", [datum])
