"""The client-secret function's parts over the strict fakes, Amazon, and a clock that only the test moves."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from provisioning.amazon import Amazon, Endpoints
from provisioning.application.asking import Asker
from provisioning.application.following import Follow
from provisioning.application.keeping import Keeper
from provisioning.application.lives import Life, Source
from provisioning.application.owned import Owned
from provisioning.application.pace import Pace
from provisioning.application.receiving import Letter, Receiver
from provisioning.application.tick import Tick
from provisioning.application.workers import in_turn
from provisioning.fingerprint import app_half, client_mark, version_id
from provisioning.naming import app_secret_name, seller_secret_name
from provisioning.payload import App, Credential
from provisioning.state import ACTIVE, State
from provisioning.store import FIRST, Store
from provisioning.table import Table
from tests.fakes.letters import CLIENT, KYOTO, NEW, OLD
from tests.fakes.rotation import FakeRotation
from tests.fakes.table import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.application.receiving import Became
    from provisioning.application.tick import Metric, Ticked
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager, Held
    from tests.fakes.table import FakeDynamoDB

NOW = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
KYOTO_SECRET = "PLACEHOLDER-KYOTO-SECRET"


@dataclass
class Vendor:
    """A fleet that was set up: maple and berlin share the application, kyoto has his own."""

    aws: FakeSecretsManager
    fake_amazon: FakeAmazon
    dynamo: FakeDynamoDB
    now: datetime = NOW
    numbers: dict[Metric, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    left: float = 300.0
    marks: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.aws.clock = lambda: self.now
        self.store = Store(self.aws, clock=lambda: self.now)
        self.amazon = Amazon(Endpoints(), send=self.fake_amazon, sleep=lambda _: None)
        self.table = Table(self.dynamo, NAME)
        self.rotation = FakeRotation(self.aws, self.amazon, self.now)
        self._fill()

    @property
    def keeper(self) -> Keeper:
        return Keeper(self.store, self.amazon, app_secret_name("dev"), lambda: self.now)

    @property
    def asker(self) -> Asker:
        return Asker(self.keeper, self.amazon, self.table, lambda: self.faults, lambda: self.now, self.mark, "NA")

    @property
    def receiver(self) -> Receiver:
        owned = Owned(self.store, self.amazon, "dev")
        return Receiver(self.keeper, owned, self.store, lambda: self.now)

    def mark(self) -> str:
        return f"mark {next(self.marks)}"

    def receive(self, body: str, sent_at: datetime | None = None) -> Became:
        return self.receiver.receive(Letter(body, sent_at or self.now))

    def tick(self) -> Ticked:
        """One turn of the schedule."""
        pace = Pace(lambda: 0.0, lambda _: None)
        follow = Follow(self.store, "dev", pace, in_turn, lambda: self.left, lambda: self.now)
        return Tick(self.keeper, follow, self.table, self._count, lambda: self.now, self.mark).run()

    def settle(self) -> None:
        """Turns of the schedule and Secrets Manager's rotations, until nothing is left to do."""
        for _ in range(4):
            self.tick()
            self.rotate()
            self.later(minutes=5)

    def rotate(self) -> None:
        self.rotation.now = self.now
        self.rotation.play()

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def _count(self, numbers: Mapping[Metric, int], _now: datetime) -> None:
        self.numbers |= numbers

    # What lies in the secrets.

    @property
    def held(self) -> Held:
        return self.aws.secrets[app_secret_name("dev")]

    @property
    def app(self) -> App:
        """What is current."""
        return App.from_json(self.held.current() or "")

    @property
    def state(self) -> State:
        return State.from_tags(self.held.tags)

    def seller(self, slug: str) -> Held:
        return self.aws.secrets[seller_secret_name("dev", slug)]

    def seller_state(self, slug: str) -> State:
        return State.from_tags(self.seller(slug).tags)

    def credential(self, slug: str) -> Credential:
        return Credential.from_json(self.seller(slug).current() or "")

    def follows(self, slug: str) -> bool:
        """Whether a seller holds what is current, and says so."""
        newest, found = self.held.holder("AWSCURRENT"), self.credential(slug)
        return found.app == self.app and found.app_version == newest == self.seller_state(slug).app_version

    def make(self, secret: str = NEW, client_id: str = CLIENT) -> None:
        """Let Amazon know a new client secret; only the newest works at this Amazon."""
        self.fake_amazon.apps[client_id] = secret

    def put(self, app: App, *labels: str, life: Life | None = None) -> str:
        version = version_id(self.held.arn, app.to_json())
        more = [life.label] if life else []
        self.store.put(self.held.arn, app.to_json(), version=version, labels=[*labels, *more])
        return version

    def _fill(self) -> None:
        """Set the application, and onboard everybody as the command line would have."""
        version = self.put(App(CLIENT, OLD), FIRST, life=Life(NOW + timedelta(days=30), Source.ASSUMED))
        self.store.tag(self.held.arn, State(status=ACTIVE, app_version=version).to_tags())
        shared, own = App(CLIENT, OLD), App(KYOTO, KYOTO_SECRET)
        for slug, region, market, app, app_version in (
            ("maple", "NA", "ATVPDKIKX0DER", shared, version),
            ("berlin", "EU", "A1PA6795UKMFR9", shared, version),
            ("kyoto", "FE", "A1VC38T7YXB528", own, "own"),
        ):
            token = f"Atzr|PLACEHOLDER-{slug.upper()}"
            credential = Credential(slug, region, market, app.client_id, app.client_secret, token, app_version)
            held, is_own = self.seller(slug), app is own
            half = app_half("dev", (KYOTO, KYOTO_SECRET)) if is_own else "shared"
            mark = client_mark("dev", KYOTO) if is_own else None
            state = State(status=ACTIVE, app_version=app_version, fingerprint=f"token.{half}", client=mark)
            self.store.put(held.arn, credential.to_json(), version=version_id(held.arn, slug), labels=[FIRST])
            self.store.tag(held.arn, state.to_tags())
            function = "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-dev-rotation"
            self.store.rotate(held.arn, function=function, schedule="rate(30 days)", immediately=False)
