"""What SQS's and SNS's calls ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked, tags_held
from local.aws.access.services.kms import encryption_context, on_key
from local.aws.queues.responses import Responses

if TYPE_CHECKING:
    from moto.sqs.models import Queue

    from local.aws.access.asked import Context, Parameters, Where

_QUEUES_ANYWHERE = {"ListQueues"}
#: SNS knows no resource but topics, so what is asked of a subscription is asked of anything.
_TOPICS_ANYWHERE = {
    "ListTopics", "ListSubscriptions", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe",
}  # fmt: skip
#: A batch needs the permission of the single call.
_SINGLE = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "PublishBatch": "Publish",
}
#: The policy a topic is born with lets its account in, by a condition key that no reference tells (AWS:SourceOwner).
#: It is left out, so that the account's own policies have to say who.
_BORN_WITH = "__default_statement_ID"
#: What a queue under a customer key asks of KMS for the caller (SQS's developer guide, "Key management").
_SEALING = {"sqs:SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"), "sqs:ReceiveMessage": ("kms:Decrypt",)}


def queues(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of SQS asks."""
    action = f"sqs:{_SINGLE.get(operation, operation)}"
    if operation in _QUEUES_ANYWHERE:
        return [Asked(action)]
    if operation.endswith(("MessageMoveTask", "MessageMoveTasks")):
        return _moving(action, given, where)
    name = str(given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2])
    tags = tags_asked(pairs(given.get("tags") or given.get("Tags")))
    if operation == "CreateQueue" and tags:
        asked = on_queue(action, name, where)
        return [asked, Asked("sqs:TagQueue", asked.resource, tags)]
    made = on_queue(action, name, where, {**tags, **keys_asked(given.get("TagKeys") or ())})
    return [made, *sealing(action, name, where)]


def _moving(action: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a move asks: whoever starts one has to be able to receive, delete and send the messages himself.

    Source: SQS's developer guide, "Configuring a dead-letter queue redrive", its permissions; KMS on either side as for
    a receiver and a sender.
    """
    arn = str(given.get("SourceArn") or Responses.moving.source_of(str(given.get("TaskHandle", ""))) or "")
    source = arn.rpartition(":")[2]
    asked = [on_queue(action, source, where)]
    if action == "sqs:ListMessageMoveTasks":
        return asked
    actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    asked += [on_queue(needed, source, where) for needed in actions]
    asked += sealing("sqs:ReceiveMessage", source, where)
    if action == "sqs:StartMessageMoveTask":
        for name in _destinations(source, given, where):
            asked += [on_queue("sqs:SendMessage", name, where), *sealing("sqs:SendMessage", name, where)]
    return asked


def _destinations(source: str, given: Parameters, where: Where) -> list[str]:
    """Name the queues that a move may send to: the one that is given, or all that give up to the source."""
    if given.get("DestinationArn"):
        return [str(given["DestinationArn"]).rpartition(":")[2]]
    dead = _queue(source, where)
    queues = sqs_backends[where.account][where.region].queues.values()
    return [queue.name for queue in queues if dead is not None and queue.dead_letter_queue is dead]


def on_queue(action: str, name: str, where: Where, context: Context | None = None) -> Asked:
    """Ask for an action on a queue."""
    queue = _queue(name, where)
    if queue is None:
        return Asked(action, where.arn("sqs", name), context or {})
    policy = str(queue.policy) if queue.policy else None
    return Asked(action, queue.queue_arn, {**(context or {}), **tags_held(pairs(queue.tags))}, policy)


def sealing(action: str, name: str, where: Where) -> list[Asked]:
    """Ask for the use of a queue's customer key, which SQS makes for whoever sends or receives."""
    queue = _queue(name, where)
    key = vars(queue).get("kms_master_key_id") if queue else None
    if queue is None or not key or key == "alias/aws/sqs":
        return []
    # SQS gives the queue's ARN as encryption context (KMS, "How Amazon SQS uses AWS KMS").
    context = {
        "kms:ViaService": f"sqs.{where.region}.amazonaws.com",
        **encryption_context({"aws:sqs:arn": queue.queue_arn}),
    }
    return [on_key(needed, str(key), context, where) for needed in _SEALING.get(action, ())]


def topics(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call of SNS asks."""
    action = f"sns:{_SINGLE.get(operation, operation)}"
    if operation in _TOPICS_ANYWHERE:
        return [Asked(action)]
    arn = str(given.get("TopicArn") or given.get("ResourceArn") or given.get("TargetArn") or "")
    arn = arn or (where.arn("sns", str(given["Name"])) if given.get("Name") else ANY)
    tags = {**tags_asked(pairs(given.get("Tags"))), **keys_asked(given.get("TagKeys") or ())}
    named = {"sns:Protocol": given.get("Protocol"), "sns:Endpoint": given.get("Endpoint")}
    context: Context = {**tags, **{key: str(value) for key, value in named.items() if value}}
    topic = sns_backends[where.account][where.region].topics.get(arn)
    policy = str(topic.policy) if topic and topic.policy else None
    if policy and _BORN_WITH in policy:
        policy = None
    held = tags_held(pairs(vars(topic)["_tags"])) if topic else {}
    tagging = [Asked("sns:TagResource", arn, tags)] if operation == "CreateTopic" and tags else []
    return [Asked(action, arn, {**context, **held}, policy), *tagging]


def _queue(name: str, where: Where) -> Queue | None:
    return sqs_backends[where.account][where.region].queues.get(name)
