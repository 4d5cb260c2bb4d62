"""One simulated world: a fleet, its AWS, its Amazon, the product in between, and the watch over all of it."""

from __future__ import annotations

import traceback
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from local.amazon.records import ApplicationKind
from local.aws.unsettled import Unsettled
from provisioning import naming
from provisioning.amazon import Amazon, Endpoints
from provisioning.app import AppSetter
from provisioning.credentials import HandedIn
from provisioning.errors import SellerkeysError
from provisioning.fleet import Fleet
from provisioning.onboarding import Executor, Prover, apply
from provisioning.payload import App, Offer
from provisioning.planning import Planner
from provisioning.roster import Row
from provisioning.rotation.steps import Recipe, Rotation
from provisioning.settings import Settings, from_config
from provisioning.store import CURRENT, OFFERED, PENDING, Store
from simulation.amazon import SimulatedAmazon
from simulation.client import client
from simulation.clock import VirtualClock
from simulation.driver import Driver
from simulation.invariants import Invariant
from simulation.line import Died, Line
from simulation.secrets_manager import Held, SecretsManager
from simulation.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from provisioning.outcomes import Outcome

BASE: Final = "sim"
SCHEDULE: Final = "rate(30 days)"
#: Every so many sellers, one has an application of its own.
OWN_EVERY: Final = 8
#: Every so many sellers, one has never sold anything.
UNSOLD_EVERY: Final = 4
_MARKETS: Final = {"EU": ("DE", "FR"), "NA": ("US",), "FE": ("JP",)}


@dataclass(frozen=True, slots=True)
class Product:
    """The production classes a world runs; a test that plants a defect puts another in."""

    rotation: type[Rotation] = Rotation
    store: type[Store] = Store
    amazon: type[Amazon] = Amazon


