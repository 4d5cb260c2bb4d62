"""Rules over HTTP: schedules and patterns, functions, topics and queues, on the bench's clock."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from local.aws.unsettled import Unsettled

DAY = timedelta(days=1)
TOKEN = "e" * 32


@pytest.fixture
def events(aws):
    """Make an EventBridge client."""
    return aws.client("events")


@pytest.fixture
def told(tmp_path):
    """Read the events a function got."""
    record = tmp_path / "record"
    return lambda: [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


@pytest.fixture
def function(aws, deploy, tmp_path):
    """Deploy a function that records, and let rules invoke it."""
    arn = deploy("batches", variables={"RECORD": str(tmp_path / "record")})
    aws.client("lambda").add_permission(
        FunctionName="batches",
        StatementId="rules",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn="arn:aws:events:eu-west-1:123456789012:rule/*",
    )
    return arn


@pytest.fixture
def rule(events):
    """Put a rule with one target."""

    def rule(target: str, **said) -> None:
        extra = {key: said.pop(key) for key in ("Input", "InputTransformer") if key in said}
        events.put_rule(Name="rule", **said)
        events.put_targets(Rule="rule", Targets=[{"Id": "one", "Arn": target, **extra}])

    return rule


def test_a_daily_rule_invokes_its_function_once_a_day(function, rule, pass_time, told) -> None:
    """A move by four days is four turns in order, each with its own time (moto gives none)."""
    rule(function, ScheduleExpression="cron(0 6 * * ? *)")
    pass_time(4 * DAY)

    times = [datetime.fromisoformat(event["time"]) for event in told()]
    assert [(event["detail-type"], event["source"]) for event in told()] == [("Scheduled Event", "aws.events")] * 4
    assert [(later - earlier, later.hour) for earlier, later in pairwise(times)] == [(DAY, 6)] * 3
    assert told()[0]["resources"] == ["arn:aws:events:eu-west-1:123456789012:rule/rule"]


def test_a_rule_of_every_five_minutes_is_caught_up_with_hourly(aws, function, rule, pass_time, told) -> None:
    """A day of missed turns is one an hour, which no alarm takes for silence; the last hour has them all."""
    rule(function, ScheduleExpression="rate(5 minutes)")
    pass_time(DAY)
    times = [datetime.fromisoformat(event["time"]) for event in told()]
    pass_time(timedelta(minutes=16))

    steps = [(later - earlier) // timedelta(minutes=5) for earlier, later in pairwise(times)]
    assert (steps, len(told()) - len(times)) == ([12] * 23 + [1] * 11, 3)
    assert aws.clock.now() - datetime.fromisoformat(told()[-1]["time"]) < timedelta(minutes=5)


def test_each_turn_is_counted_at_its_own_time(aws, function, rule, pass_time) -> None:
    """So that an alarm on a schedule that has died sees a move of the clock as AWS would have seen the days."""
    rule(function, ScheduleExpression="rate(1 day)")
    pass_time(3 * DAY)

    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": "batches"}],
        StartTime=aws.clock.now() - 4 * DAY,
        EndTime=aws.clock.now() + DAY,
        Period=86_400,
        Statistics=["Sum"],
    )
    assert [point["Sum"] for point in found["Datapoints"]] == [1.0, 1.0, 1.0]


def test_a_rule_that_is_disabled_deleted_or_put_again_takes_no_old_turn(
    events, function, rule, pass_time, told
) -> None:
    """Enabled again it begins anew (botocore DisableRule, EnableRule)."""
    rule(function, ScheduleExpression="rate(1 day)")
    events.disable_rule(Name="rule")
    pass_time(2 * DAY)
    disabled = len(told())
    events.enable_rule(Name="rule")
    rule(function, ScheduleExpression="rate(2 days)")
    pass_time(2 * DAY)
    every_other_day = len(told())
    events.remove_targets(Rule="rule", Ids=["one"])
    events.delete_rule(Name="rule")
    pass_time(4 * DAY)

    assert (disabled, every_other_day, len(told())) == (0, 1, 1)


def test_a_function_that_fails_is_tried_twice_more(function, rule, pass_time, told) -> None:
    """A rule invokes asynchronously: after one minute and after two (aws.md 2.5, [LAM23])."""
    rule(function, ScheduleExpression="rate(1 day)", Input=json.dumps({"detail": {"raises": True}}))
    pass_time(DAY)
    at_once = len(told())
    pass_time(timedelta(minutes=1))
    then = len(told())
    pass_time(timedelta(minutes=2))
    last = len(told())
    pass_time(timedelta(hours=1))

    assert (at_once, then, last, len(told())) == (1, 2, 3, 3)


def test_a_function_has_to_let_the_rule_in(aws, deploy, rule, pass_time, told, tmp_path) -> None:
    """Without a permission nothing is invoked, and AWS/Events FailedInvocations is the only sign."""
    rule(deploy("batches", variables={"RECORD": str(tmp_path / "record")}), ScheduleExpression="rate(1 day)")
    pass_time(DAY)

    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events",
        MetricName="FailedInvocations",
        Dimensions=[{"Name": "RuleName", "Value": "rule"}],
        StartTime=aws.clock.now() - DAY,
        EndTime=aws.clock.now() + DAY,
        Period=172_800,
        Statistics=["Sum"],
    )
    assert told() == []
    assert [point["Sum"] for point in found["Datapoints"]] == [1.0]


@pytest.mark.parametrize("expression", ["rate(1 days)", "cron(0 6 * * * *)", "daily"])
def test_a_schedule_that_cannot_be_is_refused(events, expression) -> None:
    """By PutRule, and not by never running (moto takes the first two)."""
    with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
        events.put_rule(Name="rule", ScheduleExpression=expression)


def test_an_event_of_ones_own_reaches_what_its_pattern_matches(events, function, rule, pass_time, told) -> None:
    """PutEvents, to a function (moto knows no such target)."""
    rule(function, EventPattern=json.dumps({"source": ["sellerkeys"], "detail": {"seller": ["berlin"]}}))
    for seller in ("berlin", "kyoto"):
        entry = {"Source": "sellerkeys", "DetailType": "note", "Detail": json.dumps({"seller": seller})}
        events.put_events(Entries=[entry])
    pass_time(timedelta())

    assert [(event["source"], event["detail-type"], event["detail"]) for event in told()] == [
        ("sellerkeys", "note", {"seller": "berlin"})
    ]


def test_an_event_is_no_turn_of_a_schedule(events, function, rule, pass_time, told) -> None:
    """A rule with a schedule alone matches no event (moto hands it every one)."""
    rule(function, ScheduleExpression="rate(1 day)")
    events.put_events(Entries=[{"Source": "sellerkeys", "DetailType": "note", "Detail": "{}"}])
    pass_time(timedelta())

    assert told() == []


@pytest.fixture
def rotated(aws, secrets, secret, deploy):
    """Rotate a secret once; returns its ARN."""

    def rotated() -> str:
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
        assert aws.server.wait_idle(60)
        return secret

    return rotated


PATTERN = json.dumps({"source": ["aws.secretsmanager"], "detail": {"eventName": ["RotationSucceeded"]}})


def test_a_rotations_events_reach_what_their_pattern_matches(function, rule, rotated, told) -> None:
    """As CloudTrail's records of Secrets Manager's own events (aws.md 2.6)."""
    rule(function, EventPattern=PATTERN)

    secret = rotated()

    assert [
        (event["detail-type"], event["detail"]["eventName"], event["detail"]["additionalEventData"]["SecretId"])
        for event in told()
    ] == [("AWS Service Event via CloudTrail", "RotationSucceeded", secret)]


class TestOtherName:
    """The detail-type of rotation events is not confirmed (aws.md 2.6), so the bench can call them otherwise."""

    @pytest.fixture
    def unsettled(self) -> Unsettled:
        """Call them otherwise."""
        return Unsettled(rotation_detail_type="AWS Secrets Manager Event")

    def test_the_name_is_a_switch(self, function, rule, rotated, told) -> None:
        """A pattern that does not name it works with any."""
        rule(function, EventPattern=PATTERN)

        rotated()

        assert [event["detail-type"] for event in told()] == ["AWS Secrets Manager Event"]


def test_a_topic_gets_what_the_transformer_makes(aws, mailbox, rule, rotated) -> None:
    """Once its policy lets EventBridge in, which the one that every topic has does not."""
    transformer = {
        "InputPathsMap": {"secret": "$.detail.additionalEventData.SecretId"},
        "InputTemplate": '"Look at <secret>."',
    }
    rule(mailbox.arn, EventPattern=PATTERN, InputTransformer=transformer)
    secret = rotated()
    closed = mailbox.read()
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": mailbox.arn}]})
    aws.client("sns").set_topic_attributes(TopicArn=mailbox.arn, AttributeName="Policy", AttributeValue=policy)
    aws.client("secretsmanager").rotate_secret(SecretId=secret, ClientRequestToken="f" * 32)
    assert aws.server.wait_idle(60)

    assert (closed, mailbox.read()) == ([], [f'"Look at {secret}."'])


def test_a_queue_can_be_a_target(aws, rule, pass_time) -> None:
    """What arrives is the event."""
    queue = aws.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    rule("arn:aws:sqs:eu-west-1:123456789012:events", ScheduleExpression="rate(1 day)", Input='{"a": 1}')
    pass_time(DAY)

    assert [message["Body"] for message in aws.client("sqs").receive_message(QueueUrl=queue)["Messages"]] == [
        '{"a": 1}'
    ]


def test_a_bus_of_ones_own(aws, events) -> None:
    """What is put on it reaches its rules alone, and nothing of the default bus does."""
    url = aws.client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    events.create_event_bus(Name="fleet")
    pattern = json.dumps({"detail": {"seller": ["berlin"]}})
    events.put_rule(Name="one", EventBusName="fleet", EventPattern=pattern)
    target = {"Id": "queue", "Arn": "arn:aws:sqs:eu-west-1:123456789012:heard"}
    events.put_targets(Rule="one", EventBusName="fleet", Targets=[target])
    said = {"Source": "ours", "DetailType": "Changed"}
    events.put_events(
        Entries=[
            {**said, "EventBusName": "fleet", "Detail": json.dumps({"seller": "berlin"})},
            {**said, "EventBusName": "fleet", "Detail": json.dumps({"seller": "kyoto"})},
            {**said, "Detail": json.dumps({"seller": "berlin"})},
        ]
    )

    heard = aws.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)["Messages"]

    assert [json.loads(message["Body"])["detail"] for message in heard] == [{"seller": "berlin"}]
