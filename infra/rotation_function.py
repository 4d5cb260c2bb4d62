"""The function that Secrets Manager calls to rotate any seller's secret, and the alarm when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra.policies.document import text
from infra.policies.rotation import rotation_policy, rotation_trust
from provisioning import naming

if TYPE_CHECKING:
    from pathlib import Path

    from infra.place import Place

#: The function's entry point, in module and function.
HANDLER: Final = "provisioning.rotation.handler.handle"

#: The variable that tells the function which secret holds the shared application.
APP_VARIABLE: Final = "SELLERKEYS_APP_SECRET_ID"

# Amazon asks for logs of 12 months at least (sp-api.md 11, C03); CloudWatch Logs knows no value between 365 and 400.
_LOG_DAYS = 400
_MEMORY_MB = 512
# Two calls of Amazon, each tried three times at 10 s, and a few of AWS.
_TIMEOUT_SECONDS = 120
_ALARM_PERIOD_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationFunctionArgs:
    """The fleet, the zip with the function's code, and the ARNs of key, app secret and alarm topic."""

    place: Place
    code: Path
    key_arn: pulumi.Input[str]
    app_secret_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]


class RotationFunction(pulumi.ComponentResource):
    """The function, its role, its log, one permission for the whole fleet, and an alarm on its errors."""

    def __init__(self, name: str, args: RotationFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:RotationFunction", name, None, opts)
        place, child = args.place, pulumi.ResourceOptions(parent=self)
        role, policy = self._role(name, args)
        log = aws.cloudwatch.LogGroup(
            name,
            name=naming.log_group_name(place.base, naming.ROTATION),
            retention_in_days=_LOG_DAYS,
            tags={naming.TAG_BASE: place.base},
            opts=child,
        )
        function = aws.lambda_.Function(
            name,
            name=naming.function_name(place.base, naming.ROTATION),
            description=f"Proves, recomposes and rotates the SP-API credentials of the fleet {place.base}.",
            role=role.arn,
            code=pulumi.FileArchive(str(args.code)),
            handler=HANDLER,
            runtime="python3.13",
            architectures=["arm64"],
            memory_size=_MEMORY_MB,
            timeout=_TIMEOUT_SECONDS,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables={APP_VARIABLE: args.app_secret_arn}),
            tags={naming.TAG_BASE: place.base},
            # Without its log group Lambda makes one of its own, which keeps everything for ever.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log, policy]),
        )
        # One for all sellers: a permission each overflows the function's 20 KB at about 60 (aws.md 5.3).
        aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=function.name,
            principal="secretsmanager.amazonaws.com",
            source_account=place.account,
            source_arn=place.seller_secrets,
            opts=child,
        )
        self._alarm(name, args, function)
        self.arn: pulumi.Output[str] = function.arn
        self.register_outputs({"arn": self.arn})

    def _role(self, name: str, args: RotationFunctionArgs) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        place, child = args.place, pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            name,
            name=naming.function_role_name(place.base, naming.ROTATION),
            description=f"Rotates the SP-API credentials of the fleet {place.base}.",
            assume_role_policy=text(rotation_trust()),
            tags={naming.TAG_BASE: place.base},
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            name,
            name="rotate-sellers",
            role=role.name,
            policy=pulumi.Output.from_input(args.key_arn).apply(lambda key_arn: text(rotation_policy(place, key_arn))),
            opts=child,
        )
        return role, policy

    def _alarm(self, name: str, args: RotationFunctionArgs, function: aws.lambda_.Function) -> None:
        aws.cloudwatch.MetricAlarm(
            name,
            name=naming.alarm_name(args.place.base, naming.ROTATION, "errors"),
            alarm_description="A step of a rotation failed; Secrets Manager tries again. The log names the seller.",
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            period=_ALARM_PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[args.alarm_topic_arn],
            tags={naming.TAG_BASE: args.place.base},
            opts=pulumi.ResourceOptions(parent=self),
        )
