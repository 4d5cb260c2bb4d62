"""Which events LookupEvents answers with, and in which pages; pure (botocore LookupEvents).

An event is a record of CloudTrail's with the names it is found by.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: How far back events can be looked up.
KEPT: Final = timedelta(days=90)
#: How long an event may take to show: it used to be documented as up to 15 minutes, today as 5 on the average
#: (CloudTrail, "Getting and viewing your CloudTrail log files"), which no consumer can count on.
DELAY: Final = timedelta(minutes=15)
MOST: Final = 50
_ATTRIBUTES: Final = {
    "EventId": "EventId",
    "EventName": "EventName",
    "ReadOnly": "ReadOnly",
    "Username": "Username",
    "EventSource": "EventSource",
    "AccessKeyId": "AccessKeyId",
}
_OF_RESOURCES: Final = frozenset({"ResourceType", "ResourceName"})


class Refusal(Exception):
    """CloudTrail's error; the code is its name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    attribute: tuple[str, str] | None = None
    start: datetime | None = None
    end: datetime | None = None
    insight: bool = False
    most: int = MOST
    token: str | None = None

    @property
    def print(self) -> str:
        """A print of what has to be the same on every page."""
        same = [self.attribute, str(self.start), str(self.end), self.insight]
        return hashlib.sha256(json.dumps(same).encode()).hexdigest()[:16]


def read(given: Mapping[str, Any]) -> Asked:
    """Read a request; raises Refusal."""
    attributes = given.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise Refusal("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    attribute = (str(attributes[0]["AttributeKey"]), str(attributes[0]["AttributeValue"])) if attributes else None
    if attribute and attribute[0] not in _ATTRIBUTES.keys() | _OF_RESOURCES:
        raise Refusal("InvalidLookupAttributesException", f"{attribute[0]} is not a lookup attribute.")
    most = int(given.get("MaxResults") or MOST) if given.get("MaxResults") != 0 else 0
    if not 1 <= most <= MOST:
        raise Refusal("InvalidMaxResultsException", "MaxResults is 1 through 50.")
    start, end = (_time(given.get(name)) for name in ("StartTime", "EndTime"))
    if start and end and start > end:
        raise Refusal("InvalidTimeRangeException", "The start time is after the end time.")
    if given.get("EventCategory") not in {None, "insight"}:
        raise Refusal("InvalidEventCategoryException", "The event category is insight, or none.")
    return Asked(attribute, start, end, given.get("EventCategory") == "insight", most, given.get("NextToken"))


def page(
    events: Sequence[Mapping[str, Any]], asked: Asked, now: datetime
) -> tuple[list[Mapping[str, Any]], str | None]:
    """Select from events, oldest first: a page, newest first, and the token of the next; raises Refusal.

    Each event's `number` says which came first, so that what happens between two pages moves none of them.
    """
    below = _below(asked)
    if asked.insight:
        return [], None
    found = [
        event
        for event in reversed(events)
        if (below is None or event["number"] < below) and _is_told(event, asked, now) and _matches(event, asked)
    ]
    shown = found[: asked.most]
    token = _token(shown[-1]["number"], asked) if len(found) > len(shown) else None
    return shown, token


def numbered(events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Put events into the order in which they happened, and number them."""
    ordered = sorted(events, key=lambda event: event["EventTime"])
    return [{**event, "number": number} for number, event in enumerate(ordered)]


def _is_told(event: Mapping[str, Any], asked: Asked, now: datetime) -> bool:
    at: datetime = event["EventTime"]
    is_in = (asked.start is None or at >= asked.start) and (asked.end is None or at <= asked.end)
    return is_in and now - KEPT <= at <= now - DELAY


def _matches(event: Mapping[str, Any], asked: Asked) -> bool:
    if asked.attribute is None:
        return True
    key, value = asked.attribute
    if key in _OF_RESOURCES:
        return any(resource.get(key) == value for resource in event.get("Resources", []))
    return bool(event.get(_ATTRIBUTES[key]) == value)


def _token(number: int, asked: Asked) -> str:
    return base64.urlsafe_b64encode(json.dumps([number, asked.print]).encode()).decode()


def _below(asked: Asked) -> int | None:
    if asked.token is None:
        return None
    try:
        number, made_for = json.loads(base64.urlsafe_b64decode(asked.token))
    except ValueError:
        number, made_for = 0, ""
    if made_for != asked.print:
        raise Refusal("InvalidNextTokenException", "The token was made for another request.")
    return int(number)


def _time(value: Any) -> datetime | None:  # noqa: ANN401  a number of seconds, or nothing
    return datetime.fromtimestamp(float(value), UTC) if value is not None else None
