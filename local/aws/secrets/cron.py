"""Amazon's six-field cron: minutes hours day-of-month month day-of-week year, in UTC; pure."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_HORIZON = 366 * 8  # days to look ahead: the 29th of February may be eight years away
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression; `days` and `weekdays` stay as written, because `L`, `W` and `#` need the month."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: str
    months: frozenset[int]
    weekdays: str

    def next(self, after: datetime) -> datetime:
        """Find the first time later than `after`; raises ValueError for a date that never comes."""
        for offset in range(_HORIZON):
            day = after.date() + timedelta(days=offset)
            if day.month in self.months and self._falls_on(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        found = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                        if found > after:
                            return found
        raise ValueError("the expression never comes true")

    def _falls_on(self, day: date) -> bool:
        return _in_month(self.days, day) and _in_week(self.weekdays, day)


def parse(fields: str) -> Cron:
    """Read what stands between `cron(` and `)`; raises ValueError. The year must be `*` (aws.md 2.9)."""
    parts = fields.upper().split()
    if len(parts) != 6:  # noqa: PLR2004 - the six fields of the first line
        raise ValueError("a cron expression has six fields")
    minutes, hours, days, months, weekdays, year = parts
    if year != "*":
        raise ValueError("the year must be *")
    if (days == "?") == (weekdays == "?"):
        raise ValueError("one of day-of-month and day-of-week must be ?, the other not")
    cron = Cron(_numbers(minutes, 0, 59), _numbers(hours, 0, 23), days, _numbers(months, 1, 12, _MONTHS), weekdays)
    cron.next(datetime(2000, 1, 1, tzinfo=UTC))
    return cron


def _numbers(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else _number(first, names)
        end = high if first == "*" or (step and not last) else _number(last or first, names)
        if not low <= start <= end <= high:
            raise ValueError(f"{part} is not between {low} and {high}")
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, names: dict[str, int] | None) -> int:
    return names[text] if names and text in names else int(text)


def _in_month(text: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if text == "?":
        return True
    if text == "L":
        return day.day == last
    if nearest := re.fullmatch(r"(\d+)W", text):
        return day == _nearest_weekday(day.replace(day=min(int(nearest[1]), last)))
    return day.day in _numbers(text, 1, 31)


def _in_week(text: str, day: date) -> bool:
    weekday = day.isoweekday() % 7 + 1
    last = calendar.monthrange(day.year, day.month)[1]
    if text == "?":
        return True
    if final := re.fullmatch(r"(\w+)L", text):
        return weekday == _number(final[1], _DAYS) and day.day > last - 7
    if numbered := re.fullmatch(r"(\w+)#([1-5])", text):
        return weekday == _number(numbered[1], _DAYS) and (day.day - 1) // 7 + 1 == int(numbered[2])
    return weekday in _numbers("7" if text == "L" else text, 1, 7, _DAYS)


def _nearest_weekday(day: date) -> date:
    if day.weekday() < _SATURDAY:
        return day
    step = timedelta(days=1 if day.weekday() > _SATURDAY else -1)
    moved = day + step
    return moved if moved.month == day.month else day - 2 * step
