"""How services of AWS publish to an SNS topic: as far as the topic's policy lets them."""

from __future__ import annotations

import json

from moto.sns.models import sns_backends

from local.aws.functions.permission import allows

_PUBLISH = "sns:Publish"
CLOUDWATCH = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"


def publish(topic_arn: str, message: str, subject: str | None, *, service: str, source_arn: str) -> str | None:
    """Publish for a service; returns why the topic did not take it, or None.

    The policy that every new topic has lets CloudWatch's alarms in and EventBridge's rules not; a policy of one's own
    has to name both (EventBridge's user guide, "Using resource-based policies").
    """
    region, account = topic_arn.split(":")[3:5]
    topic = sns_backends[account][region].topics.get(topic_arn)
    if topic is None:
        return "there is no such topic"
    statements = json.loads(topic.policy)["Statement"]
    by_name = allows(statements, _PUBLISH, {"Service": service}, account, source_arn)
    by_default = service == CLOUDWATCH and allows(statements, _PUBLISH, {"AWS": "*"}, account, source_arn)
    if not by_name and not by_default:
        return "the topic's policy does not allow it"
    topic.publish(message, subject=subject)
    return None
