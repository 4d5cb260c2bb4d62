"""The way back out of a dead-letter queue, over HTTP, on the bench's clock."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.local.aws.seen import refusal

ARN = "arn:aws:sqs:eu-west-1:123456789012"


@pytest.fixture
def sqs(aws) -> Any:
    """Make an SQS client."""
    return aws.client("sqs")


@pytest.fixture
def work(sqs) -> str:
    """Make a queue that gives a message up at once, to `dead`; `else` does so, too."""
    sqs.create_queue(QueueName="dead")
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{ARN}:dead", "maxReceiveCount": "1"})}
    sqs.create_queue(QueueName="else", Attributes={**redrive, "VisibilityTimeout": "0"})
    return sqs.create_queue(QueueName="work", Attributes={**redrive, "VisibilityTimeout": "0"})["QueueUrl"]


def url(sqs, name: str) -> str:
    """Find a queue."""
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def bury(sqs, queue: str, *bodies: str) -> None:
    """Send messages, and have them given up."""
    for body in bodies:
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    for _ in range(2):
        sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)


def bodies(sqs, name: str) -> list[str]:
    """Read what a queue holds; it is not given up by that."""
    found = sqs.receive_message(QueueUrl=url(sqs, name), MaxNumberOfMessages=10, VisibilityTimeout=60)
    return sorted(message["Body"] for message in found.get("Messages", []))


def task(sqs) -> dict[str, Any]:
    """What is told of the last task."""
    return sqs.list_message_move_tasks(SourceArn=f"{ARN}:dead")["Results"][0]


@pytest.mark.rule
def test_messages_go_back_to_where_each_came_from(sqs, work, pass_time) -> None:
    """Without a destination a message is moved to its own source queue (botocore StartMessageMoveTask)."""
    bury(sqs, work, "one", "two")
    bury(sqs, url(sqs, "else"), "three")
    assert "TaskHandle" in sqs.start_message_move_task(SourceArn=f"{ARN}:dead")
    pass_time(timedelta(seconds=1))
    assert (bodies(sqs, "work"), bodies(sqs, "else"), bodies(sqs, "dead")) == (["one", "two"], ["three"], [])
    told = task(sqs)
    assert (told["Status"], told["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert "TaskHandle" not in told


@pytest.mark.rule
def test_a_moved_message_is_a_new_one(sqs, work, pass_time) -> None:
    """It has another id, is sent anew and was never received (SQS guide, "Configuring a dead-letter queue redrive")."""
    bury(sqs, work, "one")
    before = sqs.receive_message(QueueUrl=url(sqs, "dead"), AttributeNames=["All"], VisibilityTimeout=1)["Messages"][0]
    pass_time(timedelta(hours=1))
    sqs.start_message_move_task(SourceArn=f"{ARN}:dead")
    pass_time(timedelta(seconds=1))
    after = sqs.receive_message(QueueUrl=work, AttributeNames=["All"], VisibilityTimeout=60)["Messages"][0]
    assert after["MessageId"] != before["MessageId"]
    sent = [int(message["Attributes"]["SentTimestamp"]) for message in (before, after)]
    assert sent[1] - sent[0] >= 3_600_000
    assert after["Attributes"]["ApproximateReceiveCount"] == "1"


@pytest.mark.rule
def test_a_destination_takes_them_all(sqs, work, pass_time) -> None:
    """With DestinationArn every message goes there (botocore StartMessageMoveTask)."""
    bury(sqs, work, "one")
    sqs.create_queue(QueueName="other")
    sqs.start_message_move_task(SourceArn=f"{ARN}:dead", DestinationArn=f"{ARN}:other")
    pass_time(timedelta(seconds=1))
    assert bodies(sqs, "other") == ["one"]


@pytest.mark.usefixtures("work")
@pytest.mark.rule
def test_only_a_dead_letter_queue_is_emptied(sqs) -> None:
    """A source that no queue gives up to: InvalidParameterValue (AWS, recorded in localstack's snapshots)."""
    code, said = refusal(sqs.start_message_move_task, SourceArn=f"{ARN}:work")
    assert (code, "must be configured as a Dead Letter Queue" in said) == ("InvalidParameterValue", True)


@pytest.mark.usefixtures("work")
@pytest.mark.rule
@pytest.mark.parametrize(
    "asked", [{"SourceArn": f"{ARN}:none"}, {"SourceArn": f"{ARN}:dead", "DestinationArn": f"{ARN}:none"}]
)
def test_a_queue_that_is_not_there(sqs, asked) -> None:
    """Source or destination: ResourceNotFoundException (AWS, recorded in localstack's snapshots)."""
    code, said = refusal(sqs.start_message_move_task, **asked)
    assert (code, "doesn't exist" in said) == ("ResourceNotFoundException", True)


@pytest.mark.rule
def test_one_task_at_a_time_and_at_its_pace(sqs, work, pass_time) -> None:
    """A second task is refused while one runs, whose rate a second holds (botocore StartMessageMoveTask)."""
    bury(sqs, work, "one", "two", "three", "four")
    sqs.start_message_move_task(SourceArn=f"{ARN}:dead", MaxNumberOfMessagesPerSecond=1)
    code, said = refusal(sqs.start_message_move_task, SourceArn=f"{ARN}:dead")
    assert (code, "already a task running" in said) == ("InvalidParameterValue", True)
    told = task(sqs)
    assert (told["Status"], told["ApproximateNumberOfMessagesToMove"]) == ("RUNNING", 4)
    assert told["ApproximateNumberOfMessagesMoved"] < 4
    pass_time(timedelta(seconds=10))
    assert task(sqs)["ApproximateNumberOfMessagesMoved"] == 4


@pytest.mark.rule
def test_a_cancelled_task_leaves_what_it_has_moved(sqs, work, pass_time) -> None:
    """CancelMessageMoveTask stops it, and says how many have gone (botocore CancelMessageMoveTask)."""
    bury(sqs, work, "one", "two", "three")
    handle = sqs.start_message_move_task(SourceArn=f"{ARN}:dead", MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    moved = sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    pass_time(timedelta(seconds=10))
    assert task(sqs)["Status"] == "CANCELLED"
    assert len(bodies(sqs, "dead")) == 3 - moved


@pytest.mark.usefixtures("work")
@pytest.mark.rule
def test_no_such_task(sqs) -> None:
    """An unknown handle: ResourceNotFoundException (AWS, recorded in localstack's snapshots)."""
    code, said = refusal(sqs.cancel_message_move_task, TaskHandle="00000000-0000-0000-0000-000000000000")
    assert (code, "Task does not exist" in said) == ("ResourceNotFoundException", True)


@pytest.mark.rule
def test_an_alarm_on_a_dead_letter_queue_goes_off_and_ends(aws, sqs, work, pass_time) -> None:
    """ApproximateNumberOfMessagesVisible tells how many can be received (SQS guide, CloudWatch metrics)."""
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="dead",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "dead"}],
        Statistic="Maximum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="ignore",
    )

    def state() -> str:
        pass_time(timedelta(minutes=11))
        return cloudwatch.describe_alarms(AlarmNames=["dead"])["MetricAlarms"][0]["StateValue"]

    bury(sqs, work, "one")
    assert state() == "ALARM"
    sqs.start_message_move_task(SourceArn=f"{ARN}:dead")
    assert state() == "OK"
