"""RotationRules, over HTTP; each docstring names the rule and its source."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError


@pytest.mark.rule(20)
@pytest.mark.parametrize(
    "rules",
    [
        {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(30 days)"},
        {"AutomaticallyAfterDays": 1001},
        {"ScheduleExpression": "rate(3 hours)"},
        {"ScheduleExpression": "cron(0 0/2 * * ? *)"},
        {"ScheduleExpression": "cron(0 8 1 * ? 2027)"},
        {"ScheduleExpression": "every day"},
        {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"},
        {"ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "3h"},
    ],
    ids=str,
)
def test_rules_that_aws_refuses(secrets, secret, deploy, rules) -> None:
    """Both kinds of rule, too often, not UTC's day: InvalidParameterException (aws.md 10.1 no. 20; 2.9)."""
    with pytest.raises(ClientError) as refused:
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("idles"), RotationRules=rules)

    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=secret)


@pytest.mark.rule
def test_a_schedule_is_told(aws, secrets, secret, deploy) -> None:
    """DescribeSecret tells the rules as given, LastRotatedDate, and NextRotationDate as the latest (aws.md 2.9)."""
    rules = {"ScheduleExpression": "rate(10 days)", "Duration": "2h"}

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), RotationRules=rules)
    aws.settle()

    described = secrets.describe_secret(SecretId=secret)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (described["RotationEnabled"], described["RotationRules"]) == (True, rules)
    assert described["NextRotationDate"] == midnight + timedelta(days=10, hours=2)
    assert abs(described["LastRotatedDate"] - aws.clock.now()) < timedelta(minutes=1)
