"""Secrets Manager's schedule expressions: refused here, once, rather than by AWS for every seller (aws.md 2.9)."""

from __future__ import annotations

import re
from itertools import pairwise

_RATE = re.compile(r"rate\(([0-9]+) (hour|hours|day|days)\)")
#: Minute, hour, day, month, weekday; the year is `*`. The letters are those of botocore's ScheduleExpressionType.
_CRON = re.compile(r"cron\(" + r"([0-9A-Za-z#?*/,-]+) " * 5 + r"\*\)")
#: One hour, a span or a step, such as `4`, `8-18` or `*/6`.
_HOURS = re.compile(r"(?=.)(?P<first>\*|[0-9]{0,2})(-(?P<last>[0-9]{1,2}))?(/(?P<step>[0-9]{1,2}))?")
_LONGEST = 256
_SHORTEST_HOURS = 4
_LONGEST_DAYS = 1000
_MONTH_HOURS = 31 * 24
_YEAR_DAYS = 365
_LONGEST_MONTH = 31
#: A day of the month, or the first of several, that February has too.
_IN_EVERY_MONTH = re.compile(r"[*L]|[1-9](?![0-9])|0[1-9]|1[0-9]|2[0-8]")


class NoSchedule(ValueError):
    """Secrets Manager does not take this expression; the text says what it takes."""


def check(expression: str) -> str:
    """Return the expression; raises NoSchedule if Secrets Manager would surely refuse it.

    Of a cron, what can be told from one day is checked: minute, hour, and that day or weekday is left open.
    """
    short = expression if len(expression) <= _LONGEST else ""
    if rate := _RATE.fullmatch(short):
        _check_rate(int(rate[1]) * (24 if rate[2].startswith("day") else 1))
    elif cron := _CRON.fullmatch(short):
        minute, hour, day, _, weekday = cron.groups()
        if (day == "?") == (weekday == "?"):
            raise _unreadable()
        _check_times(minute, hour)
    else:
        raise _unreadable()
    return expression


def turns_a_month(expression: str) -> int:
    """Count how often an expression that `check` took comes round in 31 days, at most: of a cron, as if every day."""
    if rate := _RATE.fullmatch(expression):
        return -(-_MONTH_HOURS // (int(rate[1]) * (24 if rate[2].startswith("day") else 1)))
    hour = expression.split()[1]
    return 31 * len({found for part in hour.split(",") for found in _hours(part)})


def days_between(expression: str) -> float:
    """Say how many days lie between two turns at most; raises NoSchedule. A cron's year is `*`, so a year at most."""
    check(expression)
    rate = _RATE.fullmatch(expression)
    return int(rate[1]) / (1 if rate[2].startswith("day") else 24) if rate else _YEAR_DAYS


def comes_within(expression: str, days: int) -> bool:
    """Whether an expression that `check` took surely comes round within so many days; of a cron, if in each month."""
    if _RATE.fullmatch(expression):
        return days_between(expression) <= days
    _, _, day, month, weekday = expression.removeprefix("cron(").split()[:5]
    is_monthly = _IN_EVERY_MONTH.match(day) is not None if weekday == "?" else "#5" not in weekday
    return month == "*" and is_monthly and days >= _LONGEST_MONTH


def _check_rate(hours: int) -> None:
    if hours < _SHORTEST_HOURS:
        raise _too_often()
    if hours > _LONGEST_DAYS * 24:
        raise NoSchedule(f"Secrets Manager waits {_LONGEST_DAYS} days at most")


def _check_times(minute: str, hour: str) -> None:
    hours = sorted({found for part in hour.split(",") for found in _hours(part)})
    if not minute.isdecimal() or any(later - earlier < _SHORTEST_HOURS for earlier, later in pairwise(hours)):
        raise _too_often()
    if int(minute) > 59:  # noqa: PLR2004  the last minute of an hour
        raise _unreadable()


def _hours(part: str) -> range:
    found = _HOURS.fullmatch(part)
    if not found:
        raise _unreadable()
    every = found["first"] in {"*", ""}
    first = 0 if every else int(found["first"])
    last = int(found["last"] or (23 if every or found["step"] else first))
    step = int(found["step"] or 1)
    if not first <= last <= 23 or not step:  # noqa: PLR2004  the last hour of a day
        raise _unreadable()
    return range(first, last + 1, step)


def _unreadable() -> NoSchedule:
    return NoSchedule(
        "has to be rate(N hours), rate(N days) or cron(minute hour day month weekday *), with ? for day or weekday"
    )


def _too_often() -> NoSchedule:
    return NoSchedule(f"Secrets Manager rotates at most once in {_SHORTEST_HOURS} hours")
