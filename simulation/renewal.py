"""The way of a client secret through a simulated world: Amazon's queues, the function behind them, its schedule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from provisioning.app import AppSetter
from provisioning.application.asking import Asker
from provisioning.application.following import Follow
from provisioning.application.keeping import Keeper
from provisioning.application.owned import Owned
from provisioning.application.pace import Pace
from provisioning.application.receiving import Letter, Receiver
from provisioning.application.tick import Tick
from provisioning.application.workers import in_turn
from provisioning.calendar.renewal import Renewal as CalendarRenewal
from provisioning.errors import AmazonRefused, SellerkeysError
from provisioning.fingerprint import version_id
from provisioning.store import CURRENT, OFFERED
from provisioning.table import Table
from simulation.line import Died
from simulation.table import table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from provisioning.application.keeping import Held
    from provisioning.application.tick import Metric, Ticked
    from provisioning.calendar.renewal import Renewed
    from provisioning.outcomes import Outcome
    from provisioning.payload import App
    from simulation.table import Items
    from simulation.world import World

BASE: Final = "sim"
NEW_SECRET: Final = "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-sim-new-secret"  # noqa: S105 - a queue's name
EXPIRY: Final = "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-sim-secret-expiry"
#: As infra/credential_queues.py declares the queues, which the simulation does not import.
VISIBILITY: Final = timedelta(minutes=15)
MOST_RECEIVES: Final = 48
#: How soon after it was sent a mapping has handed a message over.
_HANDED_OVER: Final = timedelta(seconds=2)
_EVERY: Final = timedelta(minutes=5)
_QUIET: Final = timedelta(hours=6)
#: A function is done in its time; less is left than it needs only in a test.
_SECONDS_LEFT: Final = 300.0
#: Lambda invokes a function that failed asynchronously twice more (aws.md 2.5).
_INVOCATIONS: Final = 3


@dataclass
class Message:
    """A message in a queue, which never says its body."""

    body: str = field(repr=False)
    sent_at: datetime
    receives: int = 0


class Renewal:
    """One world's client-secret function; use as Amazon's `Post`.

    `dead` are the messages that were given up, `asked` the moments Amazon was asked at, `turns` counts the schedule's.
    """

    def __init__(self, world: World) -> None:
        self.dead: list[Message] = []
        self.waiting: list[Message] = []
        self.asked: list[datetime] = []
        self.turns = 0
        self.numbers: dict[Metric, int] = {}
        self.last: Ticked | None = None
        self._world = world
        self._items: Items = {}
        self._until: datetime | None = None
        world.amazon.notifying.connect(self, world.clock)

    # Amazon's side.

    def subscribe(self) -> None:
        """Subscribe the shared application's two queues, as a person does once in Amazon's console."""
        self._world.amazon.notifying.subscribe(
            self._world.shared.client_id, new_secret_queue_arn=NEW_SECRET, expiry_queue_arn=EXPIRY, notice_days=(90,)
        )

    def look(self, queue_arn: str) -> str | None:
        """Let Amazon see each queue."""
        del queue_arn
        return None

    def send(self, queue_arn: str, body: str) -> str | None:
        """Take a message; a mapping hands it over a moment later."""
        del queue_arn
        message = Message(body, self._world.clock.now())
        self.waiting.append(message)
        self._hand_over(message, _HANDED_OVER)
        return None

    # The function's side.

    def deliver(self, message: Message) -> None:
        """Let the mapping hand a message over: what is done goes off the queue, the rest comes again."""
        if message not in self.waiting:
            return
        if message.receives >= MOST_RECEIVES:
            self.waiting.remove(message)
            self.dead.append(message)
        elif self.receive(message):
            # Another delivery of it may have been done meanwhile.
            self.waiting = [other for other in self.waiting if other is not message]
        else:
            self._hand_over(message, VISIBILITY)

    def receive(self, message: Message) -> bool:
        """Hand a message to a process of the function; False where it has to stay in the queue."""
        message.receives += 1
        letter = Letter(message.body, message.sent_at)
        return self._run(lambda: self._receiver().receive(letter))

    def tick(self) -> bool:
        """Let the schedule have one turn; False where it failed."""
        self.turns += 1
        return self._run(self._turn)

    def ask(self, by: str, *, leaked: bool = False, cut_off: bool = False) -> bool:
        """Ask Amazon for a new client secret, as somebody on call does; False where it was not."""
        now = self._world.clock.now()
        done = self._run(lambda: self._asker().ask(by, leaked=leaked, cut_off=cut_off))
        if done:
            self.asked.append(now)
        return done

    def day(self, ahead: timedelta) -> Renewed | None:
        """Let the calendar function do its part of a day, invoked again where its process died; None where it did."""
        now = self._world.clock.now()
        came: list[Renewed] = []
        for _ in range(_INVOCATIONS):
            if self._run(lambda: came.append(CalendarRenewal(self._keeper(), self._asker(), ahead).run(now))):
                break
        if came and came[0].outcome == "asked":
            self.asked.append(now)
        return came[0] if came else None

    def hand_in(self, app: App, expires_on: date | None) -> bool:
        """Run `sellerkeys app set` with a client secret from Amazon's console; False where it did not get through."""
        store, amazon = self._world.tools()
        world = self._world
        outcomes: list[Outcome] = []
        setter = AppSetter(world.fleet, store, amazon, world.clock.now, self._taken_up)
        done = self._run(lambda: outcomes.append(setter.set(app, expires_on, dry_run=False)))
        world.watch.heard(world.app_secret, [outcome.detail for outcome in outcomes])
        return done

    def offer(self, app: App) -> bool:
        """Put a client secret on offer by hand, beside `app set`: with no word of its life, and left there."""
        store, _ = self._world.tools()
        held = self._world.app_secret

        def put() -> None:
            version = version_id(held.arn, app.to_json())
            outstanding = store.describe(held.arn).holder(OFFERED)
            if outstanding is None and held.version(CURRENT) != version:
                store.put(held.arn, app.to_json(), version=version, labels=[OFFERED])

        return self._run(put)

    def keep_ticking(self, span: timedelta) -> None:
        """Let the schedule have its turns for `span` from now; turns that find nothing to do are left out."""
        now = self._world.clock.now()
        is_idle = self._until is None or self._until < now
        self._until = max(self._until or now, now + span)
        if is_idle:
            self._world.clock.at(now + _EVERY, self._tick_on)

    def held(self) -> Held:
        """Read the app secret as it stands, undisturbed by the line."""
        return self._keeper().held()

    def _tick_on(self) -> None:
        done = self.tick()
        now = self._world.clock.now()
        if self._until and now < self._until:
            following = self.last.following if done and self.last else None
            is_quiet = following is not None and following.late == 0 and not self.waiting
            # Until something happens, the turns of the next hours would find what this one has found.
            hour = now.replace(minute=0, second=0, microsecond=0) + _QUIET
            self._world.clock.at(hour if is_quiet else now + _EVERY, self._tick_on)

    def _hand_over(self, message: Message, after: timedelta) -> None:
        self._world.clock.at(self._world.clock.now() + after, lambda: self.deliver(message))

    def _turn(self) -> None:
        self.last = None
        self.last = self._tick().run()

    def _taken_up(self) -> dict[str, Any]:
        """Answer for the client-secret function, which `app set` invokes; raises where the function died or failed."""
        try:
            version = self._keeper().take_up()
        except AmazonRefused as refused:
            return {"outcome": "refused", "cause": refused.cause.code}
        except Died:
            raise SellerkeysError("the function failed: its log says why") from None
        return {"outcome": "made current" if version else "nothing on offer", "version": version}

    def _run(self, act: Callable[[], object]) -> bool:
        return self._world.process(self._world.app_secret, act)

    def _keeper(self) -> Keeper:
        store, amazon = self._world.tools()
        return Keeper(store, amazon, self._world.app_secret.arn, self._world.clock.now)

    def _receiver(self) -> Receiver:
        store, amazon = self._world.tools()
        return Receiver(self._keeper(), Owned(store, amazon, BASE), store, self._world.clock.now)

    def _asker(self) -> Asker:
        _, amazon = self._world.tools()
        now = self._world.clock.now
        return Asker(self._keeper(), amazon, self._table(), list, now, self._world.new_version, "EU")

    def _tick(self) -> Tick:
        store, _ = self._world.tools()
        now = self._world.clock.now
        pace = Pace(self._world.clock.timestamp, lambda _: None)
        follow = Follow(store, BASE, pace, in_turn, lambda: _SECONDS_LEFT, now)
        return Tick(self._keeper(), follow, self._table(), self._count, now, self._world.new_version)

    def _table(self) -> Table:
        return Table(table(self._items, self._world.line), f"sellerkeys-{BASE}")

    def _count(self, numbers: Mapping[Metric, int], _now: datetime) -> None:
        self.numbers |= numbers
