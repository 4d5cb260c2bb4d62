"""The codes that a consent leaves with the browser: one exchange within five minutes (sp-api.md 4.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from local.amazon.records import CODE_LIFE

if TYPE_CHECKING:
    from datetime import datetime

    from local.amazon.placeholders import Placeholders
    from local.amazon.records import Authorization
    from local.clock import Clock


@dataclass(frozen=True, slots=True)
class _Code:
    client_id: str
    refresh_token: str = field(repr=False)
    redirect_uri: str | None
    ends_on: datetime


class Codes:
    """The codes so far, used ones marked; safe to use from many threads."""

    def __init__(self, clock: Clock, placeholders: Placeholders) -> None:
        self._clock = clock
        self._placeholders = placeholders
        self._lock = Lock()
        self._codes: dict[str, _Code] = {}
        self._used: set[str] = set()

    def mint(self, consent: Authorization, redirect_uri: str | None) -> str:
        """Make the code of a consent; `redirect_uri` is what the consent page was asked with, None if with none."""
        value = self._placeholders.code()
        with self._lock:
            ends_on = self._clock.now() + CODE_LIFE
            self._codes[value] = _Code(consent.client_id, consent.refresh_token, redirect_uri, ends_on)
        return value

    def redeem(self, value: str, client_id: str, redirect_uri: str | None) -> str | None:
        """Use a code up and return the refresh token; None if it is unknown, used, too old, or another client's.

        The redirect URI has to be that of the consent page, where that was asked with one (sp-api.md 1.2).
        """
        with self._lock:
            code = self._codes.get(value)
            if code is None or value in self._used or self._clock.now() >= code.ends_on or code.client_id != client_id:
                return None
            if code.redirect_uri is not None and redirect_uri != code.redirect_uri:
                return None
            self._used.add(value)
            return code.refresh_token

    def refresh_token(self, value: str | None) -> str | None:
        """Look at what a code stands for, used or not; None if nothing."""
        with self._lock:
            code = self._codes.get(value or "")
            return code.refresh_token if code else None
