"""Watches a world's secrets change by change, and holds each change against the invariants."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from local.aws.rotation import Retries
from local.aws.secrets.versions import holder, unfinished
from provisioning.payload import App, Credential, MalformedPayload, Offer
from provisioning.state import OFFER_REFUSED, PREFIX, REFUSED
from provisioning.store import CURRENT, KEPT, OFFERED, PENDING, WAITING
from simulation.invariants import Broken, Invariant
from simulation.secrets_manager import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.aws.secrets.versions import Version
    from local.clock import Clock
    from simulation.amazon import SimulatedAmazon
    from simulation.line import Line
    from simulation.secrets_manager import Held

_HOLDING = (CURRENT, PENDING, OFFERED, WAITING, KEPT)
#: So many undisturbed failures of one version are two rounds of AWS's retries.
FUTILE = 2 * Retries().attempts
#: What every token, and every newer client secret, begins with (sp-api.md 1.3).
_VALUES = ("Atzr|", "Atza|", "amzn1.oa2-cs")


class Watch(Watcher):
    """Sees every change; `broken` lists what did not hold, `lost` counts tokens that died with their only process."""

    def __init__(self, clock: Clock, amazon: SimulatedAmazon, line: Line, app: Held) -> None:
        self.broken: list[Broken] = []
        self.lost = 0
        self.partners: dict[str, str] = {}  # seller's secret to selling partner
        self.at_work: str | None = None  # the version whose step is being run
        self.at_page = False  # a seller's page is being asked for
        self._clock = clock
        self._amazon = amazon
        self._line = line
        self._app = app
        self._apps: list[str] = []
        self._newest: dict[str, str] = {}
        self._futile: dict[str, tuple[str, int]] = {}  # seller's secret to a version and its undisturbed failures

    def newest(self, held: Held) -> str | None:
        """Tell the newest refresh token that was ever stored for a seller, or handed in."""
        return self._newest.get(held.name)

    def report(self, invariant: Invariant, held: Held, seen: str) -> None:
        """Note a broken invariant."""
        self.broken.append(Broken(invariant, held.name.split("/")[-2], self._clock.now(), seen))

    def changed(self, held: Held, before: Mapping[str, Version]) -> None:
        """Hold one change of versions or labels against the rules."""
        if held is self._app:
            self._apps.append(held.version(CURRENT) or "")
            return
        old, new = holder(before, CURRENT), holder(held.versions, CURRENT)
        if old is not new and (old is None or new is None or old.id != new.id):
            self._moved(held, before, old, new)
        self._note_tokens(held, before)

    def tagged(self, held: Held, tags: Mapping[str, str]) -> None:
        """Hold the state tags against what Amazon said and what AWSCURRENT holds."""
        self.heard(held, tags.values())
        if tags.get(PREFIX + "status") in {REFUSED, OFFER_REFUSED} and not self._amazon.told.refusals:
            self.report(Invariant.HONEST, held, "marked, but Amazon had not refused")
        named, current = tags.get(PREFIX + "app"), credential_of(held.text(CURRENT))
        if named in self._apps and current:
            held_version = current.app_version
            if held_version not in self._apps or self._apps.index(named) > self._apps.index(held_version):
                self.report(Invariant.BEHIND, held, "the tag is ahead of the value")

    def abandoned(self, held: Held, token: str) -> None:
        """Refuse an abandoned rotation, unless its own step put a token by (Unsettled.any_label_abandons).

        Or a page did, which has waited for the rotation's end as long as it could: what it holds came of a spent code.
        """
        if token != self.at_work and not self.at_page:
            self.report(Invariant.UNABANDONED, held, "RotationAbandoned")

    def heard(self, held: Held, texts: Iterable[str]) -> None:
        """Search what was said for values."""
        if any(value in text for text in texts for value in _VALUES):
            self.report(Invariant.SILENT, held, "a value was said")

    def failed(self, held: Held, token: str) -> None:
        """Count a step that failed although nothing disturbed it: the same version must not fail so for ever."""
        if self._line.struck or self._amazon.told.is_disturbed:
            return
        version, times = self._futile.get(held.name, (token, 0))
        times = times + 1 if version == token else 1
        self._futile[held.name] = token, times
        if times == FUTILE and held.unfinished and held.unfinished.id == token:
            self.report(Invariant.UNBLOCKED, held, f"the same version failed {times} times")

    def ended(self, held: Held) -> None:
        """Hold the end of a process against what it had been told: a changed token is stored, or died with it."""
        for token in self._amazon.told.changed:
            if token in tokens(held.versions):
                self._newest[held.name] = token
            elif self._line.struck or self.at_page or (held.version(CURRENT) is None and self._amazon.told.refusals):
                # Nobody could store it: its process died, an empty secret must not take what Amazon refuses, or a page
                # told the seller to start again, and of what a code brought nothing is kept until it is proven.
                self.lost += 1
            elif token not in self._amazon.told.refused and self._amazon.is_live(token):
                self.report(Invariant.KEPT, held, "a changed token was not stored")

    def _moved(self, held: Held, before: Mapping[str, Version], old: Version | None, new: Version | None) -> None:
        pending = unfinished(before)
        by_finish = old and new and pending and pending.id == new.id and pending.value == new.value
        if old and not by_finish:
            self.report(Invariant.ONE_WRITER, held, "AWSCURRENT moved past the rotation")
        current = credential_of(new.value.text if new and new.value else None)
        if current is None or current.seller != held.name.split("/")[-2]:
            self.report(Invariant.READABLE, held, "not a credential of this seller")
            return
        if self._amazon.owner(current.refresh_token) not in (None, self.partners.get(held.name)):
            self.report(Invariant.READABLE, held, "another selling partner's token")
        if old is None and current.refresh_token in self._amazon.told.changed:
            return  # The only copy of a token that came while Amazon could not be reached; the rotation proves it.
        proven = self._amazon.proven_at(current)
        if proven is None or (old and new and proven < new.created):
            self.report(Invariant.PROVEN, held, "never proven" if proven is None else "proven before it was put")

    def _note_tokens(self, held: Held, before: Mapping[str, Version]) -> None:
        """Follow the newest token: a first value and an offer bring one, nothing may drop it while it lives."""
        was, offered = holder(before, OFFERED), holder(held.versions, OFFERED)
        if offered and (was is None or was.id != offered.id) and _is_for(held, offered):
            self._newest[held.name] = token_of(offered) or self._newest.get(held.name, "")
        newest = self._newest.get(held.name)
        if not newest:
            first = holder(held.versions, CURRENT)
            if first and (token := token_of(first)):
                self._newest[held.name] = token
        elif newest not in tokens(held.versions) and newest in tokens(before):
            if self._amazon.is_live(newest) and newest not in self._amazon.told.refused:
                self.report(Invariant.KEPT, held, "the newest token was dropped")
            del self._newest[held.name]


def _is_for(held: Held, offered: Version) -> bool:
    offer = offer_of(offered.value.text if offered.value else None)
    return offer is not None and offer.seller == held.name.split("/")[-2]


def tokens(versions: Mapping[str, Version]) -> set[str]:
    """List the refresh tokens under the labels that count."""
    found = (holder(versions, label) for label in _HOLDING)
    return {token for version in found if version and (token := token_of(version))}


def token_of(version: Version) -> str | None:
    """Read the refresh token of a credential or an offer; None where there is none."""
    text = version.value.text if version.value else None
    credential, offer = credential_of(text), offer_of(text)
    return credential.refresh_token if credential else offer.refresh_token if offer else None


@lru_cache(maxsize=2048)
def credential_of(text: str | None) -> Credential | None:
    """Read a credential; None where the text is none."""
    try:
        return Credential.from_json(text) if text else None
    except MalformedPayload:
        return None


@lru_cache(maxsize=2048)
def offer_of(text: str | None) -> Offer | None:
    """Read an offer; None where the text is none."""
    try:
        return Offer.from_json(text) if text else None
    except MalformedPayload:
        return None


@lru_cache(maxsize=64)
def app_of(text: str | None) -> App | None:
    """Read an application; None where there is none yet."""
    return App.from_json(text) if text else None
