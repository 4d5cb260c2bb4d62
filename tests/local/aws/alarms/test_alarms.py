"""Alarms over HTTP, on the bench's clock."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def cloudwatch(aws):
    """Make a CloudWatch client."""
    return aws.client("cloudwatch")


@pytest.fixture
def declare(cloudwatch, mailbox):
    """Put an alarm, with what a test says otherwise."""

    def declare(**said) -> None:
        alarm = {
            "AlarmName": "late",
            "Namespace": "sellerkeys",
            "MetricName": "Overdue",
            "Statistic": "Maximum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "AlarmActions": [mailbox.arn],
            "OKActions": [mailbox.arn],
        }
        cloudwatch.put_metric_alarm(**{**alarm, **said})

    return declare


@pytest.fixture
def state(cloudwatch):
    """Tell an alarm's state."""
    return lambda name="late": cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def put(cloudwatch, value: float, **said) -> None:
    """Put a data point of the metric that the alarm watches."""
    cloudwatch.put_metric_data(Namespace="sellerkeys", MetricData=[{"MetricName": "Overdue", "Value": value, **said}])


def test_a_new_alarm_has_insufficient_data(declare, state) -> None:
    """Until it was evaluated (botocore PutMetricAlarm; moto says OK)."""
    declare()

    assert state() == "INSUFFICIENT_DATA"


def test_an_alarm_goes_off_and_ends_as_its_metric_says(cloudwatch, declare, pass_time, state) -> None:
    """At the end of the period (moto evaluates none, aws.md 10.3)."""
    declare(TreatMissingData="notBreaching")
    put(cloudwatch, 2)
    at_once = state()
    pass_time(5 * MINUTE)
    off = state()
    pass_time(5 * MINUTE)

    assert (at_once, off, state()) == ("INSUFFICIENT_DATA", "ALARM", "OK")


def test_the_topic_is_told_of_each_change(cloudwatch, declare, mailbox, pass_time) -> None:
    """The notice names alarm, states, reason and description, which links the page to read."""
    declare(TreatMissingData="notBreaching", AlarmDescription="See docs/runbooks/overdue.md.")
    put(cloudwatch, 2)
    pass_time(10 * MINUTE)

    notices = sorted(map(json.loads, mailbox.read()), key=lambda notice: notice["StateChangeTime"])
    assert [(notice["OldStateValue"], notice["NewStateValue"]) for notice in notices] == [
        ("INSUFFICIENT_DATA", "ALARM"),
        ("ALARM", "OK"),
    ]
    assert {key: notices[0][key] for key in ("AlarmName", "AlarmDescription", "NewStateReason", "Region")} == {
        "AlarmName": "late",
        "AlarmDescription": "See docs/runbooks/overdue.md.",
        "NewStateReason": ("Threshold Crossed: 1 of 1 datapoints were greater than or equal to the threshold (1)."),
        "Region": "eu-west-1",
    }


def test_missing_data_that_breaches_sets_it_off(cloudwatch, declare, pass_time, state) -> None:
    """What ought to happen daily and did not; a long move of the clock takes every period in turn."""
    declare(
        Statistic="SampleCount",
        Period=3600,
        EvaluationPeriods=26,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    put(cloudwatch, 0)
    pass_time(DAY)
    within = state()
    pass_time(3 * timedelta(hours=1))
    missed = state()
    put(cloudwatch, 0)
    pass_time(timedelta(hours=1))

    assert (within, missed, state()) == ("OK", "ALARM", "OK")


def test_data_that_is_ignored_keeps_the_state(cloudwatch, declare, pass_time, state) -> None:
    """A metric that comes once a day holds its alarm until the next one (botocore TreatMissingData)."""
    declare(TreatMissingData="ignore")
    put(cloudwatch, 1)
    pass_time(DAY)
    held = state()
    put(cloudwatch, 0)
    pass_time(5 * MINUTE)

    assert (held, state()) == ("ALARM", "OK")


def test_a_data_point_counts_where_it_says(aws, cloudwatch, declare, pass_time, state) -> None:
    """Timestamp, Values with Counts, StatisticValues and dimensions (botocore MetricDatum)."""
    declare(Statistic="Average", Dimensions=[{"Name": "Fleet", "Value": "dev"}])
    dimensions = [{"Name": "Fleet", "Value": "dev"}]
    put(cloudwatch, 9)
    put(cloudwatch, 9, Timestamp=aws.clock.now() - DAY, Dimensions=dimensions)
    cloudwatch.put_metric_data(
        Namespace="sellerkeys",
        MetricData=[
            {"MetricName": "Overdue", "Values": [0, 4], "Counts": [5, 1], "Dimensions": dimensions},
            {
                "MetricName": "Overdue",
                "StatisticValues": {"SampleCount": 1, "Sum": 2, "Minimum": 2, "Maximum": 2},
                "Dimensions": dimensions,
            },
        ],
    )
    pass_time(5 * MINUTE)

    assert state() == "OK"
    put(cloudwatch, 1, Dimensions=dimensions)
    pass_time(5 * MINUTE)
    assert state() == "ALARM"


def test_a_changed_alarm_keeps_its_state(cloudwatch, declare, pass_time, state) -> None:
    """Only its configuration is overwritten (botocore PutMetricAlarm)."""
    declare(TreatMissingData="ignore")
    put(cloudwatch, 1)
    pass_time(5 * MINUTE)

    declare(TreatMissingData="ignore", AlarmDescription="changed")

    assert state() == "ALARM"


def test_history_can_be_read(cloudwatch, declare, pass_time) -> None:
    """The newest first, of each kind (DescribeAlarmHistory, which moto lacks)."""
    declare(TreatMissingData="notBreaching", OKActions=[])
    put(cloudwatch, 1)
    pass_time(10 * MINUTE)

    told = cloudwatch.describe_alarm_history(AlarmName="late")["AlarmHistoryItems"]
    states = cloudwatch.describe_alarm_history(HistoryItemType="StateUpdate", ScanBy="TimestampAscending")
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in told] == [
        ("StateUpdate", "Alarm updated from ALARM to OK"),
        ("Action", "Successfully executed action arn:aws:sns:eu-west-1:123456789012:alarms"),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("ConfigurationUpdate", 'Alarm "late" created'),
    ]
    assert [json.loads(item["HistoryData"])["newState"]["stateValue"] for item in states["AlarmHistoryItems"]] == [
        "ALARM",
        "OK",
    ]


