"""The demo's chapter of the client secret: asked for, sent, brought to every seller, and the old one dead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from local.demo.recording import CommandFailed
from provisioning import naming
from provisioning.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.bench import Bench
    from local.demo.account import Account
    from local.demo.consumers import Consumers
    from provisioning.roster import Row

_DAY: Final = timedelta(days=1)
#: When the calendar asks: 60 days ahead of the 180th.
_ASKED: Final = timedelta(days=120)
_MONTH: Final = timedelta(days=28)
_TURN: Final = timedelta(minutes=5)
_TURNS: Final = 24
_OPERATION: Final = "rotateApplicationClientSecret"


@dataclass(frozen=True, slots=True)
class Renewing:
    """What the chapter works with: `account` looks at secrets, `worker` reads them; `settle` waits for idleness."""

    bench: Bench
    account: Account
    worker: Account
    rows: list[Row]
    consumers: Consumers
    settle: Callable[[], None]

    def run(self) -> str:
        """Let it happen, consumers calling all along; returns what there is to say, or raises CommandFailed."""
        registry = self.bench.amazon.registry
        client_id = self._client_id()
        old = registry.application(client_id).secrets[0]
        self._until(old.made_on + _ASKED)
        # The calendar looks once a day.
        self._pass(_DAY)
        for _ in range(_TURNS):
            if self._everybody_follows():
                break
            self._pass(_TURN)
        else:
            raise CommandFailed(f"not every seller follows after {_TURNS} turns: {self._behind()}")
        asked = [call for call in self.bench.amazon.calls.all() if call.caller.operation == _OPERATION]
        sent = [item for item in self.bench.amazon.notifying.sent() if item.lost is None]
        new = registry.application(client_id).secrets[0]
        if len(asked) != 1 or new == old:
            raise CommandFailed(f"Amazon was asked {len(asked)} times for a client secret")
        ends = registry.application(client_id).secrets[1].dies_on or new.made_on
        self._until(ends - timedelta(minutes=1))
        self._pass(timedelta(minutes=2))
        self._pass(timedelta(hours=2))
        self._pass(_DAY)
        failed = [failure for consumer in self.consumers.all for failure in consumer.failed]
        if failed:
            raise CommandFailed(f"{len(failed)} calls of consumers failed: {', '.join(failed[:3])}")
        day = (new.made_on - old.made_on) // _DAY
        calls = sum(consumer.calls for consumer in self.consumers.all)
        return (
            f"asked once on day {day}, {len(sent)} messages, every seller follows; "
            f"the old one died on day {(ends - old.made_on) // _DAY}: {calls} calls of consumers, 0 failed"
        )

    def _until(self, when: datetime) -> None:
        """Move the clock to a moment, a month at a time, so that the months' rotations come on their days."""
        while (left := when - self.bench.clock.now()) > timedelta():
            self._pass(min(left, _MONTH))

    def _pass(self, by: timedelta) -> None:
        self.consumers.call()
        self.bench.clock.advance(by)
        self.settle()
        self.consumers.call()

    def _client_id(self) -> str:
        shared = next(row for row in self.rows if row.application == "shared")
        return self.worker.credential(shared.seller)["clientId"]

    def _behind(self) -> str:
        newest = self.account.app_version()
        return ", ".join(
            row.seller
            for row in self.rows
            if row.application == "shared" and self._state(row.seller).app_version != newest
        )

    def _everybody_follows(self) -> bool:
        asked = any(call.caller.operation == _OPERATION for call in self.bench.amazon.calls.all())
        changed = State.from_tags(self.account.tags(naming.app_secret_name(self.account.base))).changed_at
        return asked and changed is not None and not self._behind()

    def _state(self, seller: str) -> State:
        return State.from_tags(self.account.tags(naming.seller_secret_name(self.account.base, seller)))
