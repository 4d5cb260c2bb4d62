"""The function behind sellers' pages: its address, what it may do, its throttle, and the alarms on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra import archive
from infra.alarms import Alarm, declare_alarm, errors
from infra.configuration import PROJECT
from infra.function import FunctionArgs, declare_function, let_in
from infra.policies.consent import consent_policy
from infra.policies.functions import OPEN
from provisioning import naming, profiles

if TYPE_CHECKING:
    from pathlib import Path

    from infra.place import Place
    from provisioning.settings import Settings

#: The function's entry point, in module and function.
HANDLER: Final = "provisioning.consent.handler.handle"

_MEMORY_MB: Final = 512
# Four calls of Amazon, each tried three times at 10 s, and a rotation that is given 10 s to end.
_TIMEOUT_SECONDS: Final = 150
#: How many pages are served at once: a page takes some 50 ms, a code a few seconds; more is somebody's attack.
AT_ONCE: Final = 20


def zipped() -> Path:
    """Build the function's zip and return where it lies."""
    return archive.build(PROJECT, naming.CONSENT, HANDLER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFunctionArgs:
    """The fleet and its settings; the ARNs of its keys, app secret and alarm topic; the table's name; the zip."""

    place: Place
    settings: Settings
    key_arn: pulumi.Input[str]
    held_key_arn: pulumi.Input[str]
    app_secret_arn: pulumi.Input[str]
    table_name: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    code: Path = field(default_factory=zipped)


class ConsentFunction(pulumi.ComponentResource):
    """The function with its role and log, a URL that everybody may open, and three alarms."""

    def __init__(self, name: str, args: ConsentFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:ConsentFunction", name, None, opts)
        place = args.place
        both = pulumi.Output.all(args.key_arn, args.held_key_arn)
        function = declare_function(
            name,
            FunctionArgs(
                place=place,
                function=naming.CONSENT,
                description=f"Serves the pages on which sellers of the fleet {place.base} hand over access.",
                code=args.code,
                handler=HANDLER,
                policy_name="take-in-sellers",
                policy=both.apply(lambda keys: consent_policy(place, *keys)),
                memory=_MEMORY_MB,
                timeout=_TIMEOUT_SECONDS,
                variables=self._variables(args),
                at_once=AT_ONCE,
            ),
            self,
        )
        url = self._open(name, place, function)
        for alarm in self._alarms(function):
            declare_alarm(f"{name}-{alarm.what}", alarm, place, args.alarm_topic_arn, self)
        self.address: pulumi.Output[str] = url.function_url
        self.register_outputs({"address": self.address})

    @staticmethod
    def _variables(args: ConsentFunctionArgs) -> dict[str, pulumi.Input[str]]:
        settings, place = args.settings, args.place
        application, consent = settings.application, settings.consent
        shown = {"application": application.name, "contact": application.contact}
        told = consent.model_dump(include={"application_id", "draft", "address"})
        return {
            "SELLERKEYS_BASE": place.base,
            "SELLERKEYS_TABLE": args.table_name,
            "SELLERKEYS_APP_SECRET_ID": args.app_secret_arn,
            "SELLERKEYS_HELD_KEY": args.held_key_arn,
            "SELLERKEYS_ROTATION_FUNCTION": place.rotation_function,
            "SELLERKEYS_ROTATION": settings.rotation,
            **profiles.variables(settings.key_profiles),
            "SELLERKEYS_CONSENT": json.dumps(shown | told, ensure_ascii=False),
        }

    def _open(self, name: str, place: Place, function: aws.lambda_.Function) -> aws.lambda_.FunctionUrl:
        """Give it an address that everybody may open."""
        url = aws.lambda_.FunctionUrl(
            name,
            function_name=function.name,
            authorization_type=OPEN,
            opts=pulumi.ResourceOptions(parent=self),
        )
        let_in(name, place, naming.CONSENT, function, self)
        return url

    @staticmethod
    def _alarms(function: aws.lambda_.Function) -> list[Alarm]:
        died = "A seller's page was cut off: the function ended without an answer. The seller has to start again."
        return [
            errors(naming.CONSENT, function.name, died, "consent-failed"),
            _counted(
                function.name,
                "unavailable",
                "A seller was told that this did not work just now. The consent function's log says why.",
                "Url5xxCount",
            ),
            _counted(
                function.name,
                "throttled",
                "More opened sellers' pages at once than the function serves; some were turned away.",
                "Throttles",
            ),
        ]


def _counted(name: pulumi.Input[str], what: str, meaning: str, metric: str) -> Alarm:
    """Describe an alarm on one occurrence in five minutes of what Lambda counts for a function."""
    return Alarm(
        function=naming.CONSENT,
        what=what,
        meaning=meaning,
        page="consent-failed",
        namespace="AWS/Lambda",
        metric=metric,
        dimensions={"FunctionName": name},
        statistic="Sum",
        comparison="GreaterThanOrEqualToThreshold",
        missing="notBreaching",
    )
