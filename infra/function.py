"""What every function of the fleet consists of: a role of its own, a log that ends, the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra.policies.document import lambda_only, text
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
