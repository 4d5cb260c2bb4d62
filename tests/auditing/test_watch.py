"""How long logs are kept, and whom alarms reach."""

from __future__ import annotations

import pytest

from provisioning.auditing.watch import Alarm, Log, Subscriber, Watch
from provisioning.errors import AccessDenied
from tests.fakes.account import FakeAccount

GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:sellerkeys-dev-alarms"


@pytest.fixture
def account() -> FakeAccount:
    """An account with three logs, two alarms and two subscribers."""
    return FakeAccount(
        logs=[
            {"logGroupName": "/aws/lambda/x-b", "arn": f"{GROUP}-b:*"},
            {"logGroupName": "/aws/lambda/x-a", "arn": f"{GROUP}-a:*", "retentionInDays": 400},
            {"logGroupName": "/aws/lambda/y", "arn": "arn:y:*"},
        ],
        alarms=[
            {"AlarmName": "x-2", "ActionsEnabled": False, "AlarmActions": ["topic"]},
            {"AlarmName": "x-1", "ActionsEnabled": True, "AlarmActions": ["topic"]},
        ],
        subscriptions=[
            {"Protocol": "email", "Endpoint": "b@example.com", "SubscriptionArn": "PendingConfirmation"},
            {"Protocol": "email", "Endpoint": "a@example.com", "SubscriptionArn": "arn:1"},
        ],
    )


@pytest.fixture
def watch(account: FakeAccount) -> Watch:
    """What watches that account's fleets."""
    logs, cloudwatch, sns = (account.service(name, None, "eu-west-1") for name in ("logs", "cloudwatch", "sns"))
    return Watch(logs, cloudwatch, sns)


def test_logs(watch: Watch) -> None:
    """Of the fleet alone, by name; without a number of days nothing is ever deleted."""
    assert watch.logs("/aws/lambda/x") == (
        Log(f"{GROUP}-a", "/aws/lambda/x-a", 400),
        Log(f"{GROUP}-b", "/aws/lambda/x-b", None),
    )


def test_alarms(watch: Watch) -> None:
    """One whose actions are switched off tells nobody."""
    assert watch.alarms("x-") == (Alarm("x-1", ("topic",)), Alarm("x-2", ()))


def test_subscribers(watch: Watch) -> None:
    """Who has not confirmed AWS's first mail gets nothing."""
    assert watch.subscribers(TOPIC) == (
        Subscriber("email", "a@example.com", confirmed=True),
        Subscriber("email", "b@example.com", confirmed=False),
    )


@pytest.mark.parametrize(
    ("call", "method", "on"),
    [
        ("DescribeLogGroups", "logs", "/aws/lambda/x"),
        ("DescribeAlarms", "alarms", "x-"),
        ("ListSubscriptionsByTopic", "subscribers", TOPIC),
    ],
)
def test_a_denial_names_the_call(watch: Watch, account: FakeAccount, call: str, method: str, on: str) -> None:
    """Whoever may not look is told what he may not."""
    account.denied = frozenset({call})

    with pytest.raises(AccessDenied, match=f"AWS denied {call} on {on}"):
        getattr(watch, method)(on)
