"""What the calls of CloudWatch, CloudWatch Logs, EventBridge and CloudTrail ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked

if TYPE_CHECKING:
    from local.aws.access.asked import Context, Parameters, Where


def metrics(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of CloudWatch asks."""
    action = f"cloudwatch:{operation}"
    tags = _tags(given)
    if operation == "PutMetricData":
        return [Asked(action, ANY, {"cloudwatch:namespace": str(given.get("Namespace", ""))})]
    if given.get("ResourceARN"):
        return [Asked(action, str(given["ResourceARN"]), tags)]
    names = [given["AlarmName"]] if given.get("AlarmName") else given.get("AlarmNames") or []
    if not names or operation == "DescribeAlarms":
        return [Asked(action)]
    alarms = [where.arn("cloudwatch", f"alarm:{name}") for name in names]
    tagging = [Asked("cloudwatch:TagResource", alarm, tags) for alarm in alarms] if tags else []
    return [*(Asked(action, alarm, tags) for alarm in alarms), *tagging]


def logs(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of CloudWatch Logs asks."""
    action = f"logs:{operation}"
    tags = _tags(given)
    if operation == "DescribeLogGroups":
        return [Asked(action)]
    if given.get("resourceArn"):
        return [Asked(action, str(given["resourceArn"]).removesuffix(":*"), tags)]
    group = where.arn("logs", f"log-group:{given.get('logGroupName', '')}")
    if given.get("logStreamName"):
        return [Asked(action, f"{group}:log-stream:{given['logStreamName']}")]
    tagging = [Asked("logs:TagResource", group, tags)] if operation == "CreateLogGroup" and tags else []
    return [Asked(action, group, tags), *tagging]


def events(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of EventBridge asks."""
    action = f"events:{operation}"
    tags = _tags(given)
    if operation == "PutEvents":
        return [_put(action, entry, where) for entry in given.get("Entries") or [{}]]
    resource = str(given.get("ResourceARN") or _rule_or_bus(operation, given, where) or ANY)
    tagging = (
        [Asked("events:TagResource", resource, tags)] if operation in {"PutRule", "CreateEventBus"} and tags else []
    )
    # A target's role is handed to EventBridge (EventBridge's user guide, "Using identity-based policies").
    passed: Context = {"iam:PassedToService": "events.amazonaws.com"}
    roles = [target["RoleArn"] for target in given.get("Targets") or () if target.get("RoleArn")]
    return [Asked(action, resource, tags), *tagging, *(Asked("iam:PassRole", str(role), passed) for role in roles)]


def _rule_or_bus(operation: str, given: Parameters, where: Where) -> str | None:
    """Write the ARN of the rule or the bus that a call names; a rule on another bus than the default one names it."""
    name = given.get("Rule") or given.get("Name")
    if not name:
        return None
    if operation.endswith("EventBus"):
        return _bus(name, where)
    bus = str(given.get("EventBusName") or "default").rpartition("/")[2]
    return where.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def _put(action: str, entry: Parameters, where: Where) -> Asked:
    """Ask for one entry of PutEvents, with the keys that tell what it says."""
    said: Context = {
        "events:source": str(entry.get("Source", "")),
        "events:detail-type": str(entry.get("DetailType", "")),
    }
    return Asked(action, _bus(entry.get("EventBusName") or "default", where), said)


def _bus(name: object, where: Where) -> str:
    return str(name) if str(name).startswith("arn:") else where.arn("events", f"event-bus/{name}")


def trails(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of CloudTrail asks; LookupEvents knows no resource."""
    del where
    return [Asked(f"cloudtrail:{operation}", str(given.get("TrailARN") or ANY))]


def _tags(given: Parameters) -> Context:
    listed = given.get("Tags") or given.get("tags")
    keys = given.get("TagKeys") or given.get("tagKeys") or ()
    return {**tags_asked(pairs(listed)), **keys_asked(keys)}
