"""SQS: standard queues and their policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, Final

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType, document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import PropertyValue, Values

_NUMBERS: Final[Mapping[str, str]] = {
    "delaySeconds": "DelaySeconds",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
_TEXTS: Final[Mapping[str, str]] = {
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
}
_ATTRIBUTES: Final[Mapping[str, str]] = {**_NUMBERS, **_TEXTS}


class Queue(ResourceType):
    """A standard queue; its id is its URL."""

    pulumi_type = "aws:sqs/queue:Queue"
    autoname = AutoName(limit=80)
    outputs = ("arn", "url")
    arguments: ClassVar[Arguments] = {
        "delaySeconds": Argument(default=0),
        "kmsDataKeyReusePeriodSeconds": Argument(chosen_by_aws=True),
        "kmsMasterKeyId": Argument(),
        "messageRetentionSeconds": Argument(default=345_600),
        "name": NAME,
        "policy": document(chosen_by_aws=True),
        "receiveWaitTimeSeconds": Argument(default=0),
        "redriveAllowPolicy": document(),
        "redrivePolicy": document(),
        "region": REGION,
        "visibilityTimeoutSeconds": Argument(default=30),
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse the queue that keeps messages in order, which the bench does not know."""
        if str(inputs.get("name", "")).endswith(".fifo"):
            yield "the bench takes standard queues only, no name that ends in .fifo"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateQueue takes the attributes too."""
        client = aws.client("sqs")
        url = client.create_queue(
            QueueName=inputs["name"], Attributes=_attributes(inputs, inputs.keys()), tags=inputs["tagsAll"]
        )["QueueUrl"]
        return url, {"url": url, "arn": aws.arn("sqs", inputs["name"])}

    def read(self, existing: Existing) -> Values | None:
        """GetQueueAttributes and ListQueueTags."""
        found = _found(existing)
        if found is None:
            return None
        return {
            "arn": found["QueueArn"],
            "name": found["QueueArn"].rpartition(":")[2],
            "url": existing.id,
            **{ours: int(found[theirs]) if theirs in found else None for ours, theirs in _NUMBERS.items()},
            **{ours: found.get(theirs) for ours, theirs in _TEXTS.items()},
            "tagsAll": existing.aws.client("sqs").list_queue_tags(QueueUrl=existing.id).get("Tags", {}),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """SetQueueAttributes; an empty text takes an attribute away."""
        if attributes := _attributes(inputs, changed):
            existing.aws.client("sqs").set_queue_attributes(QueueUrl=existing.id, Attributes=attributes)
        return {}

    def delete(self, existing: Existing) -> None:
        """DeleteQueue; the messages go too."""
        client = existing.aws.client("sqs")
        try:
            client.delete_queue(QueueUrl=existing.id)
        except client.exceptions.QueueDoesNotExist:
            return

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagQueue."""
        existing.aws.client("sqs").tag_queue(QueueUrl=existing.id, Tags=tags)

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagQueue."""
        existing.aws.client("sqs").untag_queue(QueueUrl=existing.id, TagKeys=keys)


class QueuePolicy(ResourceType):
    """A queue's access policy; its id is the queue's URL."""

    pulumi_type = "aws:sqs/queuePolicy:QueuePolicy"
    autoname = None
    outputs = ()
    arguments: ClassVar[Arguments] = {
        "policy": document(required=True),
        "queueUrl": Argument(required=True, replaces=True),
        "region": REGION,
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """SetQueueAttributes; this replaces whatever policy the queue has."""
        self._set(aws, inputs["queueUrl"], inputs["policy"])
        return inputs["queueUrl"], {}

    def read(self, existing: Existing) -> Values | None:
        """GetQueueAttributes; a queue is born without a policy."""
        policy = (_found(existing) or {}).get("Policy")
        return {"queueUrl": existing.id, "policy": policy} if policy else None

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """SetQueueAttributes."""
        del changed
        self._set(existing.aws, existing.id, inputs["policy"])
        return {}

    def delete(self, existing: Existing) -> None:
        """Empty the attribute; with the queue it is gone."""
        try:
            self._set(existing.aws, existing.id, "")
        except existing.aws.client("sqs").exceptions.QueueDoesNotExist:
            return

    @staticmethod
    def _set(aws: Aws, queue: str, policy: str) -> None:
        aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


def _found(existing: Existing) -> Values | None:
    client = existing.aws.client("sqs")
    try:
        found: Values = client.get_queue_attributes(QueueUrl=existing.id, AttributeNames=["All"])["Attributes"]
    except client.exceptions.QueueDoesNotExist:
        return None
    return found


def _attributes(inputs: Values, names: Collection[str]) -> dict[str, str]:
    """Write the named arguments as SQS takes them: everything is text, and an empty one takes the attribute away."""
    return {_ATTRIBUTES[ours]: _text(inputs.get(ours, "")) for ours in sorted(names & _ATTRIBUTES.keys())}


def _text(value: PropertyValue) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)
