"""Pacing: what is put off is put off until it goes through, and less is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from provisioning.amazon import Amazon, Answer, Endpoints
from provisioning.budget import Budget
from provisioning.errors import AmazonRefused, Throttled
from provisioning.pacing import PacedStore, Writes
from provisioning.payload import App

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.secrets_manager import FakeSecretsManager

SECRET = "sellerkeys/dev/sellers/maple/sp-api"
APP = App("amzn1.application-oa2-client.PLACEHOLDER", "PLACEHOLDER")


class Clock:
    """Time that passes only while somebody sleeps."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.now += seconds


@pytest.fixture
def writes() -> Writes:
    """AWS's own budgets, on a clock of their own."""
    clock = Clock()
    return Writes.granted(None, clock, clock.sleep)


def throttle(aws: FakeSecretsManager, times: int) -> None:
    """Let AWS put off the next calls that write."""
    left = [times]

    def refuse(name: str, _number: int) -> None:
        if name == "TagResource" and left[0]:
            left[0] -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, name)

    aws.before = refuse


def test_a_throttled_write_goes_through_in_the_end(aws: FakeSecretsManager, writes: Writes, now: datetime) -> None:
    """Put off five times, it is made a sixth; the budget of that operation alone is lower then."""
    throttle(aws, 5)

    PacedStore(aws, writes, lambda: now).tag(SECRET, {"sellerkeys-state:status": "active"})

    assert aws.calls == ["TagResource"] * 6
    assert writes.tags.rate < writes.values.rate == writes.rotations.rate


def test_throttled_for_ever_is_told(aws: FakeSecretsManager, writes: Writes, now: datetime) -> None:
    """It ends: what AWS never takes is a failure that is safe to run again."""
    throttle(aws, 1_000)

    with pytest.raises(Throttled):
        PacedStore(aws, writes, lambda: now).tag(SECRET, {"sellerkeys-state:status": "active"})

    assert aws.calls == ["TagResource"] * 8


def test_reads_do_not_wait(aws: FakeSecretsManager, now: datetime) -> None:
    """Only what changes a secret is paced."""
    store = PacedStore(aws, Writes.granted(0.001, lambda: 0.0, pytest.fail), lambda: now)

    assert [store.describe(SECRET).name for _ in range(5)] == [SECRET] * 5


def test_tokens_are_paced_and_too_many_lowers_them() -> None:
    """LWA is asked no more often than allowed, less often after a 429; calls on SP-API are the seller's own."""
    clock = Clock()
    budget = Budget(10, clock, clock.sleep)
    whole, answers = budget.rate, [Answer(429, b"{}"), *[Answer(200, b'{"access_token": "PLACEHOLDER"}')] * 9]
    amazon = Amazon(Endpoints(), send=lambda _: answers.pop(0), sleep=clock.sleep).paced(budget)

    for _ in range(9):
        amazon.refresh(APP, "Atzr|PLACEHOLDER")
    took = clock.now

    assert took >= 0.6
    assert budget.rate <= whole
    answers.append(Answer(403, b"{}"))
    with pytest.raises(AmazonRefused):
        amazon.participations("EU", "PLACEHOLDER")
    assert clock.now == took
