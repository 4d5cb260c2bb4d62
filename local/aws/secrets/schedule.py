"""When a secret rotates next: RotationRules as botocore's API text has them; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.aws.secrets import cron
from local.aws.secrets.refusal import invalid_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST = timedelta(hours=4)  # "You can rotate a secret as often as every four hours": ScheduleExpression
MOST_DAYS = 1000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The hours in which a rotation is due; the bench rotates when it opens, DescribeSecret tells when it closes."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """Exactly one of `every` (a rate) and `cron`; `duration` of the window where one was given."""

    every: timedelta | None = None
    cron: cron.Cron | None = None
    duration: timedelta | None = None
    expression: str | None = None

    def window(self, after: datetime) -> Window:
        """Find the next window after a rotation, or after now; rate windows start at midnight UTC."""
        midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.cron:
            opens = self.cron.next(after)
        elif self.every and self.every % _DAY:
            opens = midnight + self.every * ((after - midnight) // self.every + 1)
        else:
            opens = midnight + (self.every or _DAY)
        hourly = bool(self.every % _DAY) if self.every else bool(self.cron and len(self.cron.hours) > 1)
        end_of_day = opens.replace(hour=0, minute=0) + _DAY
        length = self.duration or (timedelta(hours=1) if hourly else end_of_day - opens)
        return Window(opens, opens + length)

    def document(self) -> dict[str, Any]:
        """Write the rules as DescribeSecret returns them."""
        rules: dict[str, Any] = {}
        if self.expression:
            rules["ScheduleExpression"] = self.expression
        elif self.every:
            rules["AutomaticallyAfterDays"] = self.every // _DAY
        if self.duration:
            rules["Duration"] = f"{self.duration // timedelta(hours=1)}h"
        return rules


def parse(rules: Mapping[str, Any]) -> Schedule:
    """Read RotationRules; raises Refused with InvalidParameterException for what AWS refuses."""
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if (days is None) == (expression is None):
        raise invalid_parameter("RotationRules takes AutomaticallyAfterDays or ScheduleExpression, but not both.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise invalid_parameter(f"RotationRules.AutomaticallyAfterDays must be within 1-{MOST_DAYS}.")
    duration = _duration(rules.get("Duration"))
    if expression is None:
        schedule = Schedule(every=timedelta(days=days or 0), duration=duration)
    elif rate := re.fullmatch(r"rate\((\d+) (hours?|days?)\)", expression):
        every = timedelta(**{rate[2].rstrip("s") + "s": int(rate[1])})
        schedule = Schedule(every=every, duration=duration, expression=expression)
    else:
        schedule = Schedule(cron=_cron(expression), duration=duration, expression=expression)
    _check(schedule)
    return schedule


def _cron(expression: str) -> cron.Cron:
    match = re.fullmatch(r"cron\((.*)\)", expression)
    try:
        return cron.parse(match[1] if match else "")
    except ValueError as error:
        raise invalid_parameter(f"Invalid ScheduleExpression: {error}.") from None


def _duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,2}h", text) or not 1 <= int(text[:-1]) <= 24:  # noqa: PLR2004 - hours of a day
        raise invalid_parameter("RotationRules.Duration must be a number of hours within the UTC day, such as 3h.")
    return timedelta(hours=int(text[:-1]))


def _check(schedule: Schedule) -> None:
    moment = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
    first = schedule.window(moment)
    second = schedule.window(first.opens)
    if second.opens - first.opens < SHORTEST:
        raise invalid_parameter("A secret can't rotate more often than every four hours.")
    if schedule.every is not None and schedule.every > timedelta(days=MOST_DAYS):
        raise invalid_parameter(f"A rate can't be longer than {MOST_DAYS} days.")
    end_of_day = first.opens.replace(hour=0, minute=0) + _DAY
    if first.closes > min(second.opens, end_of_day):
        raise invalid_parameter("The rotation window must not extend into the next window or the next UTC day.")
