"""Whoever is on call, in process: sellers that were onboarded, and everything the repairing modules work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioning.credentials import HandedIn
from provisioning.offering import Offering
from provisioning.onboarding import Executor, Prover, apply
from provisioning.operating.asking import Asking
from provisioning.operating.reading import Reading
from provisioning.payload import App, Credential, Offer
from provisioning.planning import Planner
from provisioning.rotation.versions import named
from provisioning.store import FIRST, Store
from tests.fakes.roles import FakeRoles
from tests.fakes.rotation import FakeRotation

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.amazon import Amazon
    from provisioning.fleet import Fleet
    from provisioning.outcomes import Outcome
    from provisioning.roster import Row
    from tests.fakes.amazon import FakeAmazon
    from tests.fakes.secrets_manager import FakeSecretsManager, Held

SHARED = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-SHARED-SECRET")
BERLIN = "Atzr|PLACEHOLDER-BERLIN"
RENEWED = "Atzr|PLACEHOLDER-RENEWED"


@dataclass
class FakeDesk:
    """A fleet whose seller berlin was onboarded and rotated once; `reader_calls` sees what was read as a reader."""

    aws: FakeSecretsManager
    fake_amazon: FakeAmazon
    amazon: Amazon
    fleet: Fleet
    now: datetime
    roles: FakeRoles = field(default_factory=FakeRoles)

    def __post_init__(self) -> None:
        self.store = Store(self.aws)
        self.rotation = FakeRotation(self.aws, self.amazon, self.now)
        self.offering = Offering(self.fleet, self.store)
        self.asking = Asking(self.fleet, self.store, self.amazon, self.offering)
        self.reading = Reading(self.fleet, self.roles, lambda _keys: self.aws, "test")
        app = "00000000-0000-4000-8000-00000000000a"
        self.store.put("sellerkeys/dev/app", SHARED.to_json(), version=app, labels=[FIRST])
        self.onboard(BERLIN)
        self.rotate()

    @property
    def row(self) -> Row:
        """Berlin's row of the roster."""
        return next(row for row in self.fleet.sellers if row.seller == "berlin")

    @property
    def held(self) -> Held:
        """Berlin's secret at AWS."""
        return self.aws.secrets["sellerkeys/dev/sellers/berlin/sp-api"]

    @property
    def current(self) -> Credential:
        """What Berlin's consumers read."""
        return Credential.from_json(self.held.current() or "")

    @property
    def labels(self) -> dict[str, str]:
        """Which version of Berlin's holds which label."""
        return {label: version for version, labels in self.held.labels.items() for label in labels}

    def onboard(self, token: str) -> Outcome:
        """Hand a refresh token in for Berlin."""
        carrier = Executor(self.fleet, self.store, Prover(self.fleet, self.store, self.amazon), lambda: self.now)
        (outcome,) = apply(Planner(self.fleet, self.store).plan([HandedIn("berlin", token)]), carrier)
        return outcome

    def rotate(self) -> str:
        """Rotate Berlin once; gives the version."""
        token = self.aws.begin_rotation(self.held.name)
        self.rotation.play()
        return token

    def know(self, token: str, like: str = BERLIN) -> str:
        """Have Amazon know one more refresh token, for the same seller as another one."""
        self.fake_amazon.tokens[token] = self.fake_amazon.tokens[like]
        return token

    def put(self, text: str, number: int, *labels: str) -> str:
        """Put a version of Berlin's secret under labels, by a version id of that number."""
        version = f"00000000-0000-4000-8000-{number:012}"
        self.store.put(self.held.arn, text, version=version, labels=labels)
        return version

    def lay_out(self, label: str, offer: Offer, number: int = 15) -> str:
        """Put an offer under one of our labels, as its name has it."""
        return self.put(offer.to_json(), number, label, named(f"00000000-0000-4000-8000-{number:012}"))
