"""One resource of every type, and what makes, changes and deletes it at AWS without the engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.engine.provider.catalogue import resource_type
from local.engine.provider.check import check
from local.engine.provider.lifecycle import Lifecycle
from local.engine.provider.state import difference
from local.engine.provider.tags import TagRules
from local.engine.provider.values import Archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.engine.provider.clients import Aws
    from local.engine.provider.values import Values

RULES = TagRules(prefixes=("sellerkeys-state:",))
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
OTHER_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:C", "Resource": "*"}]}
)
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "*"}]})
PATTERN = json.dumps({"source": ["aws.secretsmanager"], "detail": {"eventName": ["RotationAbandoned"]}})
TOPIC_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": "arn:aws:sns:eu-west-1:123456789012:alarms",
            }
        ],
    }
)
QUERIES = [
    {"id": "total", "expression": "SUM(METRICS())", "returnData": True},
    {
        "id": "errors",
        "metric": {
            "namespace": "AWS/Lambda",
            "metricName": "Errors",
            "period": 300,
            "stat": "Sum",
            "dimensions": {"FunctionName": "fn"},
        },
    },
]


class Bench:
    """One AWS with what other resources need: a key, a role, a function, a topic."""

    def __init__(self, aws: Aws, code: Path) -> None:
        self.aws = aws
        self.code = Archive("hash", str(code))

    def life(self, pulumi_type: str) -> Lifecycle:
        return Lifecycle(resource_type(pulumi_type), self.aws, RULES)

    def inputs(self, pulumi_type: str, news: Values) -> Values:
        inputs, wrong = check(resource_type(pulumi_type), news, {}, RULES, "made-up-1234567")
        assert wrong == []
        return inputs

    def create(self, pulumi_type: str, **news: object) -> tuple[str, Values]:
        return self.life(pulumi_type).create(self.inputs(pulumi_type, news))

    def aliases(self, *names: str) -> list[str]:
        """Make a key under each of these names."""
        for name in names:
            self.create("aws:kms/alias:Alias", name=name, targetKeyId=self.create("aws:kms/key:Key")[0])
        return list(names)

    def assert_settled(self, life: Lifecycle, identifier: str, inputs: Values, state: Values) -> None:
        """AWS shows what the inputs want, and a refresh changes none of them."""
        now, after = life.read(identifier, inputs, state) or ({}, {})
        arguments = state.keys() & life.kind.arguments.keys()

        assert {name: now[name] for name in arguments} == {name: state[name] for name in arguments}
        assert after == inputs
        assert not difference(life.kind, inputs, now, self.aws.region).changed

    def example(self, pulumi_type: str) -> Values:
        """Arguments that say as much as can be said of a resource of this type."""
        return EXAMPLES[pulumi_type](self)


def _receiver(bench) -> str:
    """Make a function whose role may receive from any queue; without that a mapping is refused."""
    function = "aws:lambda/function:Function"
    given = bench.example(function)
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    bench.create("aws:iam/rolePolicy:RolePolicy", role=given["role"].rpartition("/")[2], policy=policy)
    return bench.create(function, **given)[0]


TAGS = {"sellerkeys:base": "dev"}
EXAMPLES: dict[str, Callable[[Bench], Values]] = {
    "aws:kms/key:Key": lambda _: {
        "description": "a key",
        "policy": POLICY,
        "enableKeyRotation": True,
        "tags": TAGS,
    },
    "aws:kms/alias:Alias": lambda bench: {"name": "alias/a", "targetKeyId": bench.create("aws:kms/key:Key")[0]},
    "aws:secretsmanager/secret:Secret": lambda bench: {
        "name": "a/b",
        "description": "a secret",
        "policy": POLICY,
        "kmsKeyId": bench.aliases("alias/a", "alias/b")[0],
        "tags": TAGS,
    },
    "aws:iam/role:Role": lambda _: {
        "assumeRolePolicy": TRUST,
        "path": "/a/",
        "description": "a role",
        "tags": TAGS,
    },
    "aws:iam/rolePolicy:RolePolicy": lambda bench: {
        "role": bench.create("aws:iam/role:Role", assumeRolePolicy=TRUST)[0],
        "policy": POLICY,
    },
    "aws:lambda/function:Function": lambda bench: {
        "role": bench.create("aws:iam/role:Role", assumeRolePolicy=TRUST)[1]["arn"],
        "code": bench.code,
        "handler": "handler.handle",
        "runtime": "python3.11",
        "architectures": ["arm64"],
        "timeout": 30,
        "environment": {"variables": {"BASE": "dev"}},
        "reservedConcurrentExecutions": 5,
        "loggingConfig": {"logFormat": "JSON", "logGroup": "/aws/lambda/fn"},
        "tags": TAGS,
    },
    "aws:lambda/permission:Permission": lambda bench: {
        "function": bench.create("aws:lambda/function:Function", **bench.example("aws:lambda/function:Function"))[0],
        "action": "lambda:InvokeFunction",
        "principal": "secretsmanager.amazonaws.com",
        "sourceAccount": "123456789012",
        "sourceArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-*",
    },
    "aws:lambda/functionUrl:FunctionUrl": lambda bench: {
        "functionName": _receiver(bench),
        "authorizationType": "NONE",
    },
    "aws:cloudwatch/logGroup:LogGroup": lambda _: {
        "name": "/aws/lambda/fn",
        "retentionInDays": 14,
        "tags": TAGS,
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": lambda bench: {
        "metricQueries": QUERIES,
        "evaluationPeriods": 1,
        "threshold": 1,
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "alarmActions": [bench.create("aws:sns/topic:Topic")[0]],
        "treatMissingData": "notBreaching",
        "tags": TAGS,
    },
    "aws:sns/topic:Topic": lambda _: {"displayName": "Alarms", "tags": TAGS},
    "aws:sns/topicPolicy:TopicPolicy": lambda bench: {
        "arn": bench.create("aws:sns/topic:Topic", name="alarms")[0],
        "policy": TOPIC_POLICY,
    },
    "aws:cloudwatch/eventRule:EventRule": lambda _: {
        "description": "every day",
        "scheduleExpression": "cron(0 6 * * ? *)",
        "tags": TAGS,
    },
    "aws:cloudwatch/eventBus:EventBus": lambda _: {"tags": TAGS},
    "aws:cloudwatch/eventTarget:EventTarget": lambda bench: {
        "rule": bench.create("aws:cloudwatch/eventRule:EventRule", name="abandoned", eventPattern=PATTERN)[0],
        "arn": bench.create("aws:sns/topic:Topic", name="alarms")[0],
        "inputTransformer": {"inputPaths": {"name": "$.detail.eventName"}, "inputTemplate": '"It is <name>."'},
    },
    "aws:sns/topicSubscription:TopicSubscription": lambda bench: {
        "topic": bench.create("aws:sns/topic:Topic")[0],
        "protocol": "email",
        "endpoint": "ops@example.com",
    },
    "aws:dynamodb/table:Table": lambda _: {
        "attributes": [{"name": "pk", "type": "S"}],
        "hashKey": "pk",
        "billingMode": "PAY_PER_REQUEST",
        "ttl": {"attributeName": "expires_at", "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
        "tags": TAGS,
    },
    "aws:sqs/queue:Queue": lambda bench: {
        "kmsMasterKeyId": bench.create("aws:kms/key:Key")[1]["arn"],
        "messageRetentionSeconds": 1_209_600,
        "visibilityTimeoutSeconds": 900,
        "redrivePolicy": {
            "deadLetterTargetArn": bench.create("aws:sqs/queue:Queue", name="dead")[1]["arn"],
            "maxReceiveCount": 5,
        },
        "tags": TAGS,
    },
    "aws:sqs/queuePolicy:QueuePolicy": lambda bench: {
        "queueUrl": bench.create("aws:sqs/queue:Queue")[0],
        "policy": POLICY,
    },
    "aws:lambda/eventSourceMapping:EventSourceMapping": lambda bench: {
        "eventSourceArn": bench.create("aws:sqs/queue:Queue")[1]["arn"],
        "functionName": _receiver(bench),
        "batchSize": 1,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "tags": TAGS,
    },
}