class World:
    """`count` declared sellers, none onboarded; everything random comes from `seed`."""

    def __init__(self, seed: str, count: int, start: datetime, product: Product | None = None) -> None:
        self.randomness = Random(seed)  # noqa: S311 - to be repeated, not to be unguessable
        self._product = product or Product()
        unsettled = self._unsettled()
        self.clock = VirtualClock(start)
        self.line = Line()
        self.amazon = SimulatedAmazon(self.clock, self.randomness, self.line)
        self.secrets = SecretsManager(self.clock, unsettled)
        self.driver = Driver(self.secrets, self._step, self.new_version)
        self.client = client(self.secrets, self.driver, self.line)
        self.app_secret = self.secrets.declare(naming.app_secret_name(BASE), {})
        self.watch = Watch(self.clock, self.amazon, self.line, self.app_secret)
        self.fleet = Fleet(BASE, _settings(), tuple(self._seller(number) for number in range(count)))
        self.held = [self.secrets.find(self.fleet.secret_of(row.seller)) for row in self.fleet.sellers]
        self.shared = self._application()
        # What may befall each process as it begins: told its seller's secret, and its step where it is the function's.
        self.befall: Callable[[Held, str], None] = lambda _held, _step: None
        self.own = {row.seller: self._application() for row in self.fleet.sellers if row.application == "own"}
        self.secrets.watcher = self.watch

    # What happens at Amazon.

    def authorize(self, row: Row, days_ago: int = 0) -> HandedIn:
        """Let a seller consent anew, or so many days ago; returns what he would hand in."""
        app = self.own.get(row.seller, self.shared)
        partner, at = row.selling_partner_id, self.clock.now() - timedelta(days=days_ago)
        token = self.amazon.registry.authorize(app.client_id, partner, row.region, at).refresh_token
        return self.hand_in(row, token)

    def note_consent(self, row: Row, day: date | None) -> None:
        """Write a day into the roster as that of a seller's consent; None for one that nobody knows."""
        sellers = tuple(
            seller.model_copy(update={"consented_on": day}) if seller.seller == row.seller else seller
            for seller in self.fleet.sellers
        )
        self.fleet = replace(self.fleet, sellers=sellers)

    def hand_in(self, row: Row, token: str) -> HandedIn:
        """Write down a credential as an operator gets it."""
        own = self.own.get(row.seller)
        return HandedIn(row.seller, token, own.client_id if own else None, own.client_secret if own else None)

    def replace_own_client_secret(self, row: Row) -> None:
        """Give a seller's own application a new client secret; the one before works 7 more days."""
        own = self.own[row.seller]
        self.own[row.seller] = App(own.client_id, self.amazon.registry.replace_client_secret(own.client_id).value)

    # What people do.

    def set_app(self) -> None:
        """Set the shared application, as `sellerkeys app set` does."""
        store, amazon = self.tools()
        self.line.open()
        AppSetter(self.fleet, store, amazon, self.clock.now).set(self.shared, None, dry_run=False)

    def replace_client_secret(self) -> None:
        """Give the shared application a new client secret; an operator puts it into the app secret at once."""
        new = self.amazon.registry.replace_client_secret(self.shared.client_id).value
        self.shared = App(self.shared.client_id, new)
        self.secrets.put(self.app_secret.arn, self.shared.to_json(), self.new_version(), frozenset({CURRENT}))

    def onboard(self, handed_in: Sequence[HandedIn]) -> list[Outcome] | None:
        """Run `sellerkeys onboard`; None where its process died."""
        store, amazon = self.tools()
        outcomes: list[Outcome] = []
        for one in handed_in:
            # A process for each: what Amazon told one seller's is not mistaken for another's.
            held = self.secrets.find(self.fleet.secret_of(one.seller))

            def run(one: HandedIn = one) -> None:
                prover = Prover(self.fleet, store, amazon)
                carrier = Executor(self.fleet, store, prover, self.clock.now)
                outcomes.extend(apply(Planner(self.fleet, store).plan([one]), carrier))

            if not self.process(held, run):
                return None
        self.watch.heard(self.app_secret, [outcome.detail for outcome in outcomes])
        for outcome in outcomes:
            held = self.secrets.find(self.fleet.secret_of(outcome.seller))
            if outcome.result in {"onboarded", "completed", "unchanged"} and not held.enabled:
                self.watch.report(Invariant.ROTATES, held, f"{outcome.result}, but rotation is off")
        return outcomes

    def rotate(self, row: Row) -> bool:
        """Ask for a rotation now, as somebody on call does; False where it was refused or did not get through."""
        store, _ = self.tools()
        held = self.secrets.find(self.fleet.secret_of(row.seller))
        function = self.fleet.rotation_function("123456789012")
        return self.process(
            held, lambda: store.rotate(held.arn, function=function, schedule=SCHEDULE, immediately=True)
        )

    def stray_offer(self, row: Row, other: Row) -> None:
        """Put an offer that names another seller, as a script gone wrong would."""
        held = self.secrets.find(self.fleet.secret_of(row.seller))
        if held.version(CURRENT) and held.version(OFFERED) is None and held.unfinished is None:
            token = self.authorize(other).refresh_token
            self.secrets.put(held.arn, Offer(other.seller, token).to_json(), self.new_version(), frozenset({OFFERED}))

    def late_step(self, row: Row, step: str) -> None:
        """Run a step for a version that nobody rotates any more, as a delivery that comes late would."""
        held = self.secrets.find(self.fleet.secret_of(row.seller))
        old = [version.id for version in held.versions.values() if not version.labels & {CURRENT, PENDING}]
        if old:
            self._step(step, held.arn, self.randomness.choice(old))

    # The product's processes.

    def _step(self, step: str, arn: str, token: str) -> bool:
        """Run one step in a process of its own, as the function's handler does."""
        store, amazon = self.tools()
        rotation = self._product.rotation(store, amazon, Recipe(self.app_secret.arn), self.clock.now, self.new_version)
        self.watch.at_work = token
        held = self.secrets.find(arn)
        done = self.process(held, lambda: rotation.run(step, arn, token), step)
        self.watch.at_work = None
        if not done:
            self.watch.failed(held, token)
        return done

    def process(self, held: Held, run: Callable[[], object], step: str = "") -> bool:
        """Run a process to its end, whichever that is; False where it failed or died."""
        self.line.open()
        self.amazon.open()
        self.befall(held, step)
        done = False
        try:
            run()
            done = True
        except SellerkeysError as error:
            self.watch.heard(held, [str(error)])
        except Died:
            pass
        except Exception as error:  # noqa: BLE001 - the watch wants every kind
            # The kind and the place, never the text: it may quote what the product was given.
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.watch.report(Invariant.FORESEEN, held, f"{type(error).__name__} in {place.name}")
        self.watch.ended(held)
        return done

    def tools(self) -> tuple[Store, Amazon]:
        """Make what a process of the product works with."""
        store = self._product.store(self.client, clock=self.clock.now)
        return store, self._product.amazon(Endpoints(), send=self.amazon, sleep=lambda _: None)

    # How it is made.

    def _seller(self, number: int) -> Row:
        region = ("EU", "NA", "FE")[number % 3]
        application = "own" if number % OWN_EVERY == OWN_EVERY - 1 else "shared"
        # Whoever has not sold has no transactions that name him, and is held at Amazon's own entries.
        has_sold = number % UNSOLD_EVERY != 1
        partner = self.amazon.registry.add_seller(
            region,  # type: ignore[arg-type]
            _MARKETS[region],
            has_sold=has_sold,
        ).selling_partner_id
        row = Row(
            seller=f"s{number:03d}",
            region=region,
            marketplaces=_MARKETS[region],
            application=application,
            selling_partner_id=partner,
        )
        name = naming.seller_secret_name(BASE, row.seller)
        self.secrets.declare(name, naming.identity_tags(BASE, row.seller, region, application))
        self.watch.partners[name] = partner
        return row

    def _unsettled(self) -> Unsettled:
        """Toss a coin for each of AWS's open questions that a rotation meets."""
        first, second, third = (self.randomness.random() < 0.5 for _ in range(3))  # noqa: PLR2004 - a coin
        return Unsettled(trial_has_value=first, any_label_abandons=second, pending_stays=third)

    def _application(self) -> App:
        made = self.amazon.registry.add_application(ApplicationKind.PUBLIC_LISTED)
        return App(made.client_id, made.secrets[0].value)

    def new_version(self) -> str:
        """Make up a version's id."""
        return str(uuid.UUID(int=self.randomness.getrandbits(128), version=4))


def _settings() -> Settings:
    config = {
        "region": "eu-west-1",
        "roster": "rosters/sim.csv",
        "readers": ["arn:aws:iam::123456789012:role/erp"],
        "onboarders": ["arn:aws:iam::123456789012:role/onboarder"],
        "on_call": ["arn:aws:iam::123456789012:role/on-call"],
        "deployers": ["arn:aws:iam::123456789012:role/deployer"],
        "rotation": SCHEDULE,
        "application": {"kind": "public-listed", "name": "Example", "contact": "keys@example.com"},
        "consent": {
            "pages": True,
            "application_id": "amzn1.sp.solution.PLACEHOLDER",
            "address": "https://connect.example",
        },
    }
    return from_config(config, "the simulation's settings")
