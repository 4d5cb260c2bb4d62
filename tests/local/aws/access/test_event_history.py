"""CloudTrail's event history on the bench, over HTTP: who read a secret's value, and what may be asked how often."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server import CREDENTIALS
from tests.local.aws.access.acting import allow, client

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.aws.access.acting import Acting

READS = [{"AttributeKey": "EventName", "AttributeValue": "GetSecretValue"}]
SHOWN = timedelta(minutes=15)


@pytest.fixture
def look_up(aws: Any) -> Callable[..., list[dict[str, Any]]]:
    """Look events up, at the pace that CloudTrail allows."""
    trail = aws.client("cloudtrail")

    def look_up(**asked: Any) -> list[dict[str, Any]]:
        time.sleep(0.5)
        return trail.lookup_events(**asked)["Events"]

    return look_up


@pytest.fixture
def reader(acting: Acting, secret: str) -> Any:
    """A role that may read the secret."""
    return acting("reader", allow("secretsmanager:GetSecretValue", on=secret))("secretsmanager")


def refused(act: Callable[..., object], **asked: Any) -> str:
    """The code of a refusal."""
    time.sleep(0.5)
    with pytest.raises(ClientError) as error:
        act(**asked)
    return error.value.response["Error"]["Code"]


@pytest.mark.rule
def test_a_read_is_told_with_its_reader(look_up, reader, secret, pass_time) -> None:
    """An event names the caller, his role and what was asked for, and no value (CloudTrail, record contents)."""
    reader.get_secret_value(SecretId=secret)
    pass_time(SHOWN)
    (event,) = look_up(LookupAttributes=READS)
    record = json.loads(event["CloudTrailEvent"])
    role = "arn:aws:iam::123456789012:role/reader"
    assert record["userIdentity"]["arn"] == "arn:aws:sts::123456789012:assumed-role/reader/tests"
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role
    assert record["requestParameters"] == {"secretId": secret}
    assert (event["EventSource"], event["Username"], event["ReadOnly"]) == (
        "secretsmanager.amazonaws.com",
        "tests",
        "true",
    )
    assert "PLACEHOLDER" not in json.dumps(record)


@pytest.mark.rule
def test_a_put_tells_no_value(look_up, secrets, secret, pass_time) -> None:
    """PutSecretValue's event leaves out what was put (CloudTrail, record contents)."""
    secrets.put_secret_value(SecretId=secret, SecretString="PLACEHOLDER second")
    pass_time(SHOWN)
    (event,) = look_up(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutSecretValue"}])
    assert event["ReadOnly"] == "false"
    assert "PLACEHOLDER" not in event["CloudTrailEvent"]


@pytest.mark.rule
def test_a_refused_read_is_told_with_its_error(look_up, acting, secret, pass_time) -> None:
    """Who was denied is in the history too, with errorCode (CloudTrail, record contents)."""
    stranger = acting("stranger")("secretsmanager")
    assert refused(stranger.get_secret_value, SecretId=secret) == "AccessDeniedException"
    pass_time(SHOWN)
    (event,) = look_up(LookupAttributes=READS)
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "AccessDeniedException"


@pytest.mark.rule
def test_an_event_shows_late(look_up, secrets, secret, pass_time) -> None:
    """An event may take 15 minutes to show (CloudTrail, getting log files: 5 on the average and not guaranteed)."""
    secrets.get_secret_value(SecretId=secret)
    pass_time(SHOWN - timedelta(seconds=30))
    assert look_up(LookupAttributes=READS) == []
    pass_time(timedelta(minutes=1))
    assert len(look_up(LookupAttributes=READS)) == 1


@pytest.mark.rule
def test_events_are_kept_for_90_days(look_up, secrets, secret, pass_time) -> None:
    """What happened more than 90 days ago cannot be looked up (botocore LookupEvents)."""
    secrets.get_secret_value(SecretId=secret)
    pass_time(timedelta(days=89))
    secrets.get_secret_value(SecretId=secret)
    pass_time(timedelta(days=1, minutes=15))
    assert len(look_up(LookupAttributes=READS)) == 1


@pytest.mark.rule
def test_two_look_ups_a_second(aws) -> None:
    """A third LookupEvents within a second is throttled, in an account and region (botocore LookupEvents)."""
    trail = aws.client("cloudtrail")
    codes = []
    for _ in range(3):
        try:
            trail.lookup_events()
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert codes == ["ThrottlingException"]


@pytest.mark.rule
def test_the_newest_come_first_and_pages_go_on(aws, secrets, secret, pass_time) -> None:
    """Newest first, 50 a page at most; a token goes on where its page ended (botocore LookupEvents)."""
    for _ in range(60):
        secrets.get_secret_value(SecretId=secret)
        aws.clock.advance(timedelta(seconds=1))
    pass_time(SHOWN)
    trail = aws.client("cloudtrail")
    first = trail.lookup_events(LookupAttributes=READS)
    # One more is told of meanwhile, and moves nothing.
    secrets.get_secret_value(SecretId=secret)
    pass_time(SHOWN)
    second = trail.lookup_events(LookupAttributes=READS, NextToken=first["NextToken"])
    times = [event["EventTime"] for event in (*first["Events"], *second["Events"])]
    assert (len(first["Events"]), len(second["Events"]), "NextToken" in second) == (50, 10, False)
    assert times == sorted(times, reverse=True)
    assert len({event["EventId"] for event in (*first["Events"], *second["Events"])}) == 60


@pytest.mark.rule
def test_a_token_is_for_the_same_request(aws, secrets, secret, pass_time) -> None:
    """NextToken goes with the parameters of the first call: InvalidNextTokenException (botocore LookupEvents)."""
    for _ in range(2):
        secrets.get_secret_value(SecretId=secret)
    pass_time(SHOWN)
    trail = aws.client("cloudtrail")
    token = trail.lookup_events(LookupAttributes=READS, MaxResults=1)["NextToken"]
    other = [{"AttributeKey": "Username", "AttributeValue": "root"}]
    assert refused(trail.lookup_events, LookupAttributes=other, NextToken=token) == "InvalidNextTokenException"
    assert refused(trail.lookup_events, NextToken="never made") == "InvalidNextTokenException"


@pytest.mark.rule
def test_what_can_be_looked_for(aws, look_up, reader, secrets, secret, pass_time) -> None:
    """By event name, event id, user name, source, access key or ReadOnly, one of them (botocore LookupAttributeKey)."""
    reader.get_secret_value(SecretId=secret)
    secrets.describe_secret(SecretId=secret)
    pass_time(SHOWN)
    (read,) = look_up(LookupAttributes=READS)
    for key, value in (
        ("EventId", read["EventId"]),
        ("Username", "tests"),
        ("AccessKeyId", read["AccessKeyId"]),
    ):
        found = look_up(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
        assert [event["EventId"] for event in found] == [read["EventId"]], key
    written = look_up(LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}])
    assert [event["EventName"] for event in written] == ["CreateSecret"]
    trail = aws.client("cloudtrail")
    assert refused(trail.lookup_events, LookupAttributes=[*READS, *READS]) == "InvalidLookupAttributesException"


