"""Whether anybody notices a new client secret: consumers with caches call Amazon all through its rotation.

Each reads its seller's secret as AWS's caching library does, keeps it for 3,600 s, asks Login with Amazon for a token,
uses that for as long as it lives, and calls SP-API. The same calls are made while the client secret is rotated by
sellerkeys, overwritten in the app secret by hand, and treated as Amazon's two samples do (sp-api.md 12). Time is
virtual, Amazon is the bench's own, Secrets Manager its rules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from rich.table import Table

from local.amazon.messages import Request
from local.amazon.records import ACCESS_TOKEN_LIFE, CLIENT_SECRET_LIFE
from provisioning.payload import App
from provisioning.store import CURRENT
from simulation.renewal import Renewal
from simulation.watch import credential_of
from simulation.world import World
from simulation.years import START

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provisioning.payload import Credential
    from provisioning.roster import Row
    from simulation.secrets_manager import Held

#: How long AWS's caching library keeps a secret by default, in the worst case of its jitter (clients.md).
CACHE: Final = timedelta(seconds=3600)
ASKED_ON: Final = timedelta(days=120)
SELLERS: Final = 120
_SECOND: Final = timedelta(seconds=1)
_AROUND: Final = timedelta(hours=3)
_SCRIPTS: Final = 3
_SPREAD: Final = 7
_OK: Final = 200
_PATH: Final = "/definitions/2020-09-01/productTypes"
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_MOMENTS: Final = ("asked", "current", "follows", "old one dies", "would expire")
#: Which boundary, how far from it, how old the cached secret is then, how old the token: each together with each.
_EVERY_HIT = list(product(_MOMENTS, (-1, 0, 1), (0, 1, 3599, 3600), (0, 3599, 3600)))
#: Mixed, so that a small fleet meets every moment.
HITS: Final = tuple(Random("hits").sample(_EVERY_HIT, len(_EVERY_HIT)))  # noqa: S311 - to be repeated


@dataclass(frozen=True, slots=True)
class Moments:
    """When Amazon was asked, when the app secret and each seller changed, when the old secret dies or expires."""

    asked: datetime
    current: datetime
    follows: Mapping[str, datetime]
    dies: datetime
    expires: datetime

    def of(self, moment: str, seller: str) -> datetime:
        """Tell when a moment is for a seller."""
        times = (self.asked, self.current, self.follows[seller], self.dies, self.expires)
        return dict(zip(_MOMENTS, times, strict=True))[moment]


@dataclass(slots=True)
class Tally:
    """What consumers saw."""

    calls: int = 0
    failed: int = 0
    logins: int = 0
    first_failure: datetime | None = None
    statuses: dict[int, int] = field(default_factory=dict)
    stood: set[tuple[str, int, int, int]] = field(default_factory=set)
    """The boundaries at which a consumer called with a secret and a token of just the ages it was to have."""


class Consumer:
    """One process of a vendor's: a cached secret, a token, calls."""

    def __init__(self, world: World, held: Held, tally: Tally) -> None:
        self._world = world
        self._held = held
        self._tally = tally
        self._secret: tuple[Credential, datetime] | None = None
        self._token: tuple[str, datetime] | None = None

    def read(self) -> None:
        """Read the secret anew, whatever is cached."""
        found = credential_of(self._held.text(CURRENT))
        if found is None:
            raise LookupError(f"{self._held.name} has no credential")
        self._secret = found, self._world.clock.now()

    def login(self) -> None:
        """Get a new token with the cached secret."""
        self._token = None
        self._log_in()

    def stand(self, hit: tuple[str, int, int, int]) -> None:
        """Call at a boundary, and note that it is the one."""
        now = self._world.clock.now()
        cached = self._secret and now - self._secret[1]
        token = self._token and now - self._token[1]
        _, _, cache_age, token_age = hit
        if cached == cache_age * _SECOND and token == (token_age * _SECOND if token_age else None):
            self._tally.stood.add(hit)
        self.call()

    def call(self) -> None:
        """Call SP-API, with a new token and a newly read secret where the ones at hand have served their time."""
        self._tally.calls += 1
        now = self._world.clock.now()
        status = _OK
        if self._token is None or now - self._token[1] >= ACCESS_TOKEN_LIFE:
            status = self._log_in()
        if status == _OK and self._token:
            headers = {"x-amz-access-token": self._token[0], "user-agent": "consumer/1"}
            status, _ = self._world.amazon.serve(Request("GET", _PATH, {}, headers, b""))
        if status != _OK:
            self._tally.failed += 1
            self._tally.statuses[status] = self._tally.statuses.get(status, 0) + 1
            self._tally.first_failure = self._tally.first_failure or now

    def _log_in(self) -> int:
        now = self._world.clock.now()
        if self._secret is None or now - self._secret[1] >= CACHE:
            self.read()
        if self._secret is None:
            return 0
        secret = self._secret[0]
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": secret.refresh_token,
            "client_id": secret.client_id,
            "client_secret": secret.client_secret,
        }
        self._tally.logins += 1
        status, body = self._world.amazon.serve(
            Request("POST", "/auth/o2/token", {}, _FORM, urlencode(fields).encode())
        )
        if status == _OK:
            self._token = json.loads(body)["access_token"], now
        return status


