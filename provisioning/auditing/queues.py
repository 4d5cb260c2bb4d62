"""SQS in two calls: who may send to and receive from a queue, and under which key. It alone knows boto3's shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from provisioning.auditing.attached import Attached
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

#: What is told of a queue's key, and of whose messages it takes, beside its policy.
KEY: Final = "the key it is encrypted with"
TAKES: Final = "what may give up messages to it"
_MISSING: Final = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


class Queues:
    """Reads queues through a boto3 SQS client; raises AccessDenied or Unreachable."""

    def __init__(self, client: SQSClient) -> None:
        self._client = client

    def find(self, name: str) -> Attached | None:
        """Tell who may what with a queue; None where there is none."""
        with aws_errors("GetQueueUrl", name):
            try:
                url = self._client.get_queue_url(QueueName=name)["QueueUrl"]
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _MISSING:
                    return None
                raise
        with aws_errors("GetQueueAttributes", name):
            told = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        policy, takes = told.get("Policy"), told.get("RedriveAllowPolicy")
        settings = {KEY: key_id(told.get("KmsMasterKeyId", "none of ours"))}
        # AWS writes it back as it likes.
        settings |= {TAKES: json.dumps(json.loads(takes), sort_keys=True)} if takes else {}
        return Attached(f"queue {name}", json.loads(policy) if policy else None, settings)


def key_id(key: str) -> str:
    """Give a key's id: AWS tells a queue's key as it was given, by ARN or by id."""
    return key.rpartition("/")[2]
