"""What an alarm says when its state changes, and to whom: SNS topics, as far as they let it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.aws import topics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from moto.cloudwatch.models import Alarm

    from local.aws.alarms.verdict import State


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm that has just left the state `before`."""

    alarm: Alarm
    before: State
    time: datetime
    account: str
    region: str

    @property
    def summary(self) -> str:
        """Say the change as its history does."""
        return f"Alarm updated from {self.before} to {self.alarm.state_value}"

    @property
    def history(self) -> str:
        """Write both states as the history keeps them."""
        states = {"oldState": {"stateValue": self.before}}
        new = {"newState": {"stateValue": self.alarm.state_value, "stateReason": self.alarm.state_reason}}
        return json.dumps({"version": "1.0", **states, **new})

    @property
    def actions(self) -> Sequence[str]:
        """Name what is to be told of the new state."""
        by_state = {
            "ALARM": self.alarm.alarm_actions,
            "OK": self.alarm.ok_actions,
            "INSUFFICIENT_DATA": self.alarm.insufficient_data_actions,
        }
        return by_state[self.alarm.state_value] or ()

    @property
    def message(self) -> str:
        """Write the notice: the fields of CloudWatch's that name alarm, states and reason."""
        return json.dumps(
            {
                "AlarmName": self.alarm.name,
                "AlarmDescription": self.alarm.description,
                "AWSAccountId": self.account,
                "NewStateValue": self.alarm.state_value,
                "NewStateReason": self.alarm.state_reason,
                "StateChangeTime": self.time.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
                "Region": self.region,
                "AlarmArn": self.alarm.alarm_arn,
                "OldStateValue": self.before,
            }
        )


def publish(change: Change, topic_arn: str) -> str:
    """Tell a topic; returns the line for the alarm's history. Other kinds of action are not on the bench."""
    if not topic_arn.startswith("arn:aws:sns:"):
        return f"Failed to execute action {topic_arn}: the bench knows SNS topics only"
    subject = f'{change.alarm.state_value}: "{change.alarm.name}"'
    source = {"service": topics.CLOUDWATCH, "source_arn": change.alarm.alarm_arn}
    why_not = topics.publish(topic_arn, change.message, subject, **source)
    return (
        f"Failed to execute action {topic_arn}: {why_not}" if why_not else f"Successfully executed action {topic_arn}"
    )
