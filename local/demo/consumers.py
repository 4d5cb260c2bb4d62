"""Consumers that call Amazon all along: each keeps its seller's secret for an hour, as AWS's caching library does."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.demo.account import Account

_CACHE: Final = timedelta(seconds=3600)
_TOKEN: Final = timedelta(seconds=3600)
_PATH: Final = "/definitions/2020-09-01/productTypes"


@dataclass
class Consumer:
    """One seller's worker: its cached secret, its token, and how its calls ended, `failed` by day and status."""

    seller: str
    calls: int = 0
    failed: list[str] = field(default_factory=list)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    read_at: datetime | None = None
    token: str = field(default="", repr=False)
    got_at: datetime | None = None


class Consumers:
    """The ERP's workers, one a seller; `now` tells the bench's time, by which caches and tokens age."""

    def __init__(
        self, sellers: list[str], worker: Account, environment: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        self.all = [Consumer(seller) for seller in sellers]
        self._worker = worker
        self._token_url = environment["SP_API_OAUTH_URL"]
        self._base_url = environment["SP_API_BASE_URL"]
        self._now = now

    def call(self) -> None:
        """Let each make one call."""
        for consumer in self.all:
            consumer.calls += 1
            try:
                self._call(consumer)
            except urllib.error.HTTPError as refused:
                consumer.failed.append(f"{self._now():%Y-%m-%d %H:%M} HTTP {refused.code}")

    def _call(self, consumer: Consumer) -> None:
        now = self._now()
        if consumer.got_at is None or now - consumer.got_at >= _TOKEN:
            if consumer.read_at is None or now - consumer.read_at >= _CACHE:
                consumer.secret, consumer.read_at = self._worker.credential(consumer.seller), now
            consumer.token, consumer.got_at = self._log_in(consumer.secret), now
        base = self._base_url.replace("{region}", consumer.secret["regionCode"].lower())
        headers = {"x-amz-access-token": consumer.token, "User-Agent": "demo-consumer/1"}
        _send(urllib.request.Request(base + _PATH, headers=headers))  # noqa: S310 - the bench's own address

    def _log_in(self, secret: Mapping[str, str]) -> str:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": secret["refreshToken"],
            "client_id": secret["clientId"],
            "client_secret": secret["clientSecret"],
        }
        data = urllib.parse.urlencode(form).encode()
        answer = _send(urllib.request.Request(self._token_url, data))  # noqa: S310 - the bench's own address
        return str(json.loads(answer)["access_token"])


def _send(request: urllib.request.Request) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        if answer.status != HTTPStatus.OK:
            raise urllib.error.HTTPError(request.full_url, answer.status, "", answer.headers, None)
        content: bytes = answer.read()
        return content
