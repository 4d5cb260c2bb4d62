"""The calendar function's entry: what it is told, what it counts and sends, and what leaves it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from provisioning.calendar.handler import DayFailed, handle
from provisioning.state import ASSUMED_TOLD, REFUSED, State
from tests.fakes.secrets_manager import FakeSecretsManager
from tests.fakes.table import NAME as NAME_OF_TABLE
from tests.fakes.table import FakeDynamoDB

NAME = "sellerkeys/dev/sellers/berlin/sp-api"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:sellerkeys-dev-alarms"
DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
EVENT = {"time": "2026-11-24T06:00:00Z", "source": "aws.events"}


class Outside:
    """SNS and CloudWatch: what they were asked; `failure` is what they raise."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def publish(self, **asked: Any) -> None:
        if self.failure:
            raise self.failure
        self.asked.append(asked)

    put_metric_data = publish


@pytest.fixture
def outside(aws: FakeSecretsManager, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """The function's environment, with a seller who has to authorize again."""
    outside = Outside()
    clients = {"secretsmanager": aws, "sns": outside, "cloudwatch": outside, "dynamodb": FakeDynamoDB()}
    monkeypatch.setattr(boto3, "client", lambda service, config: clients[service] if config else None)
    monkeypatch.setenv("SELLERKEYS_BASE", "dev")
    monkeypatch.setenv("SELLERKEYS_TOPIC_ARN", TOPIC)
    monkeypatch.setenv("SELLERKEYS_CONSENTS", '{"lapses": true, "roles": []}')
    monkeypatch.setenv("SELLERKEYS_APP_SECRET_ID", aws.secrets["sellerkeys/dev/app"].arn)
    monkeypatch.setenv("SELLERKEYS_TABLE", NAME_OF_TABLE)
    monkeypatch.setenv("SELLERKEYS_ASK_DAYS", "60")
    monkeypatch.setenv("SELLERKEYS_SP_API_REGION", "NA")
    held = aws.secrets[NAME]
    state = State(REFUSED, "invalid_grant", refused_since=DUE - timedelta(days=3), refused_at=DUE - timedelta(days=1))
    state = replace(state, consent_day=ASSUMED_TOLD)
    held.tags |= state.to_tags()
    held.values["v" * 32] = "PLACEHOLDER"
    held.attach("AWSCURRENT", "v" * 32)
    return outside


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Read the lines that the function logged."""
    return [json.loads(record.message) for record in caplog.records if record.name == "sellerkeys"]


def test_a_day_is_counted_told_and_logged(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    """At the time the schedule was due."""
    handle(EVENT)

    *metrics, mail = outside.asked
    assert metrics == [
        {
            "Namespace": "sellerkeys",
            "MetricData": [
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "Fleet", "Value": "dev"}],
                    "Timestamp": DUE,
                    "Value": 0,
                    "Unit": "Count",
                }
            ],
        }
        for name in ("UnaskedRotations", "OverdueSellers")
    ]
    assert (mail["TopicArn"], mail["Subject"]) == (TOPIC, "sellerkeys dev: 1 to reauthorize")
    assert logged(caplog) == [
        {
            "outcome": "done",
            "reauthorize": ["berlin"],
            "recovered": [],
            "overdue": [],
            "outage": False,
            "client_secret": "no application",
            "own_client_secrets_end": [],
        }
    ]


@pytest.mark.parametrize("event", [{}, {"time": "today"}, {"time": None}])
def test_by_hand_it_is_now(outside: Outside, event: dict[str, Any]) -> None:
    """`aws lambda invoke` sends no schedule's time."""
    before = datetime.now(UTC)
    handle(event)

    assert before <= outside.asked[0]["MetricData"][0]["Timestamp"] <= datetime.now(UTC)


def test_a_failure_is_one_sentence(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    """Raised, so that Lambda tries again and the alarm goes off; logged, so that a person can read it."""
    outside.failure = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutMetricData")

    with pytest.raises(DayFailed) as failed:
        handle(EVENT)

    sentence = "AWS denied PutMetricData on sellerkeys: use a role that may do this, then run it again"
    assert str(failed.value) == sentence
    assert logged(caplog) == [{"outcome": "failed", "why": sentence}]


def test_a_foreign_errors_text_stays_inside(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    """It might quote what it was given; kind and place are enough."""
    outside.failure = ValueError("PLACEHOLDER")

    with pytest.raises(DayFailed, match=r"^defect: ValueError in publish, line \d+$"):
        handle(EVENT)

    assert "PLACEHOLDER" not in caplog.text
