"""How alarms and notices reach a person: by e-mail to the application's contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.policies.document import text
from infra.policies.topic import topic_policy
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTopicArgs:
    """The fleet whose alarms are sent, and the e-mail address that gets them."""

    place: Place
    contact: str


class AlarmTopic(pulumi.ComponentResource):
    """A topic with one subscriber, who has to confirm AWS's first e-mail.

    Not encrypted: alarms hold no secret, and a CloudWatch alarm cannot use SNS's own key.
    """

    def __init__(self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:AlarmTopic", name, None, opts)
        topic = aws.sns.Topic(
            name,
            name=naming.topic_name(args.place.base),
            tags={naming.TAG_BASE: args.place.base},
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.sns.TopicPolicy(
            name, arn=topic.arn, policy=text(topic_policy(args.place)), opts=pulumi.ResourceOptions(parent=self)
        )
        aws.sns.TopicSubscription(
            name,
            topic=topic.arn,
            protocol="email",
            endpoint=args.contact,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = topic.arn
        self.register_outputs({"arn": self.arn})
