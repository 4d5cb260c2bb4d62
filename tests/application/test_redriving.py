"""What was set aside goes back to its queue, once, and by nobody but the function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from provisioning.application.redriving import Redriver
from provisioning.errors import Waiting

ARN = "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-dev"


@dataclass
class FakeQueues:
    """SQS: how many messages lie in each queue, and the moves; `running` is a queue whose move is under way."""

    counts: dict[str, int]
    running: str = ""
    started: list[str] = field(default_factory=list)

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:
        (name,) = AttributeNames
        return {"Attributes": {name: str(self.counts[QueueUrl])}}

    def list_message_move_tasks(self, *, SourceArn: str) -> dict[str, Any]:
        return {"Results": [{"Status": "RUNNING" if SourceArn == self.running else "COMPLETED"}]}

    def start_message_move_task(self, *, SourceArn: str) -> dict[str, str]:
        self.started.append(SourceArn)
        return {"TaskHandle": "handle"}


@pytest.fixture
def queues() -> FakeQueues:
    """One message was set aside."""
    return FakeQueues({"sellerkeys-dev-new-secret-dead": 1, "sellerkeys-dev-secret-expiry-dead": 0})


@pytest.fixture
def redriver(queues: FakeQueues) -> Redriver:
    """The fleet's."""
    return Redriver(queues, "eu-west-1", "123456789012", "dev")  # type: ignore[arg-type]  a client of boto3


def test_counting_moves_nothing(redriver: Redriver, queues: FakeQueues) -> None:
    """For a dry run."""
    assert redriver.set_aside() == {"new-secret": 1, "secret-expiry": 0}
    assert queues.started == []


def test_only_a_queue_that_holds_something_is_emptied(redriver: Redriver, queues: FakeQueues) -> None:
    """Without a destination, so that SQS takes each message back to where it came from."""
    assert redriver.run() == {"new-secret": 1, "secret-expiry": 0}
    assert queues.started == [f"{ARN}-new-secret-dead"]


def test_a_move_that_is_under_way_is_waited_for(redriver: Redriver, queues: FakeQueues) -> None:
    """SQS would refuse a second one."""
    queues.running = f"{ARN}-new-secret-dead"
    with pytest.raises(Waiting, match="is moving the messages"):
        redriver.run()
    assert queues.started == []
