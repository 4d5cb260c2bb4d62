"""From a request to Amazon to its answer: which host, who calls, which faults strike, what Amazon says.

The one place where faults are applied.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from local.amazon.calls import Call, Calls
from local.amazon.codes import Codes
from local.amazon.faults import FaultKind, Faults
from local.amazon.lwa import TOKEN_PATH, Lwa
from local.amazon.messages import Answer, json_answer
from local.amazon.notifying import Notifying
from local.amazon.sp_api import SpApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.amazon.calls import Caller
    from local.amazon.messages import Request
    from local.amazon.placeholders import Placeholders
    from local.amazon.registry import Registry
    from local.clock import Clock

_PAGE: Final = Answer(
    200, b"<!DOCTYPE html><title>Amazon</title><p>Sorry, we just need to make sure you're not a robot.", "text/html"
)
_OF_THE_LINE: Final = frozenset({FaultKind.SLOW, FaultKind.RESET, FaultKind.HTML})
_OF_THE_GRANT: Final = frozenset({FaultKind.NEW_REFRESH_TOKEN, FaultKind.NO_REFRESH_TOKEN})
_LOST: Final = frozenset({FaultKind.LOST})


class Dropped(Exception):
    """The connection is to be reset instead of answered."""


class Amazon:
    """All of Amazon behind one address, with the faults in force and the calls so far; `pause` waits some seconds."""

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        placeholders: Placeholders,
        pause: Callable[[float], object],
        codes: Codes | None = None,
    ) -> None:
        self.faults = Faults()
        self.calls = Calls()
        self._registry = registry
        self._clock = clock
        self._placeholders = placeholders
        self._pause = pause
        self._lwa = Lwa(registry, clock, placeholders, codes or Codes(clock, placeholders))
        self.notifying = Notifying(registry, self.faults, placeholders, clock)
        self._sp_api = SpApi(registry, clock, placeholders, self.notifying.rotate)
        self.notices = self._sp_api.notices

    def answer(self, request: Request) -> Answer:
        """Answer one request and record it; raises Dropped when a fault breaks the connection."""
        host = self._lwa if request.path == TOKEN_PATH else self._sp_api
        caller = host.caller(request)
        status: int | None = None
        try:
            answer = self._answer(host, caller, request)
            status = answer.status
            return answer
        finally:
            self.calls.record(Call(self._clock.now(), request.method, request.path, status, caller))

    def _answer(self, host: Lwa | SpApi, caller: Caller, request: Request) -> Answer:
        for fault in self.faults.spend(_OF_THE_LINE | host.refusals.keys(), caller):
            match fault.kind:
                case FaultKind.SLOW:
                    self._pause(fault.seconds or 0)
                case FaultKind.RESET:
                    raise Dropped
                case FaultKind.HTML:
                    return _PAGE
                case kind:
                    return host.refusals[kind].answer(self._placeholders.request_id())
        answer = host.answer(request)
        if isinstance(host, Lwa):
            answer = self._with_another_token(answer, caller)
        for _ in self.faults.spend(_LOST, caller):
            raise Dropped
        return answer

    def _with_another_token(self, answer: Answer, caller: Caller) -> Answer:
        """Change the refresh token of a granted request, or leave it out (sp-api.md 3)."""
        body = json.loads(answer.content)
        if "refresh_token" not in body:
            return answer
        for fault in self.faults.spend(_OF_THE_GRANT, caller):
            if fault.kind is FaultKind.NEW_REFRESH_TOKEN:
                old_lives = None if fault.seconds is None else timedelta(seconds=fault.seconds)
                body["refresh_token"] = self._registry.renew_refresh_token(body["refresh_token"], old_lives)
            else:
                body.pop("refresh_token", None)
        return json_answer(answer.status, body)
