"""Another account at our queues: a message is lost unless queue policy and key let its sender in."""

import json
from datetime import timedelta
from typing import Any

import pytest

from infra.place import Place
from infra.policies.document import text
from infra.policies.queues import credential_queue_policy, queues_key_policy
from local.aws.queues.stranger import Stranger
from provisioning import naming

PLACE = Place(base="dev", region="eu-west-1", account="123456789012")
ARN = PLACE.queue(naming.NEW_SECRET)
AMAZON = Stranger(naming.AMAZON_ACCOUNT, "notifications")


@pytest.fixture
def key(aws) -> str:
    """Make the queues' key, with the policy that the program gives it."""
    made = aws.client("kms").create_key(Policy=text(queues_key_policy(PLACE)))
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture
def queue(aws, key) -> str:
    """Make the queue for new client secrets as the program does."""
    attributes = {"Policy": text(credential_queue_policy(PLACE, naming.NEW_SECRET)), "KmsMasterKeyId": key}
    made = aws.client("sqs").create_queue(QueueName=ARN.rpartition(":")[2], Attributes=attributes)
    return str(made["QueueUrl"])


def held(aws: Any, queue: str) -> list[str]:
    """Read what is in the queue."""
    return [item["Body"] for item in aws.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])]


def change(aws: Any, key: str, **changed: object) -> None:
    """Change the statement that lets Amazon use the key."""
    document = queues_key_policy(PLACE)
    for statement in document["Statement"]:
        if statement["Sid"] == "AmazonThroughQueues":
            statement.update(changed)
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=text(document))


def test_amazon_gets_in_as_the_program_declares_it(aws, queue) -> None:
    """The policies of the program are enough, to look and to send (sp-api.md 5.3)."""
    assert (AMAZON.look(ARN), AMAZON.send(ARN, "PLACEHOLDER")) == (None, None)
    assert held(aws, queue) == ["PLACEHOLDER"]


def test_nobody_else_does(aws, queue) -> None:
    """Any other account is refused by the queue's policy."""
    other = Stranger("999999999999", "notifications")

    assert (
        other.look(ARN) == f"sqs:GetQueueAttributes: no statement of the resource's policy allows "
        f"sqs:GetQueueAttributes on {ARN}"
    )
    assert "sqs:SendMessage" in str(other.send(ARN, "PLACEHOLDER"))
    assert held(aws, queue) == []


@pytest.mark.parametrize("action", ["kms:GenerateDataKey", "kms:Decrypt"])
def test_a_grant_that_is_missing_on_the_key_loses_the_message(aws, queue, key, action) -> None:
    """Amazon's own sample forgets them (sp-api.md 12, no. 6)."""
    change(aws, key, Action=action)
    missing = {"kms:GenerateDataKey": "kms:Decrypt", "kms:Decrypt": "kms:GenerateDataKey"}[action]

    assert str(AMAZON.send(ARN, "PLACEHOLDER")).startswith(f"{missing}: ")
    assert held(aws, queue) == []


def test_a_key_out_of_use_loses_the_message(aws, queue, key) -> None:
    """Disabled or pending deletion."""
    aws.client("kms").disable_key(KeyId=key.rpartition("/")[2])

    assert AMAZON.send(ARN, "PLACEHOLDER") == f"the key {key} is Disabled"
    assert held(aws, queue) == []


def test_a_queue_under_awss_own_key_is_closed_to_others(aws, queue) -> None:
    """`alias/aws/sqs` serves its own account only (SQS guide, Key management)."""
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"KmsMasterKeyId": "alias/aws/sqs"})

    assert AMAZON.send(ARN, "PLACEHOLDER") == "no other account may use AWS's own key for SQS"


def test_a_queue_that_is_not_there_loses_the_message(aws) -> None:
    """The same for what is no queue's ARN."""
    del aws

    assert [AMAZON.send(ARN, "PLACEHOLDER"), AMAZON.look("nonsense")] == ["there is no such queue"] * 2


def test_a_message_from_amazon_reaches_the_function(aws, queue, deploy, pass_time, tmp_path) -> None:
    """Over the mapping, with Amazon's account as its sender; the queue lets no other role receive."""
    del queue
    deploy(
        "batches",
        role=naming.function_role_name("dev", naming.CLIENT_SECRET),
        variables={"RECORD": str(tmp_path / "record")},
    )
    aws.client("lambda").create_event_source_mapping(FunctionName="batches", EventSourceArn=ARN)
    aws.server.timeline.soon(lambda: AMAZON.send(ARN, "PLACEHOLDER"))
    pass_time(timedelta())

    (record,) = json.loads((tmp_path / "record").read_text())["Records"]
    assert record["body"] == "PLACEHOLDER"
    assert naming.AMAZON_ACCOUNT in record["attributes"]["SenderId"]
