"""The function that Secrets Manager calls to rotate any seller's secret, the alarm when it fails, and a notice."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra import archive
from infra.alarms import declare_alarm, errors
from infra.configuration import PROJECT
from infra.function import FunctionArgs, declare_function, let_in
from infra.policies.document import text
from infra.policies.events import telling_policy
from infra.policies.rotation import rotation_policy
from provisioning import naming, profiles, reminder

if TYPE_CHECKING:
    from pathlib import Path

    from infra.place import Place
    from provisioning.reminder import Template

#: The function's entry point, in module and function.
HANDLER: Final = "provisioning.rotation.handler.handle"

#: The variable that tells the function which secret holds the shared application.
APP_VARIABLE: Final = "SELLERKEYS_APP_SECRET_ID"

_MEMORY_MB = 512
# Two calls of Amazon, each tried three times at 10 s, and a few of AWS.
_TIMEOUT_SECONDS = 120


def zipped() -> Path:
    """Build the function's zip and return where it lies."""
    return archive.build(PROJECT, naming.ROTATION, HANDLER)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationFunctionArgs:
    """The fleet, the ARNs of key, app secret and alarm topic, and the zip, which is built unless there is one.

    `key_profiles` are those whose further names each seller's secret is to hold; by `reminders` sellers are told in
    Seller Central that their consent ends; on the bus of this name consumers are told.
    """

    place: Place
    key_arn: pulumi.Input[str]
    app_secret_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    key_profiles: tuple[str, ...] = ()
    reminders: Template | None = None
    bus_name: pulumi.Input[str] | None = None
    code: Path = field(default_factory=zipped)


class RotationFunction(pulumi.ComponentResource):
    """The function with its role and log, one permission for the whole fleet, an alarm, and a rule on its rotations."""

    def __init__(self, name: str, args: RotationFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:RotationFunction", name, None, opts)
        place = args.place
        function = declare_function(
            name,
            FunctionArgs(
                place=place,
                function=naming.ROTATION,
                description=f"Proves, recomposes and rotates the SP-API credentials of the fleet {place.base}.",
                code=args.code,
                handler=HANDLER,
                policy_name="rotate-sellers",
                policy=pulumi.Output.from_input(args.key_arn).apply(lambda key_arn: rotation_policy(place, key_arn)),
                memory=_MEMORY_MB,
                timeout=_TIMEOUT_SECONDS,
                variables={APP_VARIABLE: args.app_secret_arn}
                | profiles.variables(args.key_profiles)
                | ({reminder.VARIABLE: args.reminders.to_json()} if args.reminders else {})
                | ({naming.BUS_VARIABLE: args.bus_name} if args.bus_name else {}),
            ),
            self,
        )
        if args.bus_name:
            aws.iam.RolePolicy(
                f"{name}-tells",
                name="tell-consumers",
                role=naming.function_role_name(place.base, naming.ROTATION),
                policy=text(telling_policy(place)),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[function]),
            )
        let_in(name, place, naming.ROTATION, function, self)
        meaning = "A step of a rotation failed; Secrets Manager tries again. The log names the seller."
        alarm = errors(naming.ROTATION, function.name, meaning, "rotation-failed")
        declare_alarm(name, alarm, place, args.alarm_topic_arn, self)
        self._tell_of_abandoned_rotations(args)
        self.arn: pulumi.Output[str] = function.arn
        self.register_outputs({"arn": self.arn})

    def _tell_of_abandoned_rotations(self, args: RotationFunctionArgs) -> None:
        """Mail each rotation that AWS gave up: no function fails then, so no alarm would tell.

        RotationFailed has none: the function's errors have an alarm, and an hour's outage would be thousands of mails.
        """
        name, child = naming.ABANDONED, pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            name,
            name=naming.rule_name(args.place.base, naming.ABANDONED),
            description=f"Rotations of the fleet {args.place.base} that Secrets Manager abandoned.",
            event_pattern=json.dumps(abandoned(args.place)),
            tags={naming.TAG_BASE: args.place.base},
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id="mail",
            arn=args.alarm_topic_arn,
            input_transformer=aws.cloudwatch.EventTargetInputTransformerArgs(
                input_paths={"data": "$.detail.additionalEventData", "time": "$.time"},
                input_template='"At <time> AWS abandoned a rotation. See docs/runbooks/rotation-abandoned.md. <data>"',
            ),
            opts=child,
        )


def abandoned(place: Place) -> dict[str, object]:
    """Describe the event of an abandoned rotation of one of the fleet's sellers.

    How EventBridge calls these events is not confirmed, so no detail-type is asked for; and some spell the secret's ARN
    otherwise (aws.md 2.6): an event that does not name it under the known key is taken for one of ours.
    """
    sellers = place.seller_secret("").partition("/sp-api")[0]
    ours = [{"prefix": sellers}, {"exists": False}]
    return {
        "source": ["aws.secretsmanager"],
        "detail": {"eventName": ["RotationAbandoned"], "additionalEventData": {"SecretId": ours}},
    }
