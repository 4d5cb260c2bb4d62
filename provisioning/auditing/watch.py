"""CloudWatch, Logs and SNS in three calls: how long a fleet's logs are kept, and whom its alarms reach.

The one module that knows boto3's shapes of these three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_sns import SNSClient

_UNCONFIRMED: Final = "PendingConfirmation"


@dataclass(frozen=True, slots=True)
class Log:
    """A log group; `days` is None where nothing is ever deleted."""

    arn: str
    name: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm; `tells` are the topics it writes to, none where its actions are switched off."""

    name: str
    tells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who gets a topic's messages, and whether he has confirmed that he wants them."""

    protocol: str
    endpoint: str
    confirmed: bool


class Watch:
    """Reads what watches a fleet through boto3 clients; raises AccessDenied or Unreachable."""

    def __init__(self, logs: CloudWatchLogsClient, cloudwatch: CloudWatchClient, sns: SNSClient) -> None:
        self._logs = logs
        self._cloudwatch = cloudwatch
        self._sns = sns

    def logs(self, prefix: str) -> tuple[Log, ...]:
        """List the log groups whose name begins with `prefix`, by name."""
        with aws_errors("DescribeLogGroups", prefix):
            pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
            groups = [group for page in pages for group in page["logGroups"]]
        found = [
            # AWS ends the group's ARN with `:*`, as its policies want it.
            Log(group["arn"].removesuffix(":*"), group["logGroupName"], group.get("retentionInDays"))
            for group in groups
        ]
        return tuple(sorted(found, key=lambda log: log.name))

    def alarms(self, prefix: str) -> tuple[Alarm, ...]:
        """List the alarms whose name begins with `prefix`, by name."""
        with aws_errors("DescribeAlarms", prefix):
            pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
            alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
        found = [
            Alarm(alarm["AlarmName"], tuple(sorted(alarm["AlarmActions"])) if alarm["ActionsEnabled"] else ())
            for alarm in alarms
        ]
        return tuple(sorted(found, key=lambda alarm: alarm.name))

    def subscribers(self, topic: str) -> tuple[Subscriber, ...]:
        """List who gets the messages of a topic, by its ARN."""
        with aws_errors("ListSubscriptionsByTopic", topic):
            pages = self._sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            told = [each for page in pages for each in page["Subscriptions"]]
        found = [
            Subscriber(each["Protocol"], each["Endpoint"], each["SubscriptionArn"] != _UNCONFIRMED) for each in told
        ]
        return tuple(sorted(found, key=lambda each: (each.protocol, each.endpoint)))
