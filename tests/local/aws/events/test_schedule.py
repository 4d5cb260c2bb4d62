"""When a rule is due."""

from datetime import UTC, datetime

import pytest

from local.aws.events.schedule import following

NOON = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(1 minute)", datetime(2026, 11, 24, 12, 31, tzinfo=UTC)),
        ("rate(5 minutes)", datetime(2026, 11, 24, 12, 35, tzinfo=UTC)),
        ("rate(2 hours)", datetime(2026, 11, 24, 14, 30, tzinfo=UTC)),
        ("rate(1 day)", datetime(2026, 11, 25, 12, 30, tzinfo=UTC)),
        ("cron(0 6 * * ? *)", datetime(2026, 11, 25, 6, 0, tzinfo=UTC)),
        ("cron(0 20 ? * MON *)", datetime(2026, 11, 30, 20, 0, tzinfo=UTC)),
    ],
)
def test_rates_and_crons(expression: str, due: datetime) -> None:
    """The forms of botocore's PutRule; UTC."""
    assert following(expression, NOON) == due


@pytest.mark.parametrize(
    "expression", ["rate(1 days)", "rate(5 minute)", "rate(0 days)", "cron(0 6 * * * *)", "cron(0 6 31 2 ? *)", "daily"]
)
def test_what_aws_refuses(expression: str) -> None:
    """A singular that ought to be a plural, a day twice, a day that never comes."""
    with pytest.raises(ValueError, match=r"."):
        following(expression, NOON)