class Run:
    """One fleet from its onboarding to after the first client secret would have expired, under one behaviour."""

    def __init__(self, sellers: int, behave: Callable[[Run], None]) -> None:
        self.world = World("consumers", sellers, START)
        self.shared = [row for row in self.world.fleet.sellers if row.application == "shared"]
        self.asked_at = START + ASKED_ON
        self._behave = behave
        self.world.set_app()
        for number, row in enumerate(self.world.fleet.sellers):
            # Over a month, so that each has his own day of rotation.
            self.world.clock.at(START + timedelta(days=number * _SPREAD % 30), partial(self._onboard, row))

    def live(self, moments: Moments | None) -> tuple[Moments, Tally]:
        """Live through it; with `moments`, consumers call around each of them."""
        tally = Tally()
        if moments:
            self._send_consumers(moments, tally)
        self.world.clock.at(self.asked_at, lambda: self._behave(self))
        made = self.world.amazon.registry.application(self.world.shared.client_id).secrets[0].made_on
        expires = made + CLIENT_SECRET_LIFE
        self.world.clock.until(self.asked_at + timedelta(days=8))
        seen = self._moments(expires)
        self.world.clock.until(expires + _AROUND + CACHE)
        return seen, tally

    def _onboard(self, row: Row) -> None:
        self.world.onboard([self.world.authorize(row)])

    def held(self, seller: str) -> Held:
        """Find a seller's secret."""
        return self.world.secrets.find(self.world.fleet.secret_of(seller))

    def _moments(self, expires: datetime) -> Moments:
        follows = {row.seller: _since(self.held(row.seller)) for row in self.shared}
        secrets = self.world.amazon.registry.application(self.world.shared.client_id).secrets
        dies = next((secret.dies_on for secret in secrets if secret.dies_on), expires)
        return Moments(self.asked_at, _since(self.world.app_secret), follows, dies, expires)

    def _send_consumers(self, moments: Moments, tally: Tally) -> None:
        randomness = Random("consumers")  # noqa: S311 - to be repeated, not to be unguessable
        for number, row in enumerate(self.shared):
            held = self.held(row.seller)
            for script in range(_SCRIPTS):
                hit = HITS[(number * _SCRIPTS + script) % len(HITS)]
                self._script(Consumer(self.world, held, tally), moments.of(hit[0], row.seller), hit)
            wanders = Consumer(self.world, held, tally)
            first, last = self.asked_at - _AROUND, moments.dies + timedelta(days=1)
            for _ in range(40):
                self.world.clock.at(first + (last - first) * randomness.random(), wanders.call)
            for _ in range(8):
                self.world.clock.at(moments.expires + _AROUND * randomness.uniform(-1, 1), wanders.call)

    def _script(self, consumer: Consumer, moment: datetime, hit: tuple[str, int, int, int]) -> None:
        """Let a consumer stand at a boundary with a secret and a token of these ages, then use both to their end."""
        _, offset, cache_age, token_age = hit
        there = moment + offset * _SECOND
        at = self.world.clock.at
        if token_age:
            at(there - token_age * _SECOND, consumer.login)
        at(there - cache_age * _SECOND, consumer.read)
        at(there, partial(consumer.stand, hit))
        for later in (1, 3599, 3600, 3601, 7200):
            at(there + later * _SECOND, consumer.call)


