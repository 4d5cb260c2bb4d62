"""The client-secret function's entry: what each event does, and what leaves the function."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioning.application import handler
from tests.fakes.letters import NEW, new_secret
from tests.fakes.table import NAME

if TYPE_CHECKING:
    from tests.fakes.vendor import Vendor

SCHEDULE = {"source": "aws.events", "time": "2026-03-24T12:00:00Z"}


class Context:
    """Lambda's context."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Say how long the function may still run."""
        return 300_000


@pytest.fixture
def counted(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The function's environment over the fakes; what it counts."""
    asked: list[dict[str, Any]] = []

    class Metrics:
        @staticmethod
        def put_metric_data(**data: Any) -> None:
            asked.append(data)

    clients = {"secretsmanager": vendor.aws, "dynamodb": vendor.dynamo, "cloudwatch": Metrics()}
    monkeypatch.setattr(boto3, "client", lambda service, config: clients[service] if config else None)
    monkeypatch.setattr(handler, "Amazon", lambda _endpoints: vendor.amazon)
    monkeypatch.setenv("SELLERKEYS_BASE", "dev")
    monkeypatch.setenv("SELLERKEYS_APP_SECRET_ID", vendor.held.arn)
    monkeypatch.setenv("SELLERKEYS_TABLE", NAME)
    handler.client.cache_clear()
    return asked


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged."""
    return [json.loads(record.message) for record in caplog.records if record.name == "sellerkeys"]


@pytest.mark.usefixtures("counted")
def test_a_batch_is_answered_item_by_item(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    """One line each, with the message's id and never its body."""
    vendor.make()
    records = [{"messageId": "a", "body": "{"}, {"messageId": "b", "body": new_secret()}, {"messageId": "c"}]
    answer = handler.handle({"Records": records}, Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}
    assert [(line["item"], line["outcome"]) for line in lines(caplog)] == [
        ("a", "stays"),
        ("b", "made current"),
        ("c", "stays"),
    ]
    assert NEW not in caplog.text


@pytest.mark.parametrize("event", [SCHEDULE, {"action": "continue"}, {}])
def test_everything_else_is_a_turn(
    vendor: Vendor, counted: list[dict[str, Any]], event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The schedule's event, an operator's, and one by hand."""
    vendor.make()
    handler.handle({"Records": [{"messageId": "a", "body": new_secret(made=datetime.now(UTC))}]})
    answer = handler.handle(event, Context())
    assert answer["sellers"] == {"under way": 2}
    assert [(datum["MetricName"], datum["Value"]) for datum in counted[0]["MetricData"]] == [
        ("RefusedClientSecrets", 0),
        ("UnansweredRequests", 0),
        ("LateSellers", 0),
    ]
    assert counted[0]["MetricData"][0]["Dimensions"] == [{"Name": "Fleet", "Value": "dev"}]
    assert lines(caplog)[-1]["sellers"] == {"under way": 2}


@pytest.mark.usefixtures("counted")
def test_an_offer_is_taken_up_when_an_operator_says_so(vendor: Vendor) -> None:
    """And what became of it is answered, be it a refusal."""
    assert handler.handle({"action": "take-up"}) == {"outcome": "nothing on offer", "version": None}
    vendor.put(vendor.app.__class__(vendor.app.client_id, NEW), "SELLERKEYS_OFFERED")
    assert handler.handle({"action": "take-up"}) == {"outcome": "refused", "cause": "invalid_client"}
    vendor.make()
    vendor.held.attach("SELLERKEYS_OFFERED", next(v for v, text in vendor.held.values.items() if NEW in (text or "")))
    answer = handler.handle({"action": "take-up"})
    assert answer == {"outcome": "made current", "version": vendor.held.holder("AWSCURRENT")}


@pytest.mark.usefixtures("counted")
def test_a_failed_turn_is_one_sentence(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    """Raised, so that the alarm goes off; a foreign exception's text stays inside."""

    def fail(_name: str, _number: int) -> None:
        raise ValueError(NEW)

    vendor.aws.before = fail
    with pytest.raises(handler.TurnFailed, match=r"^defect: ValueError in fail, line \d+$"):
        handler.handle(SCHEDULE)
    failed = handler.handle({"Records": [{"messageId": "a", "body": new_secret()}]})
    assert failed == {"batchItemFailures": [{"itemIdentifier": "a"}]}
    assert NEW not in caplog.text


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("more", [{}, {"attributes": None}, {"attributes": {"SentTimestamp": "x"}}])
def test_when_a_message_was_sent_may_be_unknown(vendor: Vendor, more: dict[str, Any]) -> None:
    """Then a refusal counts at once, and the message stays all the same."""
    answer = handler.handle({"Records": [{"messageId": "a", "body": new_secret(), **more}]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a"}]}
    assert vendor.state.status == "offer-refused"
