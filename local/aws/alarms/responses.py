"""CloudWatch over HTTP: moto's parsing, and the history that moto lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudwatch import urls
from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from local.aws.alarms.backend import Alarms, entries

if TYPE_CHECKING:
    from local.aws.timeline import Timeline


class Responses(CloudWatchResponse):
    """Answers what moto answers, and DescribeAlarmHistory."""

    def describe_alarm_history(self) -> ActionResult:
        """Answer DescribeAlarmHistory; all in one page."""
        return ActionResult(
            {"AlarmHistoryItems": entries(alarms(self.current_account, self.region), self._get_params())}
        )


def install(timeline: Timeline) -> None:
    """Put the bench's CloudWatch in place of moto's; before first use, and again for each new bench of a process."""
    Alarms.timeline = timeline
    cloudwatch_backends.backend = Alarms
    urls.url_paths["{0}/$"] = Responses.dispatch


def alarms(account: str, region: str) -> Alarms:
    """Find the CloudWatch of an account and region."""
    found = cloudwatch_backends[account][region]
    if not isinstance(found, Alarms):
        raise TypeError("CloudWatch was used before the bench's rules were installed")
    return found
