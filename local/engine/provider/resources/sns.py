"""SNS: topics and subscriptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from local.engine.provider.documents import same_document
from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType, document
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import Values

_TOPIC: Mapping[str, str] = {
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
}
_SUBSCRIPTION: Mapping[str, str] = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}
_OWNERS_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


class Topic(ResourceType):
    """A topic; its id is its ARN."""

    pulumi_type = "aws:sns/topic:Topic"
    autoname = AutoName(limit=256)
    outputs = ("arn", "owner")
    arguments: ClassVar[Arguments] = {
        "deliveryPolicy": document(),
        "displayName": Argument(),
        "kmsMasterKeyId": Argument(),
        "name": NAME,
        "policy": document(chosen_by_aws=True),
        "region": REGION,
        **TAGS,
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateTopic takes the attributes too; the owner is the account, the fifth part of the ARN."""
        arn = aws.client("sns").create_topic(
            Name=inputs["name"],
            Attributes={theirs: _text(inputs[ours]) for ours, theirs in _TOPIC.items() if ours in inputs},
            Tags=pairs(inputs["tagsAll"]),
        )["TopicArn"]
        return arn, {"arn": arn, "owner": arn.split(":")[4]}

    def read(self, existing: Existing) -> Values | None:
        """GetTopicAttributes and ListTagsForResource."""
        client = existing.aws.client("sns")
        try:
            attributes = client.get_topic_attributes(TopicArn=existing.id)["Attributes"]
        except client.exceptions.NotFoundException:
            return None
        return {
            "arn": existing.id,
            "name": existing.id.rpartition(":")[2],
            "owner": attributes["Owner"],
            **{ours: attributes.get(theirs) for ours, theirs in _TOPIC.items()},
            "tagsAll": mapping(client.list_tags_for_resource(ResourceArn=existing.id)["Tags"]),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """One call for each attribute; an empty value takes it away."""
        for ours in sorted(changed & _TOPIC.keys()):
            existing.aws.client("sns").set_topic_attributes(
                TopicArn=existing.id, AttributeName=_TOPIC[ours], AttributeValue=_text(inputs.get(ours, ""))
            )
        return {}

    def delete(self, existing: Existing) -> None:
        """DeleteTopic is no error where there is none."""
        existing.aws.client("sns").delete_topic(TopicArn=existing.id)

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("sns").tag_resource(ResourceArn=existing.id, Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("sns").untag_resource(ResourceArn=existing.id, TagKeys=keys)


class TopicPolicy(ResourceType):
    """A topic's access policy; its id is the topic's ARN."""

    pulumi_type = "aws:sns/topicPolicy:TopicPolicy"
    autoname = None
    outputs = ("owner",)
    arguments: ClassVar[Arguments] = {
        "arn": Argument(required=True, replaces=True),
        "policy": document(required=True),
        "region": REGION,
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """SetTopicAttributes; every topic has a policy, so this replaces one."""
        self._set(aws, inputs["arn"], inputs["policy"])
        return inputs["arn"], {"owner": inputs["arn"].split(":")[4]}

    def read(self, existing: Existing) -> Values | None:
        """GetTopicAttributes; the policy that a topic is born with is none."""
        client = existing.aws.client("sns")
        try:
            attributes = client.get_topic_attributes(TopicArn=existing.id)["Attributes"]
        except client.exceptions.NotFoundException:
            return None
        if same_document(attributes["Policy"], _born_with(existing.id)):
            return None
        return {"arn": existing.id, "owner": attributes["Owner"], "policy": attributes["Policy"]}

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """SetTopicAttributes."""
        del changed
        self._set(existing.aws, existing.id, inputs["policy"])
        return {}

    def delete(self, existing: Existing) -> None:
        """Put the policy back that a topic is born with, as pulumi-aws does; with the topic it is gone."""
        try:
            self._set(existing.aws, existing.id, _born_with(existing.id))
        except existing.aws.client("sns").exceptions.NotFoundException:
            return

    @staticmethod
    def _set(aws: Aws, topic: str, policy: str) -> None:
        aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


class TopicSubscription(ResourceType):
    """A subscription to a topic; its id is its ARN."""

    pulumi_type = "aws:sns/topicSubscription:TopicSubscription"
    autoname = None
    outputs = ("arn", "confirmationWasAuthenticated", "ownerId", "pendingConfirmation")
    arguments: ClassVar[Arguments] = {
        "confirmationTimeoutInMinutes": Argument(default=1),
        "deliveryPolicy": document(),
        "endpoint": Argument(required=True, replaces=True),
        "endpointAutoConfirms": Argument(default=False),
        "filterPolicy": document(),
        "filterPolicyScope": Argument(chosen_by_aws=True),
        "protocol": Argument(required=True, replaces=True),
        "rawMessageDelivery": Argument(default=False),
        "redrivePolicy": document(),
        "region": REGION,
        "topic": Argument(required=True, replaces=True),
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """Subscribe; an e-mail address or a web page has to confirm before anything is sent."""
        arn = aws.client("sns").subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes={theirs: _text(inputs[ours]) for ours, theirs in _SUBSCRIPTION.items() if inputs.get(ours)},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        pending = inputs["protocol"] in {"email", "email-json", "http", "https"}
        return arn, {
            "arn": arn,
            "ownerId": arn.split(":")[4],
            "pendingConfirmation": pending,
            "confirmationWasAuthenticated": not pending,
        }

    def read(self, existing: Existing) -> Values | None:
        """GetSubscriptionAttributes; what it does not mention is as it was."""
        client = existing.aws.client("sns")
        try:
            attributes = client.get_subscription_attributes(SubscriptionArn=existing.id)["Attributes"]
        except client.exceptions.NotFoundException:
            return None
        flags = {
            ours: attributes[theirs] == "true"
            for ours, theirs in {
                "pendingConfirmation": "PendingConfirmation",
                "confirmationWasAuthenticated": "ConfirmationWasAuthenticated",
                "rawMessageDelivery": "RawMessageDelivery",
            }.items()
            if theirs in attributes
        }
        return {
            "arn": existing.id,
            "ownerId": attributes.get("Owner", existing.state.get("ownerId")),
            "topic": attributes["TopicArn"],
            "protocol": attributes["Protocol"],
            "endpoint": attributes["Endpoint"],
            **{ours: _said(attributes.get(theirs)) for ours, theirs in _SUBSCRIPTION.items()},
            **flags,
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """One call for each attribute; an empty document takes it away."""
        for ours in sorted(changed & _SUBSCRIPTION.keys()):
            existing.aws.client("sns").set_subscription_attributes(
                SubscriptionArn=existing.id,
                AttributeName=_SUBSCRIPTION[ours],
                AttributeValue=_text(inputs.get(ours, {})),
            )
        return {}

    def delete(self, existing: Existing) -> None:
        """Unsubscribe; AWS lets go of an unconfirmed one by itself, and refuses to do so when asked."""
        client = existing.aws.client("sns")
        try:
            client.unsubscribe(SubscriptionArn=existing.id)
        except client.exceptions.NotFoundException:
            return
        except client.exceptions.InvalidParameterException:
            if not existing.state.get("pendingConfirmation"):
                raise


def _born_with(topic: str) -> str:
    """Write the policy of a new topic: the account's own principals may do everything with it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _OWNERS_ACTIONS],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": topic.split(":")[4]}},
    }
    return json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})


def _said(attribute: str | None) -> str | None:
    """Leave out an empty document: it is how SNS keeps one that was taken away."""
    return None if attribute == "{}" else attribute


def _text(value: object) -> str:
    """SNS takes every attribute as text."""
    return value if isinstance(value, str) else json.dumps(value)