def test_a_state_set_by_hand_is_told_and_does_not_last(cloudwatch, declare, mailbox, pass_time, state) -> None:
    """It tries an alarm's actions; the next evaluation tells the truth (botocore SetAlarmState)."""
    declare(TreatMissingData="notBreaching")
    pass_time(5 * MINUTE)
    mailbox.read()

    cloudwatch.set_alarm_state(AlarmName="late", StateValue="ALARM", StateReason="a trial")
    off = state()
    pass_time(5 * MINUTE)

    assert (off, state()) == ("ALARM", "OK")
    assert "a trial" in [json.loads(notice)["NewStateReason"] for notice in mailbox.read()]


def test_actions_can_be_turned_off(cloudwatch, declare, mailbox, pass_time) -> None:
    """The state changes all the same (botocore ActionsEnabled)."""
    declare(ActionsEnabled=False)
    put(cloudwatch, 1)
    pass_time(5 * MINUTE)

    assert mailbox.read() == []
    items = cloudwatch.describe_alarm_history(AlarmName="late")["AlarmHistoryItems"]
    assert {item["HistoryItemType"] for item in items} == {"ConfigurationUpdate", "StateUpdate"}


def test_a_topics_policy_has_to_let_the_alarm_in(aws, cloudwatch, declare, mailbox, pass_time) -> None:
    """A policy of one's own replaces the one that lets alarms in."""
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
    aws.client("sns").set_topic_attributes(TopicArn=mailbox.arn, AttributeName="Policy", AttributeValue=policy)
    declare()
    put(cloudwatch, 1)
    pass_time(5 * MINUTE)

    assert mailbox.read() == []
    actions = cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in actions] == [
        f"Failed to execute action {mailbox.arn}: the topic's policy does not allow it"
    ]


def test_an_alarm_on_what_the_bench_does_not_know_is_left_alone(cloudwatch, pass_time, state) -> None:
    """A percentile is not evaluated; nothing is pretended."""
    cloudwatch.put_metric_alarm(
        AlarmName="late",
        Namespace="sellerkeys",
        MetricName="Overdue",
        ExtendedStatistic="p99",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    put(cloudwatch, 5)
    pass_time(5 * MINUTE)

    assert state() == "INSUFFICIENT_DATA"


def test_a_state_of_no_alarm_is_refused(cloudwatch) -> None:
    """As at AWS."""
    with pytest.raises(ClientError, match="ResourceNotFound"):
        cloudwatch.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="a trial")


@pytest.mark.parametrize(("do", "errors"), [("answer", 0.0), ("raise", 1.0)])
def test_each_invocation_is_counted(aws, cloudwatch, deploy, do, errors) -> None:
    """AWS/Lambda's Invocations, Errors and Duration, by function."""
    deploy("obeys")
    aws.client("lambda").invoke(FunctionName="obeys", Payload=json.dumps({"do": do, "with": 1}))

    def total(metric: str) -> float:
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": "obeys"}],
            StartTime=aws.clock.now() - DAY,
            EndTime=aws.clock.now() + DAY,
            Period=172_800,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in found["Datapoints"])

    assert (total("Invocations"), total("Errors"), total("Duration") > 0) == (1.0, errors, True)


def test_a_functions_errors_set_an_alarm_off(aws, declare, deploy, pass_time, state) -> None:
    """What the program declares on the rotation function works on the bench."""
    deploy("obeys")
    declare(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Dimensions=[{"Name": "FunctionName", "Value": "obeys"}],
        TreatMissingData="notBreaching",
    )
    aws.client("lambda").invoke(FunctionName="obeys", Payload=json.dumps({"do": "raise"}))
    pass_time(5 * MINUTE)
    off = state()
    pass_time(5 * MINUTE)

    assert (off, state()) == ("ALARM", "OK")
