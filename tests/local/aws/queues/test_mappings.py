"""Event source mappings over HTTP: batches, what failed, time-outs and the dead-letter queue, on the bench's clock."""

import json
from datetime import timedelta

import pytest

ARN = "arn:aws:sqs:eu-west-1:123456789012"


@pytest.fixture
def sqs(aws):
    """Make an SQS client."""
    return aws.client("sqs")


@pytest.fixture
def queue(sqs):
    """Make a queue that gives a message three tries of a minute, and then its dead-letter queue."""
    sqs.create_queue(QueueName="dead")
    redrive = json.dumps({"deadLetterTargetArn": f"{ARN}:dead", "maxReceiveCount": "3"})
    return sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "60", "RedrivePolicy": redrive})[
        "QueueUrl"
    ]


@pytest.fixture
def dead(sqs, queue):
    """Read the dead-letter queue's messages."""
    del queue
    url = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    return lambda: [message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", [])]


@pytest.fixture
def mapped(aws, deploy, queue, tmp_path):
    """Deploy the function and map it to the queue."""
    del queue

    def mapped(**said) -> str:
        deploy("batches", variables={"RECORD": str(tmp_path / "record")})
        client = aws.client("lambda")
        mapping = {"FunctionName": "batches", "EventSourceArn": f"{ARN}:work"}
        return client.create_event_source_mapping(
            **{**mapping, "FunctionResponseTypes": ["ReportBatchItemFailures"], **said}
        )["UUID"]

    return mapped


@pytest.fixture
def batches(tmp_path):
    """Read the bodies of each batch the function got."""
    record = tmp_path / "record"

    def batches() -> list[list[str]]:
        lines = record.read_text().splitlines() if record.exists() else []
        return [[item["body"] for item in json.loads(line)["Records"]] for line in lines]

    return batches


def send(sqs, queue: str, *bodies: str) -> None:
    """Send messages."""
    for body in bodies:
        sqs.send_message(QueueUrl=queue, MessageBody=body)


def left(sqs, queue: str) -> int:
    """Count what the queue holds, received or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"].values()))


@pytest.mark.rule
def test_a_function_gets_what_is_sent_in_batches(sqs, queue, mapped, batches, pass_time) -> None:
    """A function gets messages in batches of at most BatchSize, and what is done is deleted ([LAM23] with-sqs)."""
    send(sqs, queue, "a", "b", "c")
    mapped(BatchSize=2)
    pass_time(timedelta())
    send(sqs, queue, "d")
    pass_time(timedelta())

    assert batches() == [["a", "b"], ["c"], ["d"]]
    assert left(sqs, queue) == 0


@pytest.mark.rule
def test_what_failed_comes_again_after_its_time_out(sqs, queue, mapped, batches, pass_time) -> None:
    """Of a batch only what ReportBatchItemFailures names comes again, after its time-out ([LAM23] with-sqs)."""
    send(sqs, queue, "a", "fails")
    mapped()
    pass_time(timedelta(seconds=50))
    early = batches()
    pass_time(timedelta(seconds=20))
    then = batches()
    pass_time(timedelta(minutes=5))

    assert early == [["a", "fails"]]
    assert then == [["a", "fails"], ["fails"]]
    assert batches() == [["a", "fails"], ["fails"], ["fails"]]


@pytest.mark.rule
def test_what_fails_for_good_ends_in_the_dead_letter_queue(sqs, queue, dead, mapped, pass_time) -> None:
    """After maxReceiveCount tries a message is in the dead-letter queue (SQS guide, Dead-letter queues)."""
    send(sqs, queue, "fails")
    mapped()
    pass_time(timedelta(hours=1))

    assert dead() == ["fails"]
    assert left(sqs, queue) == 0


@pytest.mark.rule
def test_a_function_that_raises_keeps_the_whole_batch(sqs, queue, mapped, batches, pass_time) -> None:
    """Where the function failed nothing of a batch is deleted ([LAM23] with-sqs)."""
    send(sqs, queue, "a", "raises")
    mapped()
    pass_time(timedelta())

    assert (batches(), left(sqs, queue)) == ([["a", "raises"]], 2)


@pytest.mark.rule
def test_a_mapping_can_be_disabled_and_enabled(aws, sqs, queue, mapped, batches, pass_time) -> None:
    """What is sent while a mapping is disabled waits (botocore UpdateEventSourceMapping)."""
    mapping = mapped(Enabled=False)
    send(sqs, queue, "a")
    pass_time(timedelta())
    disabled = batches()
    aws.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    pass_time(timedelta())

    assert (disabled, batches()) == ([], [["a"]])


@pytest.mark.rule
def test_a_delayed_message_comes_when_it_is_due(sqs, queue, mapped, batches, pass_time) -> None:
    """A message with DelaySeconds is handed over when that has passed (botocore SendMessage)."""
    mapped()
    sqs.send_message(QueueUrl=queue, MessageBody="a", DelaySeconds=300)
    pass_time(timedelta(minutes=4))
    early = batches()
    pass_time(timedelta(minutes=2))

    assert (early, batches()) == ([], [["a"]])


@pytest.mark.rule
def test_a_message_that_somebody_holds_is_hidden_by_the_benchs_clock(sqs, queue, pass_time) -> None:
    """A message that was received is hidden for its visibility time-out (botocore ReceiveMessage)."""
    send(sqs, queue, "a")
    sqs.receive_message(QueueUrl=queue)
    hidden = "Messages" in sqs.receive_message(QueueUrl=queue)
    pass_time(timedelta(minutes=2))

    assert (hidden, "Messages" in sqs.receive_message(QueueUrl=queue)) == (False, True)
