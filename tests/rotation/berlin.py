"""Berlin's secret in the middle of its life, and AWS calling the steps of its rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.amazon import Amazon, Endpoints
from provisioning.payload import App, Credential, Offer
from provisioning.rotation.steps import Recipe, Rotation
from provisioning.store import Store
from tests.fakes.secrets_manager import FakeSecretsManager

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.rotation.versions import Standing
    from tests.fakes.amazon import FakeAmazon

APP_SECRET = "sellerkeys/dev/app"
SECRET = "sellerkeys/dev/sellers/berlin/sp-api"
OLD = App("amzn1.application-oa2-client.PLACEHOLDER-SHARED", "PLACEHOLDER-OLD-SECRET")
NEW = App(OLD.client_id, "PLACEHOLDER-SHARED-SECRET")
TOKEN = "Atzr|PLACEHOLDER-BERLIN"
RENEWED = "Atzr|PLACEHOLDER-RENEWED"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIRST_VERSION = "00000000-0000-4000-8000-000000000001"
APP_VERSION = "00000000-0000-4000-8000-00000000000a"
OFFER_VERSION = "00000000-0000-4000-8000-00000000000f"
LATE_VERSION = "00000000-0000-4000-8000-0000000000ff"
OFFERED_TOKEN = "Atzr|PLACEHOLDER-OFFERED"
REFUSED_NOW = dict.fromkeys(("refused", "refused-since"), "2026-11-24T12:00:00Z")


def kept(version: str) -> dict[str, str]:
    """The labels of an offer that was put aside."""
    return {"SELLERKEYS_KEPT": version, f"SELLERKEYS_OFFER_{version}": version}


def credential(**changes: str) -> Credential:
    """Berlin's credential, composed with the old client secret."""
    fields = {
        "seller": "berlin",
        "region": "EU",
        "marketplace_id": "A1PA6795UKMFR9",
        "client_id": OLD.client_id,
        "client_secret": OLD.client_secret,
        "refresh_token": TOKEN,
        "app_version": "00000000-0000-4000-8000-000000000009",
    }
    return Credential(**fields | changes)


class Bench:
    """One seller's secret, its rotation, and AWS calling the steps."""

    def __init__(self, amazon: FakeAmazon, now: datetime, current: Credential | None = None) -> None:
        self.aws = FakeSecretsManager()
        self.amazon = amazon
        self.held = self.aws.declare(SECRET)
        self.aws.declare(APP_SECRET)
        self._put(APP_SECRET, NEW.to_json(), APP_VERSION)
        self._put(SECRET, (current or credential()).to_json(), FIRST_VERSION)
        self.now = now
        self.recipe = Recipe(APP_SECRET)
        self.aws.calls.clear()

    def _put(self, name: str, text: str, version: str, label: str = "AWSCURRENT") -> None:
        self.aws.put_secret_value(SecretId=name, SecretString=text, ClientRequestToken=version, VersionStages=[label])

    def offer(self, offer: Offer, version: str = OFFER_VERSION) -> None:
        self._put(SECRET, offer.to_json(), version, "SELLERKEYS_OFFERED")
        self.aws.calls.clear()

    def leave(self, label: str) -> None:
        """Leave a version behind that nothing but a label keeps."""
        self._put(SECRET, Offer("berlin", RENEWED).to_json(), OFFER_VERSION, label)

    def step(self, step: str, token: str) -> Standing:
        client = Amazon(Endpoints(), send=self.amazon, sleep=lambda _: None)
        rotation = Rotation(Store(self.aws), client, self.recipe, lambda: self.now, lambda: LATE_VERSION)
        return rotation.run(step, self.held.arn, token)

    def rotate(self) -> str:
        """Run a whole rotation as AWS does; returns its token."""
        token = self.aws.begin_rotation(SECRET)
        for step in STEPS:
            self.step(step, token)
        return token

    @property
    def current(self) -> Credential:
        return Credential.from_json(self.held.current() or "")

    @property
    def tags(self) -> dict[str, str]:
        return {key.removeprefix("sellerkeys-state:"): value for key, value in self.held.tags.items()}

    @property
    def labels(self) -> dict[str, str]:
        """Which version holds which label."""
        return {label: version for version, labels in self.held.labels.items() for label in labels}
