"""Consumers over HTTP: AWS's own caching library before a bench's Secrets Manager, its time the bench's clock.

What benchmarks/consumers.py models in process stands here for real, at a smaller size.
"""

from __future__ import annotations

import heapq
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, product
from typing import TYPE_CHECKING, Final
from unittest import mock

from aws_secretsmanager_caching import SecretCache, SecretCacheConfig

from provisioning.amazon import Amazon, Endpoints
from provisioning.errors import SellerkeysError
from provisioning.payload import App, Credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.proof.crash.flows import Seller
    from tests.proof.crash.plant import Plant

#: The caching library's default, and what an access token lives.
CACHE: Final = timedelta(seconds=3_600)
_TOKEN: Final = timedelta(seconds=3_600)
_OVERLAP: Final = timedelta(days=7)
_TURN: Final = timedelta(minutes=5)
_SECOND: Final = timedelta(seconds=1)
_PATH: Final = "/definitions/2020-09-01/productTypes?marketplaceIds=A1PA6795UKMFR9"
#: How old cached secret and token are at the boundary, and how far from it the first call is; real time passes, too.
AGES: Final = tuple(product((-5, 5), (5, 1_800, 3_595), (0, 5, 3_595)))
#: Spread so that a seller's calls stay within the burst that Amazon grants the operation.
_LATER: Final = (0, 13, 1_800, 3_605, 5_400, 7_210)


@dataclass
class Tally:
    """What consumers saw: calls, reads of Secrets Manager, failures by what was said; and how exact the clock was."""

    consumers: int = 0
    calls: int = 0
    reads: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    latest: timedelta = timedelta()


class Reader:
    """One process of a vendor's: its cache, its token, its calls."""

    def __init__(self, plant: Plant, seller: Seller, tally: Tally) -> None:
        self._plant = plant
        self._seller = seller
        self._tally = tally
        self._amazon = Amazon(Endpoints.from_environment(plant.bench.environment()), sleep=lambda _: None)
        self._cache: SecretCache | None = None
        self._token: tuple[str, datetime] | None = None
        tally.consumers += 1

    def read(self) -> None:
        """Begin with an empty cache, as a process that starts."""
        self._cache = SecretCache(SecretCacheConfig(secret_refresh_interval=CACHE.total_seconds()), self._plant.secrets)
        self._credential()

    def login(self) -> None:
        """Get a token with whatever the cache gives."""
        credential = self._credential()
        try:
            app = App(credential.client_id, credential.client_secret)
            tokens = self._amazon.refresh(app, credential.refresh_token)
        except SellerkeysError as error:
            self._tally.failed[type(error).__name__] += 1
            self._token = None
            return
        self._token = tokens.access_token, self._plant.bench.clock.now()

    def call(self) -> None:
        """Call SP-API, with a new token where the one at hand has served its time."""
        self._tally.calls += 1
        if self._token is None or self._plant.bench.clock.now() - self._token[1] >= _TOKEN - 60 * _SECOND:
            self.login()
        if self._token:
            try:
                self._amazon.may_read("EU", _PATH, self._token[0])
            except SellerkeysError as error:
                self._tally.failed[type(error).__name__] += 1

    def _credential(self) -> Credential:
        if self._cache is None:
            self.read()
        text = self._cache.get_secret_string(self._seller.arn) if self._cache else None
        self._tally.reads += 1
        return Credential.from_json(str(text))


class Week:
    """Everything that happens from a request for a new client secret until the old one is dead, in its order."""

    def __init__(self, plant: Plant, change: Callable[[], object], *, turns: bool) -> None:
        self.tally = Tally()
        self._plant = plant
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()
        asked = plant.bench.clock.now() + 2 * CACHE
        self.moments = {"asked": asked, "follows": asked + _TURN, "old one dies": asked + _OVERLAP}
        self._at(asked, change)
        if turns:
            self._at(asked + _TURN, plant.tick)
        for moment, seller, ages in product(self.moments.values(), plant.sellers, AGES):
            self._script(Reader(plant, seller, self.tally), moment, *ages)

    def live(self) -> Tally:
        """Let it happen."""
        with _by(self._plant):
            while self._due:
                when, _, act = heapq.heappop(self._due)
                late = self._plant.bench.clock.now() - when
                if late < timedelta():
                    self._plant.bench.clock.advance(-late)
                self.tally.latest = max(self.tally.latest, late)
                act()
        assert self._plant.bench.aws.wait_idle(60)
        return self.tally

    def _at(self, when: datetime, act: Callable[[], object]) -> None:
        heapq.heappush(self._due, (when, next(self._order), act))

    def _script(self, reader: Reader, moment: datetime, offset: int, cached: int, token: int) -> None:
        there = moment + offset * _SECOND
        self._at(there - max(cached, token) * _SECOND, reader.read)
        if token:
            self._at(there - token * _SECOND, reader.login)
        if token > cached:
            self._at(there - cached * _SECOND, reader.read)
        for later in _LATER:
            self._at(there + later * _SECOND, reader.call)


@contextmanager
def _by(plant: Plant) -> Iterator[None]:
    """Let the caching library live by the bench's clock, and keep a secret for as long as it ever does."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            del tz
            return plant.bench.clock.now()

    items = "aws_secretsmanager_caching.cache.items"
    with mock.patch(f"{items}.datetime", Now), mock.patch(f"{items}.randint", lambda _shortest, longest: int(longest)):
        yield
