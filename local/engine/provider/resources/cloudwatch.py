"""CloudWatch: metric alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, ResourceType, same_set
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import Values

_PLAIN: Mapping[str, str] = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "name": "AlarmName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
_QUERY: Mapping[str, str] = {
    "accountId": "AccountId",
    "expression": "Expression",
    "id": "Id",
    "label": "Label",
    "period": "Period",
    "returnData": "ReturnData",
}
_METRIC: Mapping[str, str] = {"period": "Period", "stat": "Stat", "unit": "Unit"}


class MetricAlarm(ResourceType):
    """An alarm on one metric or on a formula of several; its id is its name."""

    pulumi_type = "aws:cloudwatch/metricAlarm:MetricAlarm"
    arguments: ClassVar[Arguments] = {
        **{name: Argument() for name in _PLAIN},
        "actionsEnabled": Argument(default=True),
        "alarmActions": Argument(same=same_set),
        "comparisonOperator": Argument(required=True),
        "dimensions": Argument(),
        "evaluationPeriods": Argument(required=True),
        "insufficientDataActions": Argument(same=same_set),
        "metricQueries": Argument(),
        "name": NAME,
        "okActions": Argument(same=same_set),
        "region": REGION,
        "treatMissingData": Argument(default="missing"),
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse inside a metric query what the bench does not know."""
        for place, query in enumerate(inputs.get("metricQueries", ())):
            metric = query.get("metric", {})
            unknown = (query.keys() - {*_QUERY, "metric"}) | (
                metric.keys() - {*_METRIC, "dimensions", "metricName", "namespace"}
            )
            for name in sorted(unknown):
                yield f"the bench takes no {name} in metricQueries[{place}]"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """PutMetricAlarm takes everything in one call."""
        aws.client("cloudwatch").put_metric_alarm(**_alarm(inputs), Tags=pairs(inputs["tagsAll"]))
        return inputs["name"], {"arn": aws.arn("cloudwatch", f"alarm:{inputs['name']}")}

    def read(self, existing: Existing) -> Values | None:
        """DescribeAlarms and ListTagsForResource."""
        client = existing.aws.client("cloudwatch")
        alarms = client.describe_alarms(AlarmNames=[existing.id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
        if not alarms:
            return None
        alarm = alarms[0]
        return {
            "arn": alarm["AlarmArn"],
            **{ours: alarm.get(theirs) for ours, theirs in _PLAIN.items()},
            "dimensions": mapping(alarm.get("Dimensions"), "Name"),
            "metricQueries": [_seen_query(query) for query in alarm.get("Metrics", ())],
            "treatMissingData": alarm.get("TreatMissingData", "missing"),
            "tagsAll": mapping(client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """PutMetricAlarm replaces the whole alarm; it ignores tags on one that exists (botocore)."""
        if changed - TAGS.keys():
            existing.aws.client("cloudwatch").put_metric_alarm(**_alarm(inputs))
        return {}

    def delete(self, existing: Existing) -> None:
        """DeleteAlarms is no error where there is none."""
        existing.aws.client("cloudwatch").delete_alarms(AlarmNames=[existing.id])

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("cloudwatch").tag_resource(ResourceARN=existing.state["arn"], Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("cloudwatch").untag_resource(ResourceARN=existing.state["arn"], TagKeys=keys)


def _alarm(inputs: Values) -> Values:
    alarm = {theirs: inputs[ours] for ours, theirs in _PLAIN.items() if ours in inputs}
    if "dimensions" in inputs:
        alarm["Dimensions"] = pairs(inputs["dimensions"], "Name")
    if "metricQueries" in inputs:
        alarm["Metrics"] = [_query(query) for query in inputs["metricQueries"]]
    return alarm


def _query(query: Values) -> Values:
    asked = {theirs: query[ours] for ours, theirs in _QUERY.items() if ours in query}
    if metric := query.get("metric"):
        asked["MetricStat"] = {
            "Metric": {
                "Namespace": metric.get("namespace"),
                "MetricName": metric["metricName"],
                "Dimensions": pairs(metric.get("dimensions", {}), "Name"),
            },
            **{theirs: metric[ours] for ours, theirs in _METRIC.items() if ours in metric},
        }
    return asked


def _seen_query(query: Values) -> Values:
    seen = {ours: query[theirs] for ours, theirs in _QUERY.items() if query.get(theirs) not in (None, False, "")}
    if found := query.get("MetricStat"):
        metric = {
            "namespace": found["Metric"].get("Namespace"),
            "metricName": found["Metric"]["MetricName"],
            "dimensions": mapping(found["Metric"].get("Dimensions"), "Name"),
            **{ours: found[theirs] for ours, theirs in _METRIC.items() if theirs in found},
        }
        seen["metric"] = {name: value for name, value in metric.items() if value}
    return seen
