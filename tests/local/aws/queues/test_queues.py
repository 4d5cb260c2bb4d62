"""Queues over HTTP: what a dead-letter queue takes, what an attribute's change leaves, receipts, retention."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.local.aws.seen import refusal

ARN = "arn:aws:sqs:eu-west-1:123456789012"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": f"{ARN}:work"}],
    }
)


@pytest.fixture
def sqs(aws) -> Any:
    """Make an SQS client."""
    return aws.client("sqs")


@pytest.fixture
def dead(sqs) -> str:
    """Make a dead-letter queue that takes from the queue `work` alone."""
    allow = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:work"]})
    return str(sqs.create_queue(QueueName="dead", Attributes={"RedriveAllowPolicy": allow})["QueueUrl"])


def make(sqs: Any, name: str, **attributes: str) -> str:
    """Make a queue that gives up to `dead`."""
    redrive = json.dumps({"deadLetterTargetArn": f"{ARN}:dead", "maxReceiveCount": 1})
    return str(sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive, **attributes})["QueueUrl"])


@pytest.mark.rule
def test_a_dead_letter_queue_takes_only_from_whom_it_allows(sqs, dead) -> None:
    """RedriveAllowPolicy byQueue lists the queues that may give up to it (botocore SetQueueAttributes)."""
    make(sqs, "work")
    code, sentence = refusal(make, sqs=sqs, name="other")

    assert (code, f"does not allow {ARN}:other" in sentence) == ("InvalidParameterValue", True)
    shown = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["RedriveAllowPolicy"])["Attributes"]
    assert json.loads(shown["RedriveAllowPolicy"])["sourceQueueArns"] == [f"{ARN}:work"]


@pytest.mark.rule
def test_a_change_of_one_attribute_leaves_the_policy(sqs, dead) -> None:
    """SetQueueAttributes sets what it names (botocore SetQueueAttributes)."""
    del dead
    url = make(sqs, "work", Policy=POLICY)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy", "VisibilityTimeout"])["Attributes"]

    assert (json.loads(attributes["Policy"]), attributes["VisibilityTimeout"]) == (json.loads(POLICY), "5")


@pytest.mark.rule
def test_an_empty_policy_takes_it_away(sqs, dead) -> None:
    """An empty text removes the attribute (botocore SetQueueAttributes)."""
    del dead
    url = make(sqs, "work", Policy=POLICY)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})

    assert "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@pytest.mark.rule
def test_an_old_receipt_deletes_nothing(sqs, pass_time) -> None:
    """Of a message received twice only the last handle deletes it (botocore DeleteMessage)."""
    url = sqs.create_queue(QueueName="plain")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    first = sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)["Messages"][0]["ReceiptHandle"]
    pass_time(timedelta(minutes=2))
    second = sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)["Messages"][0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first)
    pass_time(timedelta(minutes=2))
    there = "Messages" in sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=second)

    assert there


@pytest.mark.rule
def test_what_was_kept_for_its_time_is_gone_and_hides_nothing(sqs, pass_time) -> None:
    """What MessageRetentionPeriod has passed for is gone, and hides nothing (botocore SetQueueAttributes)."""
    url = sqs.create_queue(QueueName="plain", Attributes={"MessageRetentionPeriod": "3600"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="old")
    pass_time(timedelta(minutes=59))
    sqs.send_message(QueueUrl=url, MessageBody="new")
    pass_time(timedelta(minutes=2))

    assert [item["Body"] for item in sqs.receive_message(QueueUrl=url)["Messages"]] == ["new"]


@pytest.mark.rule
def test_a_function_may_not_run_longer_than_a_message_is_hidden(aws, sqs, deploy) -> None:
    """CreateEventSourceMapping refuses a function that may run longer than a message is hidden ([LAM23] with-sqs)."""
    sqs.create_queue(QueueName="plain", Attributes={"VisibilityTimeout": "29"})
    deploy("batches", Timeout=30)

    code, sentence = refusal(
        aws.client("lambda").create_event_source_mapping, FunctionName="batches", EventSourceArn=f"{ARN}:plain"
    )

    assert code == "InvalidParameterValueException"
    assert sentence == "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds"


@pytest.mark.rule
def test_what_a_person_looked_at_and_left_goes_to_the_function(aws, sqs, deploy, pass_time, tmp_path) -> None:
    """A mapping gets what somebody received and left, once it can be received again ([LAM23] with-sqs)."""
    url = sqs.create_queue(QueueName="plain", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    sqs.receive_message(QueueUrl=url)
    deploy("batches", variables={"RECORD": str(tmp_path / "record")})
    aws.client("lambda").create_event_source_mapping(FunctionName="batches", EventSourceArn=f"{ARN}:plain")
    pass_time(timedelta())
    early = (tmp_path / "record").exists()
    sqs.receive_message(QueueUrl=url)
    pass_time(timedelta(minutes=2))

    assert (early, (tmp_path / "record").exists()) == (False, True)
