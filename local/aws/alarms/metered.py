"""Lambda's own metrics by function: Invocations, Errors and Duration (milliseconds) of each invocation, and its URL's.

Those of URLs are in Lambda's guide, "Monitoring Lambda function URLs".
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from local.aws.alarms.responses import alarms
from local.aws.functions.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from local.aws.functions.answer import Answer, Deployed
    from local.aws.functions.logs import Logs
    from local.aws.timeline import Timeline

_CLIENT_ERROR, _SERVER_ERROR = 400, 500


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
        _put(function.arn, values, began)
        return answer

    def count_url(self, arn: str, status: int) -> None:
        """Count an answer of a function URL; one that was throttled is one of Lambda's Throttles as well."""
        values = {
            "UrlRequestCount": 1,
            "Url4xxCount": int(_CLIENT_ERROR <= status < _SERVER_ERROR),
            "Url5xxCount": int(status >= _SERVER_ERROR),
            "Throttles": int(status == HTTPStatus.TOO_MANY_REQUESTS),
        }
        _put(arn, values, self._timeline.now())


def _put(arn: str, values: Mapping[str, float], at: datetime) -> None:
    region, account, name = (arn.split(":")[place] for place in (3, 4, 6))
    alarms(account, region).put_metric_data(
        "AWS/Lambda",
        [
            {
                "MetricName": metric,
                "Value": value,
                "Dimensions": [{"Name": "FunctionName", "Value": name}],
                "Timestamp": at,
            }
            for metric, value in values.items()
        ],
    )
