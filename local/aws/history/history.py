"""The history of one bench: every signed call of Secrets Manager, and what it did of its own accord.

Other services' calls are not kept, nobody on the bench asks for them; of their changes EventBridge is told as well.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from local.aws.history import lookup
from local.aws.history.record import Called

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.access.callers import Caller
    from local.aws.faults.call import Call
    from local.aws.faults.refusal import Answer
    from local.aws.trail import Event, Trail
    from local.clock import Clock

_SERVICE: Final = "secretsmanager"
#: Of whose changes EventBridge is told; more are management events on AWS, and no rule of the fleet's asks for them.
_TOLD: Final = frozenset({_SERVICE, "iam", "kms", "lambda", "sqs"})
#: The newest so many calls; a fleet of a hundred sellers makes fewer in 90 days.
_KEPT: Final = 50_000
_FIRST_REFUSAL: Final = 400


class History:
    """Notes calls as they are answered, and tells of them as CloudTrail does."""

    def __init__(
        self, clock: Clock, trail: Trail, changed: Callable[[dict[str, Any]], object] = lambda _record: None
    ) -> None:
        self._changed = changed
        self._clock = clock
        self._trail = trail
        self._calls: deque[Called] = deque(maxlen=_KEPT)
        self._guard = threading.Lock()

    def note(self, call: Call, access_key: str, caller: Caller, given: Mapping[str, Any], answer: Answer) -> None:
        """Note a call that was answered, also one that was refused; whoever has no keys is not known to CloudTrail."""
        if call.service not in _TOLD:
            return
        # CloudTrail dates by the second.
        at = self._clock.now().replace(microsecond=0)
        refused = _code(answer) if answer.status >= _FIRST_REFUSAL else None
        called = Called(call.service, call.operation, call.region, at, access_key, caller.principal, given, refused)
        if call.service == _SERVICE:
            with self._guard:
                self._calls.append(called)
        if not called.reads:
            self._changed(called.record())

    def look_up(self, account: str, region: str, asked: lookup.Asked) -> tuple[list[dict[str, Any]], str | None]:
        """Answer LookupEvents in an account and region: a page, and the token of the next; raises Refusal."""
        with self._guard:
            calls = [called for called in self._calls if (called.account, called.region) == (account, region)]
        own = [event for event in self._trail.events() if event.secret_arn.split(":")[3:5] == [region, account]]
        events = lookup.numbered([*map(_called, calls), *map(_done, own)])
        shown, token = lookup.page(events, asked, self._clock.now())
        return [_told(event) for event in shown], token


def _called(called: Called) -> dict[str, Any]:
    return {
        "EventId": called.id,
        "EventName": called.operation,
        "ReadOnly": str(called.reads).lower(),
        "AccessKeyId": called.access_key,
        "EventTime": called.at,
        "EventSource": f"{called.service}.amazonaws.com",
        "Username": called.user,
        "Resources": [],
        "of": called,
    }


def _done(event: Event) -> dict[str, Any]:
    at = event.time.replace(microsecond=0)
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": "false",
        "EventTime": at,
        "EventSource": f"{_SERVICE}.amazonaws.com",
        "Resources": [],
        "of": replace(event, time=at),
    }


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    """Write an event as it is answered; its record is made for those that are shown alone."""
    told = {name: value for name, value in event.items() if name not in {"number", "of"}}
    told["EventTime"] = event["EventTime"].timestamp()
    return {**told, "CloudTrailEvent": json.dumps(event["of"].record())}


def _code(answer: Answer) -> str:
    try:
        return str(json.loads(answer.body)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return "InternalFailure"
