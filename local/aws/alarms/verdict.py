"""Which state an alarm's values put it in; pure.

Sources: botocore's PutMetricAlarm (M out of N, the comparisons), and the page "Configuring how CloudWatch alarms treat
missing data" of CloudWatch's user guide. CloudWatch looks a few periods further back than N for values that came late,
so at AWS an alarm on missing data may go off that much later; how many is not documented, and the bench looks at N.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Self

from local.aws.alarms import series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from moto.cloudwatch.models import Alarm

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]

_COMPARISONS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": ("greater than or equal to", operator.ge),
    "GreaterThanThreshold": ("greater than", operator.gt),
    "LessThanThreshold": ("less than", operator.lt),
    "LessThanOrEqualToThreshold": ("less than or equal to", operator.le),
}
STATISTICS = frozenset({"Sum", "SampleCount", "Average", "Minimum", "Maximum"})


@dataclass(frozen=True, slots=True)
class Definition:
    """What an alarm watches and when it goes off: `breaches` of `periods` values beyond the threshold."""

    key: series.Key
    statistic: str
    period: timedelta
    periods: int
    breaches: int
    comparison: str
    threshold: float
    missing: str

    @classmethod
    def of(cls, alarm: Alarm) -> Self | None:
        """Read moto's alarm; None for one on a formula, a percentile or a band, which the bench does not evaluate."""
        if not alarm.metric_name or alarm.statistic not in STATISTICS or alarm.comparison_operator not in _COMPARISONS:
            return None
        dimensions = [{"Name": item.name or "", "Value": item.value or ""} for item in alarm.dimensions]
        return cls(
            key=series.key(alarm.namespace, alarm.metric_name, dimensions),
            statistic=alarm.statistic,
            period=timedelta(seconds=alarm.period),
            periods=alarm.evaluation_periods,
            breaches=alarm.datapoints_to_alarm or alarm.evaluation_periods,
            comparison=alarm.comparison_operator,
            threshold=alarm.threshold,
            missing=alarm.treat_missing_data or "missing",
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """An alarm's state, and the sentence that says why."""

    state: State
    reason: str


def verdict(alarm: Definition, values: Sequence[float | None], present: State) -> Verdict:
    """Decide an alarm that is in state `present` by the values of its last periods; None is a missing one."""
    words, breaches = _COMPARISONS[alarm.comparison]
    real = [value for value in values if value is not None]
    filled = alarm.missing in {"breaching", "notBreaching"}
    if alarm.missing == "ignore" and len(real) < alarm.breaches:
        return Verdict(present, "Unchanged: not enough data, and missing data is ignored.")
    if not real and not filled:
        return Verdict("INSUFFICIENT_DATA", f"Insufficient Data: {alarm.periods} datapoints were unknown.")
    bad = sum(breaches(value, alarm.threshold) for value in real)
    bad += (len(values) - len(real)) * (alarm.missing == "breaching")
    needed = alarm.breaches if filled else min(alarm.breaches, len(real))
    state: State = "ALARM" if bad >= needed else "OK"
    reason = f"Threshold Crossed: {bad} of {len(values)} datapoints were {words} the threshold ({alarm.threshold:g})"
    missing = (
        f"; {len(values) - len(real)} were missing and treated as {alarm.missing}" if len(real) < len(values) else ""
    )
    return Verdict(state, f"{reason}{missing}.")
