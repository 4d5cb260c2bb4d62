"""What a rule's target gets: the event, a constant, or what a transformer makes of the event.

Delivered to functions (asynchronously, so Lambda tries a failed one again, aws.md 2.5), topics and queues, where their
own policy lets EventBridge in, and to the default bus of another region by a role that may. A delivery that is not let
in is counted as AWS/Events FailedInvocations, by RuleName.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.events.models import events_backends
from moto.sqs.models import sqs_backends

from local.aws import topics
from local.aws.access.asked import Asked
from local.aws.alarms.responses import alarms
from local.aws.events.template import filled
from local.aws.functions import backend as functions
from local.aws.functions.permission import may_invoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local.aws.timeline import Timeline

#: Says what a role lacks, by its ARN, its session's name, what is asked, and where; None where it may.
Lacks: TypeAlias = "Callable[[str, str, Iterable[Asked], str], str | None]"
#: Lambda tries an asynchronous invocation that failed twice more, after one minute and after two (aws.md 2.5, [LAM23]).
_RETRIES: Final = (timedelta(minutes=1), timedelta(minutes=2))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way from a rule to one of its targets; `target` is as PutTargets took it."""

    rule_arn: str
    target: Mapping[str, Any]
    event: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Write what the target gets."""
        event = {**self.event, "time": _time(self.event.get("time"))}
        if constant := self.target.get("Input"):
            return str(constant)
        if transformer := self.target.get("InputTransformer"):
            return filled(transformer["InputTemplate"], transformer.get("InputPathsMap") or {}, event)
        return json.dumps(event)


def deliver(delivery: Delivery, timeline: Timeline, lacks: Lacks) -> None:
    """Hand an event over, and count it."""
    arn = delivery.target["Arn"]
    service, region, account = arn.split(":")[2:5]
    why_not: str | None = f"the bench delivers to no target of {service}"
    if service == "lambda":
        why_not = _to_function(arn, delivery, timeline)
    elif service == "sns":
        why_not = topics.publish(arn, delivery.text, None, service=topics.EVENTS, source_arn=delivery.rule_arn)
    elif service == "sqs":
        sqs_backends[account][region].send_message(arn.split(":")[5], delivery.text)
        why_not = None
    elif service == "events":
        why_not = _to_bus(arn, delivery, lacks)
    name = delivery.rule_arn.rpartition("/")[2]
    metric = "FailedInvocations" if why_not else "Invocations"
    datum = {"MetricName": metric, "Value": 1, "Dimensions": [{"Name": "RuleName", "Value": name}]}
    alarms(account, region).put_metric_data("AWS/Events", [datum])


def put_on(account: str, region: str, event: Any) -> None:  # noqa: ANN401 - JSON
    """Put an event on the default bus of an account and region."""
    source = event["source"]
    for rule in list(events_backends[account][region].event_buses["default"].rules.values()):
        # The rest of a pattern takes longer to compare.
        if source in (rule.event_pattern.get_pattern() or {}).get("source", [source]):
            rule.send_to_targets(event)


def _to_bus(arn: str, delivery: Delivery, lacks: Lacks) -> str | None:
    """Forward an event as it is, as the target's role (EventBridge's user guide, "Sending events between Regions")."""
    region, account = arn.split(":")[3:5]
    role = str(delivery.target.get("RoleArn", ""))
    if not role:
        return "a bus in another region takes a role"
    if region == delivery.rule_arn.split(":")[3]:
        return "the bench forwards to another region only"
    asked = Asked("events:PutEvents", arn, {"events:source": str(delivery.event["source"])})
    if refusal := lacks(role, "events", [asked], region):
        return refusal
    put_on(account, region, dict(delivery.event))
    return None


def _to_function(arn: str, delivery: Delivery, timeline: Timeline) -> str | None:
    region, account = arn.split(":")[3:5]
    try:
        policy = lambda_backends[account][region].get_function(arn).policy.statements
    except UnknownFunctionException:
        return "there is no such function"
    if not may_invoke(policy, topics.EVENTS, account, delivery.rule_arn):
        return "the function's policy does not allow it"
    _invoke(arn, delivery.text.encode(), timeline, list(_RETRIES))
    return None


def _invoke(arn: str, payload: bytes, timeline: Timeline, pauses: list[timedelta]) -> None:
    if functions.invoke(arn, payload).error and pauses:
        timeline.at(timeline.now() + pauses[0], lambda: _invoke(arn, payload, timeline, pauses[1:]))


def _time(time: Any) -> str:  # noqa: ANN401 - moto dates an event of PutEvents in seconds, or as the caller wrote it
    if isinstance(time, str) and not time.replace(".", "", 1).isdigit():
        return time
    return datetime.fromtimestamp(float(time), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
