"""AWS's other services in memory, as far as the renewal of the client secret asks them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.fakes.table import FakeDynamoDB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

ACCOUNT, REGION = "123456789012", "eu-west-1"
FUNCTION = "sellerkeys-dev-client-secret"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/QUEUES"
AMAZON = "arn:aws:iam::437568002678:root"
QUEUES = ("sellerkeys-dev-new-secret", "sellerkeys-dev-secret-expiry")


def queue_arn(name: str) -> str:
    """Write a queue's ARN."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def policy(*statements: dict[str, Any]) -> str:
    """Write a policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, principal: Any = AMAZON, resource: str = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that lets somebody in, Amazon unless it is said otherwise."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": list(actions),
        "Resource": resource,
        **more,
    }


class _Gone:
    """The exceptions of a client, each by its name."""

    class QueueDoesNotExist(ClientError):
        def __init__(self) -> None:
            super().__init__({"Error": {"Code": "QueueDoesNotExist", "Message": "no"}}, "call")

    class ResourceNotFoundException(ClientError):
        def __init__(self) -> None:
            super().__init__({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "call")


@dataclass
class FakeQueues:
    """SQS: the attributes of each queue."""

    queues: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            name: {
                "Policy": policy(allow("sqs:SendMessage", "sqs:GetQueueAttributes", resource=queue_arn(name))),
                "KmsMasterKeyId": KEY,
                "RedrivePolicy": "{}",
            }
            for name in QUEUES
        }
    )
    exceptions: Any = _Gone

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:
        if QueueName not in self.queues:
            raise _Gone.QueueDoesNotExist
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:
        found = self.queues[QueueUrl]
        return {"Attributes": {name: found[name] for name in AttributeNames if name in found}}


@dataclass
class FakeKeys:
    """KMS: the key of the queues."""

    policy: str = policy(allow("kms:GenerateDataKey", "kms:Decrypt"))
    state: str = "Enabled"

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        assert KeyId == KEY
        return {"KeyMetadata": {"KeyId": "QUEUES", "KeyState": self.state}}

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> dict[str, str]:
        assert (KeyId, PolicyName) == ("QUEUES", "default")
        return {"Policy": self.policy}


@dataclass
class FakeFunction:
    """Lambda: the client-secret function, its mappings, and what it does when it is invoked."""

    answer: Callable[[], dict[str, Any]] = lambda: {"outcome": "nothing on offer", "version": None}
    works: bool = True
    payloads: list[Any] = field(default_factory=list)
    configuration: dict[str, str] | None = field(
        default_factory=lambda: {"State": "Active", "LastUpdateStatus": "Successful"}
    )
    mappings: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            queue_arn(name): {"State": "Enabled", "FunctionResponseTypes": ["ReportBatchItemFailures"]}
            for name in QUEUES
        }
    )
    error: str | None = None
    exceptions: Any = _Gone

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, str]:
        assert FunctionName == FUNCTION
        if self.configuration is None:
            raise _Gone.ResourceNotFoundException
        return self.configuration

    def list_event_source_mappings(self, *, EventSourceArn: str, FunctionName: str) -> dict[str, Any]:
        assert FunctionName == FUNCTION
        found = self.mappings.get(EventSourceArn)
        return {"EventSourceMappings": [found] if found else []}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        assert FunctionName == FUNCTION
        self.payloads.append(json.loads(Payload))
        if not self.works:
            raise _Gone.ResourceNotFoundException
        if self.error:
            return {
                "FunctionError": "Unhandled",
                "Payload": io.BytesIO(json.dumps({"errorMessage": self.error}).encode()),
            }
        return {"Payload": io.BytesIO(json.dumps(self.answer()).encode())}


@dataclass
class FakeTrail:
    """CloudTrail: its events, newest first; None is a CloudTrail that cannot be asked."""

    events: list[dict[str, Any]] | None = field(default_factory=list)

    def get_paginator(self, name: str) -> FakeTrail:
        assert name == "lookup_events"
        return self

    def paginate(self, *, LookupAttributes: list[Any], PaginationConfig: dict[str, int]) -> Iterator[dict[str, Any]]:
        assert LookupAttributes == [{"AttributeKey": "EventName", "AttributeValue": "GetSecretValue"}]
        if self.events is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "LookupEvents")
        yield {"Events": self.events[: PaginationConfig["MaxItems"]]}


def read_event(at: datetime, secret: str, role: str = "arn:aws:iam::123456789012:role/erp") -> dict[str, Any]:
    """Write a read of a secret's value as CloudTrail tells it."""
    issuer = {"sessionContext": {"sessionIssuer": {"arn": role}}}
    record = {"userIdentity": issuer, "requestParameters": {"secretId": secret}}
    return {"EventTime": at, "CloudTrailEvent": json.dumps(record)}


@dataclass
class FakeServices:
    """Every service by boto3's name for it."""

    dynamo: FakeDynamoDB = field(default_factory=FakeDynamoDB)
    queues: FakeQueues = field(default_factory=FakeQueues)
    keys: FakeKeys = field(default_factory=FakeKeys)
    function: FakeFunction = field(default_factory=FakeFunction)
    trail: FakeTrail = field(default_factory=FakeTrail)

    def client(self, service: str, _profile: str | None = None, _region: str = REGION) -> Any:
        return {
            "dynamodb": self.dynamo,
            "sqs": self.queues,
            "kms": self.keys,
            "lambda": self.function,
            "cloudtrail": self.trail,
        }[service]
