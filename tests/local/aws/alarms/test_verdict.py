"""Which state values put an alarm in; the tables of CloudWatch's page on missing data."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.aws.alarms.series import key
from local.aws.alarms.verdict import Definition, Verdict, verdict

THREE = Definition(
    key=key("sellerkeys", "Overdue", ()),
    statistic="Maximum",
    period=timedelta(hours=1),
    periods=3,
    breaches=3,
    comparison="GreaterThanOrEqualToThreshold",
    threshold=1,
    missing="missing",
)


@pytest.mark.parametrize(
    ("values", "missing", "ignore", "breaching", "not_breaching"),
    [
        ([1, 1, 1], "ALARM", "ALARM", "ALARM", "ALARM"),
        ([0, 1, 1], "OK", "OK", "OK", "OK"),
        ([1, None, None], "ALARM", "was", "ALARM", "OK"),
        ([0, None, None], "OK", "was", "OK", "OK"),
        ([None, None, None], "INSUFFICIENT_DATA", "was", "ALARM", "OK"),
    ],
)
def test_what_is_missing_counts_as_told(values, missing, ignore, breaching, not_breaching) -> None:
    """Three of three, by each way of treating what is missing; `was` is the state it was in."""
    states = [
        verdict(replace(THREE, missing=how), values, "was").state
        for how in ("missing", "ignore", "breaching", "notBreaching")
    ]

    assert states == [missing, ignore, breaching, not_breaching]


def test_two_of_three_are_enough_where_the_alarm_says_so() -> None:
    """M out of N (botocore DatapointsToAlarm)."""
    assert verdict(replace(THREE, breaches=2), [1, 0, 1], "OK").state == "ALARM"
    assert verdict(replace(THREE, breaches=2), [1, 0, 0], "OK").state == "OK"


@pytest.mark.parametrize(
    ("comparison", "value", "state"),
    [
        ("GreaterThanOrEqualToThreshold", 1, "ALARM"),
        ("GreaterThanThreshold", 1, "OK"),
        ("LessThanThreshold", 1, "OK"),
        ("LessThanThreshold", 0.5, "ALARM"),
        ("LessThanOrEqualToThreshold", 1, "ALARM"),
    ],
)
def test_the_threshold_itself_belongs_to_whom_it_says(comparison: str, value: float, state: str) -> None:
    """Botocore ComparisonOperator."""
    assert verdict(replace(THREE, comparison=comparison, periods=1, breaches=1), [value], "OK").state == state


def test_the_reason_says_what_was_counted() -> None:
    """It stands in the notice that a person gets."""
    found = verdict(replace(THREE, missing="breaching"), [None, 1, 1], "OK")

    assert found == Verdict(
        "ALARM",
        "Threshold Crossed: 3 of 3 datapoints were greater than or equal to the threshold (1); "
        "1 were missing and treated as breaching.",
    )
