"""The function that looks at the whole fleet once a day, its schedule, and the alarms on what it finds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi

from infra import archive
from infra.alarms import Alarm, declare_alarm, errors, silence
from infra.configuration import PROJECT
from infra.function import FunctionArgs, declare_function, run_by
from infra.policies.calendar import METRICS, calendar_policy
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pulumi_aws as aws

    from infra.place import Place
    from provisioning.settings import Application, ClientSecret, DatedRole

#: The function's entry point, in module and function.
HANDLER: Final = "provisioning.calendar.handler.handle"

#: The variables that tell the function its fleet, where notices go, and what it asks Amazon with, when and where.
BASE_VARIABLE: Final = "SELLERKEYS_BASE"
TOPIC_VARIABLE: Final = "SELLERKEYS_TOPIC_ARN"
CONSENTS_VARIABLE: Final = "SELLERKEYS_CONSENTS"
APP_VARIABLE: Final = "SELLERKEYS_APP_SECRET_ID"
TABLE_VARIABLE: Final = "SELLERKEYS_TABLE"
DAYS_VARIABLE: Final = "SELLERKEYS_ASK_DAYS"
REGION_VARIABLE: Final = "SELLERKEYS_SP_API_REGION"

# In the morning in Europe, after the night's rotations: the windows of a rate begin at midnight UTC (aws.md 2.9).
_DAILY: Final = "cron(0 6 * * ? *)"
_MEMORY_MB: Final = 256
# A hundred sellers a call, and a few calls for each that changed.
_TIMEOUT_SECONDS: Final = 300
# A day, and two hours in which AWS may be late.
_SILENT_HOURS: Final = 26


def zipped() -> Path:
    """Build the function's zip and return where it lies."""
    return archive.build(PROJECT, naming.CALENDAR, HANDLER)


def consents(application: Application, roles: Sequence[DatedRole]) -> str:
    """Write what the function has to know of consents: those to a private application have no stated end."""
    dated = [{"name": role.name, "since": role.since.isoformat()} for role in roles]
    return json.dumps({"lapses": application.kind != "private", "roles": dated}, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFunctionArgs:
    """The fleet, the ARNs of what the function works with, when it asks Amazon, and the zip, built unless given.

    `application` and `roles` say whether sellers' consents end, and what the application gained when.
    """

    place: Place
    application: Application
    roles: Sequence[DatedRole] = ()
    alarm_topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    queues_key_arn: pulumi.Input[str]
    app_secret_arn: pulumi.Input[str]
    table_name: pulumi.Input[str]
    client_secret: ClientSecret
    code: Path = field(default_factory=zipped)


class CalendarFunction(pulumi.ComponentResource):
    """The function with its role and log, the rule that runs it daily, and its alarms."""

    def __init__(self, name: str, args: CalendarFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:CalendarFunction", name, None, opts)
        place = args.place
        keys = pulumi.Output.all(args.key_arn, args.queues_key_arn)
        function = declare_function(
            name,
            FunctionArgs(
                place=place,
                function=naming.CALENDAR,
                description=f"Looks at every seller of the fleet {place.base} once a day, and asks Amazon.",
                code=args.code,
                handler=HANDLER,
                policy_name="look-at-sellers",
                policy=keys.apply(lambda arns: calendar_policy(place, *arns)),
                memory=_MEMORY_MB,
                timeout=_TIMEOUT_SECONDS,
                variables={
                    BASE_VARIABLE: place.base,
                    TOPIC_VARIABLE: args.alarm_topic_arn,
                    CONSENTS_VARIABLE: consents(args.application, args.roles),
                    APP_VARIABLE: args.app_secret_arn,
                    TABLE_VARIABLE: args.table_name,
                    DAYS_VARIABLE: str(args.client_secret.ask_days),
                    REGION_VARIABLE: args.client_secret.region,
                },
            ),
            self,
        )
        run_by(_DAILY, name, place, naming.CALENDAR, function, self)
        for alarm in self._alarms(args.place, function):
            declare_alarm(f"{name}-{alarm.what}", alarm, place, args.alarm_topic_arn, self)
        self.register_outputs({})

    @staticmethod
    def _alarms(place: Place, function: aws.lambda_.Function) -> list[Alarm]:
        """Describe the alarms; the number of overdue sellers comes once a day and holds until the next."""
        dead = f"The calendar function has not run for {_SILENT_HOURS} hours: nobody watches the fleet."
        failed = "The calendar function failed: nobody watched the fleet today. Its log says why."
        return [
            Alarm(
                function=naming.CALENDAR,
                what="overdue",
                meaning="A seller's rotation has not succeeded in time. The calendar function's log names the seller.",
                page="rotation-overdue",
                namespace=METRICS,
                metric="OverdueSellers",
                dimensions={"Fleet": place.base},
                statistic="Maximum",
                comparison="GreaterThanOrEqualToThreshold",
                missing="ignore",
            ),
            Alarm(
                function=naming.CALENDAR,
                what="not-asked",
                meaning="A new client secret is due and was not asked for, or its end is unknown. Its log says why.",
                page="client-secret-not-asked",
                namespace=METRICS,
                metric="UnaskedRotations",
                dimensions={"Fleet": place.base},
                statistic="Maximum",
                comparison="GreaterThanOrEqualToThreshold",
                missing="ignore",
            ),
            silence(naming.CALENDAR, function.name, _SILENT_HOURS, dead, "calendar-silent"),
            errors(naming.CALENDAR, function.name, failed, "calendar-failed"),
        ]