@pytest.mark.rule
def test_a_range_of_time(aws, look_up, secrets, secret, pass_time) -> None:
    """StartTime and EndTime hold events at or between them; the wrong way round is an error (botocore LookupEvents)."""
    began = aws.clock.now().replace(microsecond=0)
    secrets.get_secret_value(SecretId=secret)
    pass_time(timedelta(hours=1))
    secrets.get_secret_value(SecretId=secret)
    pass_time(SHOWN)
    middle = began + timedelta(minutes=30)
    assert len(look_up(LookupAttributes=READS, StartTime=middle)) == 1
    assert len(look_up(LookupAttributes=READS, EndTime=middle)) == 1
    trail = aws.client("cloudtrail")
    assert refused(trail.lookup_events, StartTime=middle, EndTime=began) == "InvalidTimeRangeException"


@pytest.mark.rule
def test_what_secrets_manager_does_by_itself_is_told(aws, look_up, secrets, secret, deploy, pass_time) -> None:
    """A rotation's events are in the history, of type AwsServiceEvent (aws.md 2.6)."""
    rules = {"ScheduleExpression": "rate(30 days)"}
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), RotationRules=rules)
    aws.settle()
    pass_time(SHOWN)
    (event,) = look_up(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "RotationSucceeded"}])
    assert json.loads(event["CloudTrailEvent"])["eventType"] == "AwsServiceEvent"


@pytest.mark.rule
def test_a_history_is_a_regions(aws, secrets, secret, pass_time) -> None:
    """An event is looked up in the region where it happened (botocore LookupEvents)."""
    secrets.get_secret_value(SecretId=secret)
    pass_time(SHOWN)
    trail = aws.client("cloudtrail")
    away = client(aws.server.url, "cloudtrail", *CREDENTIALS.values(), region="us-east-1")
    assert len(trail.lookup_events(LookupAttributes=READS)["Events"]) == 1
    assert away.lookup_events(LookupAttributes=READS)["Events"] == []


def test_looking_up_needs_a_permission(acting) -> None:
    """And knows no resource."""
    assert refused(acting("nobody")("cloudtrail").lookup_events) == "AccessDeniedException"
    assert acting("auditor", allow("cloudtrail:LookupEvents"))("cloudtrail").lookup_events()["Events"] == []


def test_dates_are_utc(look_up, secrets, secret, pass_time) -> None:
    """By the bench's clock."""
    secrets.get_secret_value(SecretId=secret)
    pass_time(timedelta(days=10))
    (event,) = look_up(LookupAttributes=READS)
    assert abs(event["EventTime"] - datetime.now(UTC)) < timedelta(minutes=5)
