"""The alarm on a change of policy or code by anybody but a deployer: rules on what CloudTrail tells, and a mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra.policies.changes import IAM_REGION, changes, forwarding_policy, forwarding_trust, forwards_iam
from infra.policies.document import text
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.place import Place

#: Where the name of what was changed stands in what CloudTrail tells, by what is watched.
_NAMED: Final = {
    "roles": "roleName",
    "keys": "keyId",
    "secrets": "secretId",
    "functions": "functionName",
    "queues": "queueUrl",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAlarmArgs:
    """The fleet that is watched, the ARNs of its keys, and of the topic that mails."""

    place: Place
    key_arns: Sequence[pulumi.Input[str]]
    alarm_topic_arn: pulumi.Input[str]


class ChangeAlarm(pulumi.ComponentResource):
    """A rule for each kind of thing; that on roles once more where CloudTrail tells of IAM, and a role to forward."""

    def __init__(self, name: str, args: ChangeAlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:ChangeAlarm", name, None, opts)
        place = args.place
        for what, parameter in _NAMED.items():
            rule = self._rule(what, args, place.region)
            aws.cloudwatch.EventTarget(
                naming.changed(what),
                rule=rule.name,
                target_id="mail",
                arn=args.alarm_topic_arn,
                input_transformer=aws.cloudwatch.EventTargetInputTransformerArgs(
                    input_paths={
                        "time": "$.time",
                        "event": "$.detail.eventName",
                        "who": "$.detail.userIdentity.arn",
                        "thing": f"$.detail.requestParameters.{parameter}",
                    },
                    input_template=(
                        f'"At <time> somebody who is no deployer changed the {what} of the fleet {place.base}: <event>'
                        ' on <thing> by <who>. See docs/runbooks/changed-by-hand.md."'
                    ),
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        if forwards_iam(place):
            self._forward(args)
        self.register_outputs({})

    def _rule(self, what: str, args: ChangeAlarmArgs, region: str) -> aws.cloudwatch.EventRule:
        """Declare a rule, in the fleet's region or where IAM's events are."""
        place, there = args.place, args.place.region != region
        keys = args.key_arns if what == "keys" else ()
        pattern = pulumi.Output.all(*keys).apply(lambda arns: text(changes(place, arns)[what]))
        return aws.cloudwatch.EventRule(
            f"{naming.changed(what)}-iam" if there else naming.changed(what),
            name=naming.rule_name(place.base, naming.changed(what)),
            description=f"Changes of the {what} of the fleet {place.base} by anybody but a deployer.",
            event_pattern=pattern,
            region=region if there else None,
            tags={naming.TAG_BASE: place.base},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _forward(self, args: ChangeAlarmArgs) -> None:
        """Bring what is told of roles into the fleet's region, where the topic is."""
        place, child = args.place, pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            naming.FORWARDS,
            name=naming.function_role_name(place.base, naming.FORWARDS),
            description=f"Brings what CloudTrail tells of the roles of the fleet {place.base} into its region.",
            assume_role_policy=text(forwarding_trust()),
            tags={naming.TAG_BASE: place.base},
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            naming.FORWARDS, name="forward", role=role.name, policy=text(forwarding_policy(place)), opts=child
        )
        aws.cloudwatch.EventTarget(
            naming.FORWARDS,
            rule=self._rule("roles", args, IAM_REGION).name,
            target_id="home",
            arn=place.default_bus,
            role_arn=role.arn,
            region=IAM_REGION,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
