"""What Lambda hands a function from a queue, and which of it the function's answer says is done; pure.

Sources: Lambda's developer guide, "Using Lambda with Amazon SQS" ([LAM23] `with-sqs.md`), and botocore's
FunctionResponseTypes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.sqs.models import Message

    from local.aws.functions.answer import Answer


def event(messages: Iterable[Message], queue_arn: str) -> dict[str, Any]:
    """Write a batch of messages as the function gets it."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def done(answer: Answer, ids: Iterable[str], *, reports_items: bool) -> frozenset[str]:
    """Tell which messages are done and go off the queue.

    All or none, unless the mapping says that the function reports the items that failed; a report that cannot be read,
    or that names what was not in the batch, means that all of them failed.
    """
    every = frozenset(ids)
    if answer.error:
        return frozenset()
    if not reports_items:
        return every
    try:
        report = json.loads(answer.payload or b"null") or {}
        failed = {item["itemIdentifier"] for item in report.get("batchItemFailures") or ()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return frozenset()
    return every - failed if failed <= every else frozenset()


def _record(message: Message, queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": {},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
