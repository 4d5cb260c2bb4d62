"""When a secret rotates next, without a server."""

from datetime import UTC, datetime

import pytest

from local.aws.secrets import cron, schedule

AFTER = datetime(2026, 11, 24, 13, 45, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("rules", "opens", "closes"),
    [
        ({"AutomaticallyAfterDays": 1}, "2026-11-25T00:00", "2026-11-26T00:00"),
        ({"ScheduleExpression": "rate(30 days)"}, "2026-12-24T00:00", "2026-12-25T00:00"),
        ({"ScheduleExpression": "rate(30 days)", "Duration": "3h"}, "2026-12-24T00:00", "2026-12-24T03:00"),
        ({"ScheduleExpression": "rate(12 hours)"}, "2026-11-25T00:00", "2026-11-25T01:00"),
        ({"ScheduleExpression": "rate(4 hours)", "Duration": "4h"}, "2026-11-24T16:00", "2026-11-24T20:00"),
        ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, "2026-12-01T08:00", "2026-12-02T00:00"),
        ({"ScheduleExpression": "cron(0 8/8 * * ? *)"}, "2026-11-24T16:00", "2026-11-24T17:00"),
    ],
    ids=str,
)
def test_the_next_window(rules, opens, closes) -> None:
    """Windows start at midnight UTC for rates, close after an hour or with the day (botocore ScheduleExpression)."""
    window = schedule.parse(rules).window(AFTER)

    assert (window.opens, window.closes) == tuple(datetime.fromisoformat(f"{at}+00:00") for at in (opens, closes))


@pytest.mark.parametrize(
    ("fields", "following"),
    [
        ("15 10 * * ? *", "2026-11-25T10:15"),
        ("0 18 ? * MON-FRI *", "2026-11-24T18:00"),
        ("0 8 ? * 3#1 *", "2026-12-01T08:00"),
        ("0 8 ? * 6L *", "2026-11-27T08:00"),
        ("0 8 L * ? *", "2026-11-30T08:00"),
        ("0 8 29W * ? *", "2026-11-30T08:00"),
        ("0 8 1W 8 ? *", "2027-08-02T08:00"),
        ("0 0 1,15 JAN,JUL ? *", "2027-01-01T00:00"),
        ("0 0 29 2 ? *", "2028-02-29T00:00"),
    ],
)
def test_cron(fields, following) -> None:
    """Amazon's fields: lists, ranges, steps, names, and L, W and # for days (aws.md 2.9)."""
    assert cron.parse(fields).next(AFTER) == datetime.fromisoformat(f"{following}+00:00")


@pytest.mark.parametrize(
    "fields", ["0 8 * *", "0 8 1 * * *", "0 8 ? * ? *", "60 8 1 * ? *", "0 8 31 2 ? *", "0 8 x * ? *", "0 8 1 * ? 2027"]
)
def test_wrong_cron(fields) -> None:
    """What is no schedule, or never comes true, is a ValueError (aws.md 2.9)."""
    with pytest.raises(ValueError, match=r"\w"):
        cron.parse(fields)
