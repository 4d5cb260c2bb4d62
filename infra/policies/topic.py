"""Who may publish to the fleet's topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import document
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


def mailing_rules(place: Place) -> list[str]:
    """List the rules that mail: on abandoned rotations, and on changes of policy or code."""
    return [place.rule(name) for name in (naming.ABANDONED, *map(naming.changed, naming.CHANGES))]


def topic_policy(place: Place) -> Document:
    """Say which services may publish: CloudWatch for the fleet's alarms, EventBridge for its rules that mail.

    It replaces the policy a topic is born with, which lets alarms in and rules not. The calendar function needs no word
    here: its own policy allows it, in the same account.
    """
    return document(
        {
            "Sid": "AlarmsOfThisFleet",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": place.topic,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": place.alarms},
            },
        },
        {
            "Sid": "RulesThatMail",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": place.topic,
            "Condition": {"ArnEquals": {"aws:SourceArn": mailing_rules(place)}},
        },
    )
