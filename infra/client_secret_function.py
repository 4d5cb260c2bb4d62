"""The function that renews the fleet's client secret: its queues, its schedule, and the alarms on what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra import archive
from infra.alarms import Alarm, declare_alarm, errors, silence
from infra.configuration import PROJECT
from infra.function import FunctionArgs, declare_function, run_by
from infra.policies.calendar import METRICS
from infra.policies.client_secret import client_secret_policy
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from infra.place import Place

#: The function's entry point, in module and function.
HANDLER: Final = "provisioning.application.handler.handle"

#: The variables that tell the function its fleet, the app secret and the table.
BASE_VARIABLE: Final = "SELLERKEYS_BASE"
APP_VARIABLE: Final = "SELLERKEYS_APP_SECRET_ID"
TABLE_VARIABLE: Final = "SELLERKEYS_TABLE"

_EVERY: Final = "rate(5 minutes)"
_MEMORY_MB: Final = 512
# 22.5 rotations a second: 5,000 sellers take four minutes. What is left is continued by the next turn.
_TIMEOUT_SECONDS: Final = 600
#: Each message is done on its own, and one takes seconds.
_BATCH: Final = 10
_SILENT_HOURS: Final = 2


def zipped() -> Path:
    """Build the function's zip and return where it lies."""
    return archive.build(PROJECT, naming.CLIENT_SECRET, HANDLER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecretFunctionArgs:
    """The fleet, the ARNs of what the function works with, by name the queues, and the zip, built unless given."""

    place: Place
    key_arn: pulumi.Input[str]
    queues_key_arn: pulumi.Input[str]
    queue_arns: Mapping[str, pulumi.Input[str]]
    app_secret_arn: pulumi.Input[str]
    table_name: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    code: Path = field(default_factory=zipped)


class ClientSecretFunction(pulumi.ComponentResource):
    """The function with its role and log, a mapping for each queue, the rule that runs it, and its alarms."""

    def __init__(self, name: str, args: ClientSecretFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:ClientSecretFunction", name, None, opts)
        place = args.place
        keys = pulumi.Output.all(args.key_arn, args.queues_key_arn)
        function = declare_function(
            name,
            FunctionArgs(
                place=place,
                function=naming.CLIENT_SECRET,
                description=f"Renews the client secret of the fleet {place.base} and brings it to every seller.",
                code=args.code,
                handler=HANDLER,
                policy_name="renew-client-secret",
                policy=keys.apply(lambda arns: client_secret_policy(place, *arns)),
                memory=_MEMORY_MB,
                timeout=_TIMEOUT_SECONDS,
                variables={
                    BASE_VARIABLE: place.base,
                    APP_VARIABLE: args.app_secret_arn,
                    TABLE_VARIABLE: args.table_name,
                },
            ),
            self,
        )
        for what, arn in args.queue_arns.items():
            aws.lambda_.EventSourceMapping(
                f"{name}-{what}",
                event_source_arn=arn,
                function_name=function.name,
                batch_size=_BATCH,
                # Without it one message that fails would bring the others back, or be deleted with them.
                function_response_types=["ReportBatchItemFailures"],
                tags={naming.TAG_BASE: place.base},
                opts=pulumi.ResourceOptions(parent=self),
            )
        run_by(_EVERY, name, place, naming.CLIENT_SECRET, function, self)
        for alarm in _alarms(place, function):
            declare_alarm(f"{name}-{alarm.what}", alarm, place, args.alarm_topic_arn, self)
        self.arn: pulumi.Output[str] = function.arn
        self.register_outputs({"arn": self.arn})


def _alarms(place: Place, function: aws.lambda_.Function) -> list[Alarm]:
    """Describe the alarms: on the function itself, on what it counts, and on what it could not understand."""
    failed = "The client-secret function failed: a new client secret may not reach the sellers. Its log says why."
    dead = f"The client-secret function has not run for {_SILENT_HOURS} hours: nobody continues what it began."
    counted = (
        ("refused", "RefusedClientSecrets", "Amazon refused a new client secret; the one before stays in use."),
        ("unanswered", "UnansweredRequests", "Amazon was asked for a client secret, and in an hour no message came."),
        ("late", "LateSellers", "Sellers still hold the old client secret, which ends within two days or has ended."),
    )
    return [
        errors(naming.CLIENT_SECRET, function.name, failed, "client-secret-failed"),
        silence(naming.CLIENT_SECRET, function.name, _SILENT_HOURS, dead, "client-secret-silent"),
        *(
            Alarm(
                function=naming.CLIENT_SECRET,
                what=what,
                meaning=meaning,
                page=f"client-secret-{what}",
                namespace=METRICS,
                metric=metric,
                dimensions={"Fleet": place.base},
                statistic="Maximum",
                comparison="GreaterThanOrEqualToThreshold",
                missing="ignore",
            )
            for what, metric, meaning in counted
        ),
        *(
            Alarm(
                function=naming.CLIENT_SECRET,
                what=naming.dead(what),
                meaning="A message to the fleet's queues could not be used in twelve hours of tries, and is set aside.",
                page="client-secret-dead-letter",
                namespace="AWS/SQS",
                metric="ApproximateNumberOfMessagesVisible",
                dimensions={"QueueName": naming.queue_name(place.base, naming.dead(what))},
                statistic="Maximum",
                comparison="GreaterThanOrEqualToThreshold",
                missing="ignore",
            )
            for what in (naming.NEW_SECRET, naming.EXPIRY)
        ),
    ]
