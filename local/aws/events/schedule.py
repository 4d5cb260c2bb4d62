"""When a rule with a schedule is due; pure.

Source: botocore's PutRule (`rate(5 minutes)`, `cron(0 20 * * ? *)`, UTC). When the first turn of a rate comes is not
documented; on the bench it comes one interval after the rule was put.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from local.aws.secrets import cron

_RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)")


def following(expression: str, after: datetime) -> datetime:
    """Find the next turn after a turn, or after the rule was put; raises ValueError for an expression AWS refuses."""
    if rate := _RATE.fullmatch(expression):
        if (rate[1] == "1") == (rate[3] == "s"):
            raise ValueError("a value of 1 takes a singular unit, any other one a plural")
        return after + timedelta(**{f"{rate[2]}s": int(rate[1])})
    if fields := re.fullmatch(r"cron\((.*)\)", expression):
        return cron.parse(fields[1]).next(after)
    raise ValueError("a schedule is rate(…) or cron(…)")
