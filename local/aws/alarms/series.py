"""A metric's data points, and what becomes of them in a period; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key = tuple[str, str, frozenset[tuple[str, str]]]
"""A metric's name: namespace, metric, dimensions."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one data point says: a single value, or the summary of several."""

    time: datetime
    count: float
    total: float
    lowest: float
    highest: float


@dataclass(slots=True)
class Series:
    """The data points of one metric."""

    points: list[Point] = field(default_factory=list)

    def value(self, statistic: str, start: datetime, end: datetime) -> float | None:
        """Tell a statistic over the points from `start` to before `end`; None where there is none."""
        found = [point for point in self.points if start <= point.time < end]
        if not found:
            return None
        total, count = sum(point.total for point in found), sum(point.count for point in found)
        return {
            "Sum": total,
            "SampleCount": count,
            "Average": total / count,
            "Minimum": min(point.lowest for point in found),
            "Maximum": max(point.highest for point in found),
        }[statistic]


def key(namespace: str, metric: str, dimensions: Iterable[Mapping[str, str]]) -> Key:
    """Write a metric's name; another set of dimensions is another metric."""
    return namespace, metric, frozenset((item["Name"], item["Value"]) for item in dimensions)


def point(datum: Mapping[str, Any]) -> Point:
    """Read a MetricDatum of PutMetricData, whose Timestamp is filled in (botocore MetricDatum)."""
    time = aware(datum["Timestamp"])
    if summary := datum.get("StatisticValues"):
        return Point(time, summary["SampleCount"], summary["Sum"], summary["Minimum"], summary["Maximum"])
    values = [float(value) for value in datum.get("Values") or [datum.get("Value", 0.0)]]
    counts = [float(count) for count in datum.get("Counts") or [1] * len(values)]
    total = sum(value * count for value, count in zip(values, counts, strict=True))
    return Point(time, sum(counts), total, min(values), max(values))


def aware(time: datetime) -> datetime:
    """Read a time as moto hands it over: without a zone it is UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def period_end(time: datetime, period: timedelta) -> datetime:
    """Tell when the period that `time` falls into is over; periods are counted from 1970."""
    start = datetime.fromtimestamp(0, UTC)
    return start + period * ((time - start) // period + 1)
