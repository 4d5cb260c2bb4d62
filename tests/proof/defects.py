"""Defects put in on purpose: each is one mistake that a rotation function or an onboarding could really hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from provisioning.amazon import Amazon, Tokens
from provisioning.errors import SellerkeysError, Unreachable
from provisioning.payload import Credential, Offer
from provisioning.proving import Proof, prove
from provisioning.rotation import steps
from provisioning.rotation.steps import Rotation
from provisioning.rotation.versions import Standing
from provisioning.state import REFUSED, State
from provisioning.store import CURRENT, OFFERED, PENDING, Store, Value
from simulation.invariants import Invariant
from simulation.world import Product

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class FinishesFirst(Rotation):
    """AWSCURRENT moves before testSecret."""

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        return super().run("finishSecret" if step == "setSecret" else step, secret_id, token)


class FinishesAnything(Rotation):
    """finishSecret moves AWSCURRENT to whatever version it is asked for, without looking at its labels."""

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        current = self._store.describe(secret_id).holder(CURRENT)
        if step == "finishSecret" and current != token:
            self._store.move(secret_id, CURRENT, to=token, source=current)
        return super().run(step, secret_id, token)


class NeverTests(Rotation):
    """testSecret succeeds without asking anybody."""

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        return Standing.UNDER_WAY if step == "testSecret" else super().run(step, secret_id, token)


class ForgetsChangedToken(Amazon):
    """Whatever refresh token Amazon answers with is thrown away."""

    def refresh(self, app: Any, refresh_token: str) -> Tokens:
        return Tokens(super().refresh(app, refresh_token).access_token)


class NamesNoSource(Store):
    """AWSCURRENT is moved without naming the version it is on: AWS refuses."""

    def move(self, secret_id: str, label: str, *, to: str | None, source: str | None) -> None:
        super().move(secret_id, label, to=to, source=None if label == CURRENT else source)


class NeverTakesBack(Store):
    """AWSPENDING of a refused rotation is left where it is."""

    def move(self, secret_id: str, label: str, *, to: str | None, source: str | None) -> None:
        if label != PENDING:
            super().move(secret_id, label, to=to, source=source)


class DropsOfferAtOnce(Store):
    """An offer is dropped as soon as somebody has read it, before anything is proven."""

    def find(self, secret_id: str, *, label: str, version: str) -> Value | None:
        found = super().find(secret_id, label=label, version=version)
        if found and label == OFFERED:
            self.move(secret_id, OFFERED, to=None, source=version)
        return found


class TagsAhead(Rotation):
    """The state tag names the new application before AWSCURRENT has moved."""

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        if step == "finishSecret":
            store = self._store
            pending = store.find(secret_id, label=PENDING, version=token)
            if pending:
                version = Credential.from_json(pending.text).app_version
                store.tag(secret_id, State(app_version=version).to_tags())
        return super().run(step, secret_id, token)


class PutsCurrent(Store):
    """A value is put as AWSCURRENT by itself."""

    def put(self, secret_id: str, text: str, *, version: str, labels: Sequence[str]) -> None:
        super().put(secret_id, text, version=version, labels=[CURRENT if one == PENDING else one for one in labels])


class OffersCurrent(Store):
    """Onboarding puts a replacement as AWSCURRENT instead of offering it."""

    def put(self, secret_id: str, text: str, *, version: str, labels: Sequence[str]) -> None:
        super().put(secret_id, text, version=version, labels=[CURRENT if one == OFFERED else one for one in labels])


class MarksOutages(Rotation):
    """A seller is marked refused although Amazon only could not be reached."""

    def run(self, step: str, secret_id: str, token: str) -> Standing:
        try:
            return super().run(step, secret_id, token)
        except Unreachable:
            self._store.tag(secret_id, State(status=REFUSED).to_tags())
            raise


class GivesValuesAway(Amazon):
    """A failure quotes the token it was about."""

    def refresh(self, app: Any, refresh_token: str) -> Tokens:
        try:
            return super().refresh(app, refresh_token)
        except SellerkeysError as error:
            raise SellerkeysError(f"{error} (sent {refresh_token})") from None


class KeepsOldSecret(Store):
    """The first client secret that was ever read is used for good."""

    first: ClassVar[dict[str, Value]] = {}

    def read(self, secret_id: str, *, label: str = CURRENT, version: str | None = None) -> Value:
        found = super().read(secret_id, label=label, version=version)
        return self.first.setdefault(secret_id, found) if "/app" in secret_id else found


class NeverTurnsOn(Store):
    """Onboarding forgets to turn rotation on."""

    def rotate(self, secret_id: str, *, function: str, schedule: str, immediately: bool) -> str:
        if immediately:
            return super().rotate(secret_id, function=function, schedule=schedule, immediately=True)
        return ""


class Crashes(Amazon):
    """An answer without a refresh token is met with an exception nobody foresaw."""

    def refresh(self, app: Any, refresh_token: str) -> Tokens:
        tokens = super().refresh(app, refresh_token)
        return replace(tokens, refresh_token={}[tokens.refresh_token] if not tokens.refresh_token else refresh_token)


_over = Offer.over


def for_anybody(offer: Offer, current: Credential) -> Credential:
    """An offer is laid over another seller's credential."""
    return _over(replace(offer, seller=current.seller, region=None, selling_partner_id=None), current)


def without_keeping(amazon: Amazon, credential: Credential, expected: Collection[str], _keep: object) -> Proof:
    """A refresh token that comes only during testSecret is forgotten."""
    return prove(amazon, credential, expected)


@dataclass(frozen=True)
class Defect:
    """One defect: what is wrong, the product that has it, and the invariants of which one has to catch it.

    `patch` puts `by` in the place of a public name, where a subclass cannot.
    """

    says: str
    caught_by: frozenset[Invariant]
    product: Product = field(default_factory=Product)
    patch: tuple[object, str, object] | None = None


def _in(what: type, *caught_by: Invariant) -> Defect:
    """Make the defect of a production class's subclass."""
    kind = "rotation" if issubclass(what, Rotation) else "store" if issubclass(what, Store) else "amazon"
    return Defect((what.__doc__ or "").strip(), frozenset(caught_by), Product(**{kind: what}))


def _by(owner: object, name: str, by: Any, *caught_by: Invariant) -> Defect:
    """Make the defect of a replaced function."""
    return Defect((by.__doc__ or "").strip(), frozenset(caught_by), patch=(owner, name, by))


DEFECTS = (
    _in(FinishesFirst, Invariant.PROVEN),
    _in(NeverTests, Invariant.PROVEN),
    _in(ForgetsChangedToken, Invariant.KEPT),
    _by(steps, "prove", without_keeping, Invariant.KEPT),
    _in(DropsOfferAtOnce, Invariant.KEPT),
    _in(NeverTakesBack, Invariant.UNBLOCKED),
    _in(NamesNoSource, Invariant.UNBLOCKED),
    _in(TagsAhead, Invariant.BEHIND),
    _in(FinishesAnything, Invariant.ONE_WRITER),
    _by(Offer, "over", for_anybody, Invariant.READABLE),
    _in(PutsCurrent, Invariant.ONE_WRITER),
    _in(OffersCurrent, Invariant.ONE_WRITER),
    _in(MarksOutages, Invariant.HONEST),
    _in(KeepsOldSecret, Invariant.FOLLOWS),
    _in(NeverTurnsOn, Invariant.ROTATES),
    _in(GivesValuesAway, Invariant.SILENT),
    _in(Crashes, Invariant.FORESEEN),
)
