"""What every function of the fleet consists of: a role of its own, a log that ends, the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra.policies.document import lambda_only, text
from infra.policies.functions import permissions
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from infra.place import Place
    from infra.policies.document import Document

# Amazon asks for logs of 12 months at least (sp-api.md 11, C03); CloudWatch Logs knows no value between 365 and 400.
_LOG_DAYS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionArgs:
    """A function: its name in the fleet (`rotation`), what it does (a sentence), its zip and entry point in it.

    `policy_name` and `policy` are what its role may do; `memory` is in megabytes, `timeout` in seconds, `variables` its
    environment, which holds nothing secret; `at_once` is how often it may run at the same time, None as often as asked.
    """

    place: Place
    function: str
    description: str
    code: Path
    handler: str
    policy_name: str
    policy: pulumi.Input[Document]
    memory: int
    timeout: int
    variables: Mapping[str, pulumi.Input[str]]
    at_once: int | None = None


def declare_function(name: str, args: FunctionArgs, parent: pulumi.Resource) -> aws.lambda_.Function:
    """Declare a function as a child of `parent`."""
    place, child = args.place, pulumi.ResourceOptions(parent=parent)
    tags = {naming.TAG_BASE: place.base}
    role = aws.iam.Role(
        name,
        name=naming.function_role_name(place.base, args.function),
        description=args.description,
        assume_role_policy=text(lambda_only()),
        tags=tags,
        opts=child,
    )
    policy = aws.iam.RolePolicy(
        name,
        name=args.policy_name,
        role=role.name,
        policy=pulumi.Output.from_input(args.policy).apply(text),
        opts=child,
    )
    log = aws.cloudwatch.LogGroup(
        name,
        name=naming.log_group_name(place.base, args.function),
        retention_in_days=_LOG_DAYS,
        tags=tags,
        opts=child,
    )
    return aws.lambda_.Function(
        name,
        name=naming.function_name(place.base, args.function),
        description=args.description,
        role=role.arn,
        code=pulumi.FileArchive(str(args.code)),
        handler=args.handler,
        runtime="python3.13",
        architectures=["arm64"],
        memory_size=args.memory,
        timeout=args.timeout,
        reserved_concurrent_executions=args.at_once,
        environment=aws.lambda_.FunctionEnvironmentArgs(variables=dict(args.variables)),
        tags=tags,
        # Without its log group Lambda makes one of its own, which keeps everything for ever.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[log, policy]),
    )


def let_in(
    name: str, place: Place, function: str, made: aws.lambda_.Function, parent: pulumi.Resource
) -> list[aws.lambda_.Permission]:
    """Declare who may call a function, each permission as a child of `parent`."""
    return [
        aws.lambda_.Permission(
            f"{name}-{number}" if number > 1 else name,
            # A name of ours, so that whoever reads the function's policy knows it from one that was added by hand.
            statement_id=each.sid,
            action=each.action,
            function=made.name,
            principal=each.principal,
            source_account=each.source_account or None,
            source_arn=each.source_arn or None,
            function_url_auth_type=each.url_auth or None,
            invoked_via_function_url=each.by_url or None,
            # Its name is taken while the old one is there.
            opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
        )
        for number, each in enumerate(permissions(place, function), 1)
    ]


def run_by(  # noqa: PLR0913, PLR0917  whom and how, and what declares it
    schedule: str, name: str, place: Place, function: str, made: aws.lambda_.Function, parent: pulumi.Resource
) -> None:
    """Declare the rule that runs a function by a schedule, once whoever may call it is let in."""
    permissions = let_in(name, place, function, made, parent)
    rule = aws.cloudwatch.EventRule(
        name,
        name=naming.rule_name(place.base, function),
        description=f"Runs the {function} function of the fleet {place.base}.",
        schedule_expression=schedule,
        tags={naming.TAG_BASE: place.base},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.cloudwatch.EventTarget(
        name,
        rule=rule.name,
        target_id="function",
        arn=made.arn,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=permissions),
    )
