"""The fleet's alarms: when one goes off, and which page says what to do then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.place import Place

_HOUR = 3600
_FIVE_MINUTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm on one metric over `periods` of `seconds` each, in a row.

    `what` names it beside its function; `meaning` is a sentence for whoever gets the mail, `page` its runbook. Where no
    data came in a period, `missing` says what that means (botocore TreatMissingData).
    """

    function: str
    what: str
    meaning: str
    page: str
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str
    comparison: str
    missing: str
    seconds: int = _FIVE_MINUTES
    periods: int = 1


def errors(function: str, name: pulumi.Input[str], meaning: str, page: str) -> Alarm:
    """Describe the alarm on the function of this name in AWS: one error in five minutes."""
    return Alarm(
        function=function,
        what="errors",
        meaning=meaning,
        page=page,
        namespace="AWS/Lambda",
        metric="Errors",
        dimensions={"FunctionName": name},
        statistic="Sum",
        comparison="GreaterThanOrEqualToThreshold",
        missing="notBreaching",
    )


def silence(function: str, name: pulumi.Input[str], hours: int, meaning: str, page: str) -> Alarm:
    """Describe the alarm on a function that nothing has invoked for so many hours."""
    return Alarm(
        function=function,
        what="silent",
        meaning=meaning,
        page=page,
        namespace="AWS/Lambda",
        metric="Invocations",
        dimensions={"FunctionName": name},
        statistic="Sum",
        comparison="LessThanThreshold",
        missing="breaching",
        seconds=_HOUR,
        periods=hours,
    )


def declare_alarm(
    name: str, alarm: Alarm, place: Place, topic_arn: pulumi.Input[str], parent: pulumi.Resource
) -> aws.cloudwatch.MetricAlarm:
    """Declare an alarm as a child of `parent`; the topic is told when it goes off and when it ends."""
    return aws.cloudwatch.MetricAlarm(
        name,
        name=naming.alarm_name(place.base, alarm.function, alarm.what),
        alarm_description=f"{alarm.meaning} See docs/runbooks/{alarm.page}.md.",
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        dimensions=dict(alarm.dimensions),
        statistic=alarm.statistic,
        period=alarm.seconds,
        evaluation_periods=alarm.periods,
        threshold=1,
        comparison_operator=alarm.comparison,
        treat_missing_data=alarm.missing,
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags={naming.TAG_BASE: place.base},
        opts=pulumi.ResourceOptions(parent=parent),
    )
