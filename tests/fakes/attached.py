"""A fleet's topic, queues, table and functions in memory, as an auditor asks them; from what the program declares."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.policies.functions import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.engine import Declaration

PREFIX = "eu-west-1:123456789012"


@dataclass
class FakeThings:
    """Each thing by its name; a test changes it by hand. A policy is None where there is none."""

    topics: dict[str, dict[str, Any]] = field(default_factory=dict)
    queues: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    buses: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    see: Callable[[str], None] = lambda _call: None

    @classmethod
    def deployed(cls, declaration: Declaration, key: Callable[[str], str]) -> FakeThings:
        """Make what a declaration leads to; `key` gives a key's ARN by its name in the program."""
        things = cls()
        for policy in declaration.all("aws:sns/topicPolicy:TopicPolicy"):
            things.topics["sellerkeys-dev-alarms"] = policy.document("policy")
        policies = {each.name: each.document("policy") for each in declaration.all("aws:sqs/queuePolicy:QueuePolicy")}
        for queue in declaration.all("aws:sqs/queue:Queue"):
            things.queues[queue.inputs["name"]] = {
                "Policy": policies[queue.name],
                "KmsMasterKeyId": key(queue.inputs["kmsMasterKeyId"].rpartition(":")[2]),
                "RedriveAllowPolicy": json.loads(queue.inputs.get("redriveAllowPolicy", "null")),
            }
        for table in declaration.all("aws:dynamodb/table:Table"):
            things.tables[table.inputs["name"]] = None
        for bus in declaration.all("aws:cloudwatch/eventBus:EventBus"):
            things.buses[bus.inputs["name"]] = None
        for function in declaration.all("aws:lambda/function:Function"):
            name = function.inputs["name"]
            things.functions[name] = {"Version": "2012-10-17", "Id": "default", "Statement": []}
            things.roles[name] = (
                f"arn:aws:iam::123456789012:role/{name.replace('sellerkeys-dev-', 'sellerkeys-fn.dev.')}"
            )
        for each in declaration.all("aws:lambda/permission:Permission"):
            given = each.inputs
            row = Permission(
                sid=given["statementId"],
                principal=given["principal"],
                action=given["action"],
                source_account=given.get("sourceAccount", ""),
                source_arn=given.get("sourceArn", ""),
                url_auth=given.get("functionUrlAuthType", ""),
                by_url=given.get("invokedViaFunctionUrl", False),
            )
            things.functions[given["function"]]["Statement"].append(
                row.statement(f"arn:aws:lambda:{PREFIX}:function:{given['function']}")
            )
        for url in declaration.all("aws:lambda/functionUrl:FunctionUrl"):
            things.addresses[url.inputs["functionName"]] = url.inputs["authorizationType"]
        return things

    def client(self, name: str) -> Any:
        """Give a client, as boto3 would."""
        kinds = {"sns": _Sns, "sqs": _Sqs, "dynamodb": _DynamoDB, "lambda": _Lambda, "events": _Events}
        return kinds[name](self)


@dataclass
class _Client:
    things: FakeThings

    def _see(self, call: str, *, there: bool = True, code: str = "ResourceNotFoundException") -> None:
        self.things.see(call)
        if not there:
            status = {"HTTPStatusCode": 404}
            raise ClientError({"Error": {"Code": code, "Message": "none"}, "ResponseMetadata": status}, call)


class _Sns(_Client):
    def get_topic_attributes(self, *, TopicArn: str) -> dict[str, Any]:
        found = self.things.topics.get(TopicArn.removeprefix(f"arn:aws:sns:{PREFIX}:"))
        self._see("GetTopicAttributes", there=found is not None, code="NotFound")
        return {"Attributes": {"TopicArn": TopicArn, "Policy": json.dumps(found)}}


class _Sqs(_Client):
    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:
        there = QueueName in self.things.queues
        self._see("GetQueueUrl", there=there, code="AWS.SimpleQueueService.NonExistentQueue")
        return {"QueueUrl": f"https://sqs/{QueueName}"}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:
        assert AttributeNames == ["All"]
        self._see("GetQueueAttributes")
        found = self.things.queues[QueueUrl.rpartition("/")[2]]
        return {
            "Attributes": {
                name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items() if value
            }
        }


class _DynamoDB(_Client):
    def describe_table(self, *, TableName: str) -> dict[str, Any]:
        self._see("DescribeTable", there=TableName in self.things.tables)
        return {"Table": {"TableName": TableName}}

    def get_resource_policy(self, *, ResourceArn: str) -> dict[str, str]:
        found = self.things.tables[ResourceArn.removeprefix(f"arn:aws:dynamodb:{PREFIX}:table/")]
        self._see("GetResourcePolicy", there=found is not None, code="PolicyNotFoundException")
        return {"Policy": json.dumps(found)}


class _Events(_Client):
    def describe_event_bus(self, *, Name: str) -> dict[str, str]:
        self._see("DescribeEventBus", there=Name in self.things.buses)
        policy = self.things.buses[Name]
        return {"Name": Name, **({"Policy": json.dumps(policy)} if policy else {})}


class _Lambda(_Client):
    def get_function_configuration(self, *, FunctionName: str) -> dict[str, str]:
        self._see("GetFunctionConfiguration", there=FunctionName in self.things.functions)
        return {"FunctionName": FunctionName, "Role": self.things.roles[FunctionName]}

    def get_policy(self, *, FunctionName: str) -> dict[str, str]:
        found = self.things.functions[FunctionName]
        self._see("GetPolicy", there=bool(found["Statement"]))
        return {"Policy": json.dumps(found)}

    def get_function_url_config(self, *, FunctionName: str) -> dict[str, str]:
        self._see("GetFunctionUrlConfig", there=FunctionName in self.things.addresses)
        return {"AuthType": self.things.addresses[FunctionName]}
