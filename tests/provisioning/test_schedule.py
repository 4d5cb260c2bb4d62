"""Schedules: what Secrets Manager takes, and what it would refuse for every seller."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.schedule import NoSchedule, check, comes_within, turns_a_month

TOO_OFTEN = "Secrets Manager rotates at most once in 4 hours"
TOO_SELDOM = "Secrets Manager waits 1000 days at most"
UNREADABLE = "has to be rate(N hours), rate(N days) or cron(minute hour day month weekday *), with ? for day or weekday"


@pytest.mark.parametrize(
    "expression",
    [
        "rate(4 hours)",
        "rate(12 hours)",
        "rate(1 day)",
        "rate(30 days)",
        "rate(1000 days)",
        "cron(0 8 1 * ? *)",
        "cron(0 4 ? * SUN *)",
        "cron(0 4 ? * MON-FRI *)",
        "cron(0 16 ? 1/3 2#1 *)",
        "cron(0 0 L * ? *)",
        "cron(0 10 15W * ? *)",
        "cron(0 /4 * * ? *)",
        "cron(0 */12 * * ? *)",
        "cron(0 0,8,16 * * ? *)",
        "cron(30 6-18/6 1,15 * ? *)",
        "cron(0 22/4 * * ? *)",
    ],
)
def test_a_schedule(expression: str) -> None:
    """What Secrets Manager takes as a schedule (aws.md 2.9; [SM23] rotate-secrets_schedule.md)."""
    assert check(expression) == expression


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", UNREADABLE),
        ("30 days", UNREADABLE),
        ("rate(30)", UNREADABLE),
        ("rate(30 minutes)", UNREADABLE),
        ("rate(1.5 days)", UNREADABLE),
        ("rate(-4 hours)", UNREADABLE),
        ("rate(٤ hours)", UNREADABLE),
        (" rate(4 hours)", UNREADABLE),
        ("rate(4 hours)\n", UNREADABLE),
        (f"rate({'9' * 5000} days)", UNREADABLE),
        ("rate(0 days)", TOO_OFTEN),
        ("rate(1 hour)", TOO_OFTEN),
        ("rate(3 hours)", TOO_OFTEN),
        ("rate(1001 days)", TOO_SELDOM),
        ("rate(24001 hours)", TOO_SELDOM),
        ("cron(0 4 * * *)", UNREADABLE),
        ("cron(0 4 ? * SUN 2027)", UNREADABLE),
        ("cron(0 4 * * * *)", UNREADABLE),
        ("cron(0 4 ? * ? *)", UNREADABLE),
        ("cron(60 4 1 * ? *)", UNREADABLE),
        ("cron(0 24 1 * ? *)", UNREADABLE),
        ("cron(0 4, 1 * ? *)", UNREADABLE),
        ("cron(0 8-4 1 * ? *)", UNREADABLE),
        ("cron(0 */0 1 * ? *)", UNREADABLE),
        ("cron(0 x 1 * ? *)", UNREADABLE),
        ("cron(0 4 <1> * ? *)", UNREADABLE),
        (f"cron(0 4 {'1,' * 130}1 * ? *)", UNREADABLE),
        ("cron(* 4 1 * ? *)", TOO_OFTEN),
        ("cron(0,30 4 1 * ? *)", TOO_OFTEN),
        ("cron(*/10 4 1 * ? *)", TOO_OFTEN),
        ("cron(0 * 1 * ? *)", TOO_OFTEN),
        ("cron(0 */3 * * ? *)", TOO_OFTEN),
        ("cron(0 0,8,11 * * ? *)", TOO_OFTEN),
        ("cron(0 8-10 * * ? *)", TOO_OFTEN),
    ],
)
def test_no_schedule(expression: str, said: str) -> None:
    """What Secrets Manager would refuse for every seller, one by one, is refused before anything is declared."""
    with pytest.raises(NoSchedule) as refusal:
        check(expression)

    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("expression", "turns"),
    [
        ("rate(30 days)", 2),
        ("rate(31 days)", 1),
        ("rate(1000 days)", 1),
        ("rate(4 hours)", 186),
        ("rate(7 days)", 5),
        ("cron(0 4 ? * SUN *)", 31),
        ("cron(0 */6 * * ? *)", 124),
        ("cron(30 2,14 1 * ? *)", 62),
    ],
)
def test_turns_a_month(expression: str, turns: int) -> None:
    """At most, in 31 days: a bill is never larger than was said."""
    assert turns_a_month(check(expression)) == turns


@given(st.integers(), st.sampled_from(["hour", "hours", "day", "days"]))
def test_any_rate(number: int, unit: str) -> None:
    """A rate is good from four hours to a thousand days, whatever its unit."""
    hours = number * (24 if unit.startswith("day") else 1)
    try:
        good = bool(check(f"rate({number} {unit})"))
    except NoSchedule:
        good = False

    assert good == (4 <= hours <= 24_000)


@given(st.text() | st.from_regex(r"cron\(([0-9?*/,-]{0,8} ){5}\*\)", fullmatch=True))
def test_any_text_at_all(expression: str) -> None:
    """Whatever is told as a schedule is one or a NoSchedule, and no other failure."""
    with suppress(NoSchedule):
        assert check(expression) == expression


@pytest.mark.parametrize(
    ("expression", "days", "comes"),
    [
        ("rate(60 days)", 60, True),
        ("rate(61 days)", 60, False),
        ("rate(720 hours)", 30, True),
        ("cron(0 4 ? * SUN *)", 60, True),
        ("cron(0 4 ? * MON#5 *)", 60, False),
        ("cron(0 4 * * ? *)", 60, True),
        ("cron(0 4 L * ? *)", 60, True),
        ("cron(0 4 28 * ? *)", 60, True),
        ("cron(0 4 1,31 * ? *)", 60, True),
        ("cron(0 4 31 * ? *)", 60, False),
        ("cron(0 4 1 1 ? *)", 60, False),
        ("cron(0 4 1 * ? *)", 30, False),
    ],
)
def test_comes_within(expression: str, days: int, *, comes: bool) -> None:
    """What surely comes round in time: not a day that some months lack, nor a month of the year."""
    assert comes_within(check(expression), days) is comes
