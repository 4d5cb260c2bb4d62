"""Lambda's own metrics: each invocation leaves Invocations, Errors and Duration (milliseconds), by function."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from local.aws.alarms.responses import alarms
from local.aws.functions.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local.aws.functions.answer import Answer, Deployed
    from local.aws.functions.logs import Logs
    from local.aws.timeline import Timeline


class Metered(Pool):
    """A pool that counts; a data point bears the time at which the invocation began."""

    def __init__(self, folder: Path, logs: Logs, environment: Mapping[str, str], timeline: Timeline) -> None:
        super().__init__(folder, logs, environment)
        self._timeline = timeline

    def invoke(self, function: Deployed, payload: bytes) -> Answer:
        """Run a function on an event, wait for its answer, and count it."""
        began, started = self._timeline.now(), time.monotonic()
        answer = super().invoke(function, payload)
        values = {
            "Invocations": 1,
            "Errors": int(answer.error is not None),
            "Duration": (time.monotonic() - started) * 1000,
        }
        dimensions = [{"Name": "FunctionName", "Value": function.name}]
        alarms(function.account, function.region).put_metric_data(
            "AWS/Lambda",
            [
                {"MetricName": name, "Value": value, "Dimensions": dimensions, "Timestamp": began}
                for name, value in values.items()
            ],
        )
        return answer
