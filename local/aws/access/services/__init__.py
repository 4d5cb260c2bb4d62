"""What each service's calls ask to be allowed, a module a service (Service Authorization Reference)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from local.aws.access.services import awslambda, dynamodb, ecs, iam, kms, messaging, secretsmanager, watching

if TYPE_CHECKING:
    from local.aws.access.asked import Asked, Parameters, Where
    from local.aws.faults.call import Call

#: By the name a service signs with.
_SERVICES: Final = {
    "secretsmanager": secretsmanager.asks,
    "kms": kms.asks,
    "lambda": awslambda.asks,
    "iam": iam.asks,
    "sts": iam.lending,
    "sqs": messaging.queues,
    "sns": messaging.topics,
    "dynamodb": dynamodb.asks,
    "monitoring": watching.metrics,
    "logs": watching.logs,
    "ecs": ecs.asks,
    "events": watching.events,
    "cloudtrail": watching.trails,
}


def asks_of(call: Call, given: Parameters, where: Where) -> list[Asked] | None:
    """List what a call asks to be allowed; None for a service whose permissions the bench does not know."""
    asks = _SERVICES.get(call.service)
    return asks(call.operation, given, where) if asks and call.operation else None
