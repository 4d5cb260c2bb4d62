"""The thin adapter: moto's EventBridge keeps rules, this one gives them their turns and delivers events."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.events import models
from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule, events_backends

from local.aws.events.delivery import Delivery, deliver, put_on
from local.aws.events.schedule import following

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.aws.access.guard import Guard
    from local.aws.timeline import Timeline
    from local.aws.trail import Event

_ENABLED = "ENABLED"
#: While a move of the clock is caught up with, a rule that comes more often comes this often: a month of turns every
#: five minutes would be thousands, and once an hour no alarm on silence takes it for dead.
_CATCHING_UP: Final = timedelta(hours=1)


class Matching(Rule):
    """A rule that hands what matches its pattern to every kind of target the bench has."""

    timeline: ClassVar[Timeline]
    guard: ClassVar[Guard]

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:  # noqa: ANN401, ARG002, FBT001, FBT002 - moto's
        """Deliver an event if it matches; a rule with a schedule alone matches none."""
        pattern = self.event_pattern.get_pattern()
        if pattern and self.state == _ENABLED and self.event_pattern.matches_event(original_event):
            self.deliver(original_event)

    def deliver(self, event: Mapping[str, Any]) -> None:
        """Hand an event to each target, which happens after the caller was answered."""
        for target in self.targets:
            delivery = Delivery(self.arn, target, dict(event))
            self.timeline.soon(partial(deliver, delivery, self.timeline, self.guard.role_lacks))


class Rules(EventsBackend):
    """EventBridge's operations on rules; a rule that is put, enabled or disabled begins anew."""

    __module__ = "moto.events.models"  # moto finds a service's URLs through the backend's module

    timeline: ClassVar[Timeline]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._puts: Counter[str] = Counter()

    def put_rule(self, name: str, *arguments: Any, **options: Any) -> Rule:  # noqa: ANN401 - moto's signature
        """Make or change a rule; refuses a schedule that never comes."""
        expression = options.get("scheduled_expression")
        if expression:
            try:
                following(expression, self.timeline.now())
            except ValueError:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from None
        rule = super().put_rule(name, *arguments, **options)
        self._begin(rule)
        return rule

    def enable_rule(self, name: str, *arguments: Any, **options: Any) -> bool:  # noqa: ANN401 - moto's signature
        """Enable a rule."""
        found = super().enable_rule(name, *arguments, **options)
        for rule in self._named(name):
            self._begin(rule)
        return found

    def _begin(self, rule: Rule) -> None:
        self._puts[rule.arn] += 1
        if rule.scheduled_expression:
            self._plan(rule, self._puts[rule.arn], self.timeline.now())

    def _plan(self, rule: Rule, put: int, after: datetime) -> None:
        due = following(rule.scheduled_expression or "", after)
        self.timeline.at(due, lambda: self._turn(rule.name, put))

    def _turn(self, name: str, put: int) -> None:
        """Take a rule's turn unless it was deleted, disabled or put again."""
        for rule in self._named(name):
            if isinstance(rule, Matching) and rule.state == _ENABLED and self._puts[rule.arn] == put:
                rule.deliver(self._scheduled(rule))
                self._plan(rule, put, self._went_on(rule))

    def _went_on(self, rule: Rule) -> datetime:
        """Tell from when a rule that has just had its turn goes on: a frequent one skips turns to catch up."""
        resumed = self.timeline.resume(rule.arn)
        interval = following(rule.scheduled_expression or "", resumed) - resumed
        if interval >= _CATCHING_UP:
            return resumed
        if self.timeline.present() - resumed < _CATCHING_UP:
            self.timeline.caught_up(rule.arn)
            return resumed
        return resumed + _CATCHING_UP - interval

    def _named(self, name: str) -> list[Rule]:
        return [bus.rules[name] for bus in self.event_buses.values() if name in bus.rules]

    def _scheduled(self, rule: Rule) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": self.account_id,
            "time": self.timeline.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.region_name,
            "resources": [rule.arn],
            "detail": {},
        }


def install(timeline: Timeline, guard: Guard) -> None:
    """Put the bench's EventBridge in place of moto's; before first use, and again for each new bench of a process.

    `guard` says what a role by which events are forwarded lacks.
    """
    Rules.timeline = Matching.timeline = timeline
    Matching.guard = guard
    events_backends.backend = Rules
    vars(models)["Rule"] = Matching


def tell_call(record: dict[str, Any]) -> None:
    """Tell of a call as CloudTrail does, on the default bus of the region in which it has it."""
    service = record["eventSource"].partition(".")[0]
    _put(record, f"aws.{service}", "AWS API Call via CloudTrail")


def tell(event: Event, detail_type: str) -> None:
    """Put an event of Secrets Manager on the default bus of its account and region (aws.md 2.6)."""
    _put(event.record(), "aws.secretsmanager", detail_type)


def _put(record: dict[str, Any], source: str, detail_type: str) -> None:
    account, region = record["recipientAccountId"], record["awsRegion"]
    message: Any = {
        "version": "0",
        "id": record["eventID"],
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": record["eventTime"],
        "region": region,
        "resources": [],
        "detail": record,
    }
    put_on(account, region, message)