def rotates(run: Run) -> None:
    """Sellerkeys: asks, receives, proves, brings it to every seller."""
    renewal = Renewal(run.world)
    renewal.subscribe()
    renewal.ask("the calendar")
    renewal.keep_ticking(timedelta(days=8))


def overwrites(run: Run) -> None:
    """Overwrite the app secret with one that a person made; sellers' rotations come by their schedule."""
    run.world.replace_client_secret()


def never_asks(_run: Run) -> None:
    """Amazon's lwa-rotation sample: it drops the notice, and its rotation call is only built, never sent."""


def tells_one(run: Run) -> None:
    """Amazon's auth-lifecycle sample: `Limit: 1`, so one seller gets the new client secret."""
    app = run.world.shared
    new = run.world.amazon.registry.replace_client_secret(app.client_id).value
    held = run.held(run.shared[0].seller)
    found = credential_of(held.text(CURRENT))
    if found:
        text = replace(found, client_secret=App(app.client_id, new).client_secret).to_json()
        run.world.secrets.put(held.arn, text, run.world.new_version(), frozenset({CURRENT}))


BEHAVIOURS: Final[dict[str, Callable[[Run], None]]] = {
    "sellerkeys": rotates,
    "the app secret overwritten by hand": overwrites,
    "Amazon's lwa-rotation sample": never_asks,
    "Amazon's auth-lifecycle sample": tells_one,
}


def measure(sellers: int) -> dict[str, tuple[Moments, Tally]]:
    """Find the moments of an undisturbed rotation, then run every behaviour under the same calls."""
    moments, _ = Run(sellers, rotates).live(None)
    return {name: Run(sellers, behave).live(moments) for name, behave in BEHAVIOURS.items()}


def table(sellers: int = SELLERS) -> Table:
    """Measure and lay out."""
    made = Table(
        "a fleet of consumers", "sellers", "consumers", "logins", "calls", "failed calls", "limit", "boundaries", "held"
    )
    for name, (moments, tally) in measure(sellers).items():
        shared = len(moments.follows)
        is_ours, aims = name == "sellerkeys", min(len(HITS), shared * _SCRIPTS)
        seen = ", ".join(f"{count:,} of {status}" for status, count in sorted(tally.statuses.items()))
        since = f" since day {(tally.first_failure - START).days}" if tally.first_failure else ""
        made.add_row(
            name,
            f"{shared:,}",
            f"{shared * (_SCRIPTS + 1):,}",
            f"{tally.logins:,}",
            f"{tally.calls:,}",
            f"{tally.failed:,}" + (f" ({seen}{since})" if tally.failed else ""),
            "0" if is_ours else "more than 0, or nothing is measured",
            f"{len(tally.stood)} of {aims}" if is_ours else "",
            "yes" if (tally.failed == 0) is is_ours and (len(tally.stood) == aims or not is_ours) else "no",
        )
    return made


def _since(held: Held) -> datetime:
    """Tell when what is current was made; a rotation makes it current in the same moment of virtual time."""
    current = held.version(CURRENT)
    return next(version.created for version in held.versions.values() if version.id == current)
