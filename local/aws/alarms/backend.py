"""The thin adapter: moto's CloudWatch keeps alarms and metrics, this one dates, evaluates and tells.

An alarm is evaluated at the end of each period that a data point can have an influence on, and once after it was made.
CloudWatch evaluates it every minute over periods of its own choice, so at AWS a change may show earlier in a period.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from moto.cloudwatch.models import CloudWatchBackend

from local.aws.alarms import telling
from local.aws.alarms.series import Series, aware, key, period_end, point
from local.aws.alarms.verdict import Definition, State, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from moto.cloudwatch.models import Alarm

    from local.aws.alarms.series import Key
    from local.aws.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an alarm's history (botocore AlarmHistoryItem)."""

    alarm: str
    time: datetime
    kind: str
    summary: str
    data: str


class Alarms(CloudWatchBackend):
    """CloudWatch's operations on metrics and alarms, on the bench's clock."""

    __module__ = "moto.cloudwatch.models"  # moto finds a service's URLs through the backend's module

    timeline: ClassVar[Timeline]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.history: list[Entry] = []
        self._series: dict[Key, Series] = defaultdict(Series)
        self._planned: set[tuple[str, datetime]] = set()
        self._guard = threading.RLock()  # moto has no locks

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """Keep data points, dated by the bench's clock unless they say their time."""
        dated = [{**datum, "Timestamp": aware(datum.get("Timestamp") or self.timeline.now())} for datum in metric_data]
        # moto compares with times that have no zone.
        super().put_metric_data(
            namespace, [{**datum, "Timestamp": datum["Timestamp"].replace(tzinfo=None)} for datum in dated]
        )
        with self._guard:
            for datum in dated:
                named = key(namespace, datum["MetricName"], datum.get("Dimensions") or ())
                self._series[named].points.append(point(datum))
                self._plan(named, datum["Timestamp"])

    def put_metric_alarm(self, name: str, *arguments: Any, **options: Any) -> Alarm:  # noqa: ANN401 - moto's signature
        """Make or change an alarm; a new one has insufficient data, a changed one keeps its state (botocore)."""
        with self._guard:
            before = self.alarms.get(name)
            alarm = super().put_metric_alarm(name, *arguments, **options)
            alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
            alarm.state_updated_timestamp = before.state_updated_timestamp if before else self._naive_now()
            alarm.configuration_updated_timestamp = self._naive_now()
            word = "updated" if before else "created"
            self._note(name, "ConfigurationUpdate", f'Alarm "{name}" {word}', "{}")
            if definition := Definition.of(alarm):
                self._plan_evaluation(name, period_end(self.timeline.now(), definition.period))
            return alarm

    def set_alarm_state(self, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        """Set a state until the next evaluation, with its actions (botocore SetAlarmState)."""
        with self._guard:
            before = cast("State", self.alarms[alarm_name].state_value) if alarm_name in self.alarms else "OK"
            super().set_alarm_state(alarm_name, reason, reason_data, state_value)
            self._tell(self.alarms[alarm_name], before)
            if definition := Definition.of(self.alarms[alarm_name]):
                self._plan_evaluation(alarm_name, period_end(self.timeline.now(), definition.period))

    def _plan(self, named: Key, time: datetime) -> None:
        """Plan the evaluations that a data point of `time` can have an influence on."""
        for name, alarm in self.alarms.items():
            definition = Definition.of(alarm)
            if definition and definition.key == named:
                first = period_end(time, definition.period)
                for number in range(definition.periods + 1):
                    self._plan_evaluation(name, first + number * definition.period)

    def _plan_evaluation(self, name: str, when: datetime) -> None:
        if (name, when) not in self._planned:
            self._planned.add((name, when))
            self.timeline.at(when, lambda: self._evaluate(name, when))

    def _evaluate(self, name: str, end: datetime) -> None:
        with self._guard:
            self._planned.discard((name, end))
            alarm = self.alarms.get(name)
            definition = Definition.of(alarm) if alarm else None
            if alarm is None or definition is None:
                return
            ends = [end - number * definition.period for number in range(definition.periods)]
            points = self._series[definition.key]
            values = [points.value(definition.statistic, last - definition.period, last) for last in ends]
            before = cast("State", alarm.state_value)
            found = verdict(definition, values, before)
            if found.state != before:
                alarm.update_state(found.reason, "{}", found.state)
                self._tell(alarm, before)

    def _tell(self, alarm: Alarm, before: State) -> None:
        alarm.state_updated_timestamp = self._naive_now()
        if alarm.state_value == before:
            return
        change = telling.Change(alarm, before, self.timeline.now(), self.account_id, self.region_name)
        self._note(alarm.name, "StateUpdate", change.summary, change.history)
        for topic in change.actions if alarm.actions_enabled else ():
            outcome = telling.publish(change, topic)
            self._note(alarm.name, "Action", outcome, "{}")

    def _note(self, alarm: str, kind: str, summary: str, data: str) -> None:
        self.history.append(Entry(alarm, self.timeline.now(), kind, summary, data))

    def _naive_now(self) -> datetime:
        return self.timeline.now().replace(tzinfo=None)


def entries(backend: Alarms, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List history as DescribeAlarmHistory does, the newest first; `wanted` is the request (botocore)."""
    found = [
        {
            "AlarmName": entry.alarm,
            "AlarmType": "MetricAlarm",
            "Timestamp": entry.time,
            "HistoryItemType": entry.kind,
            "HistorySummary": entry.summary,
            "HistoryData": entry.data,
        }
        for entry in backend.history
        if wanted.get("AlarmName") in (None, entry.alarm)
        and wanted.get("HistoryItemType") in (None, entry.kind)
        and not (wanted.get("StartDate") and entry.time < aware(wanted["StartDate"]))
        and not (wanted.get("EndDate") and entry.time > aware(wanted["EndDate"]))
    ]
    return found if wanted.get("ScanBy") == "TimestampAscending" else found[::-1]
