"""What can only be seen over time: who does not recover, who is not rotated, who is not told, what is not let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from provisioning.payload import OWN
from provisioning.state import State
from provisioning.store import CURRENT, KEPT, OFFERED, PENDING, PREVIOUS, WAITING
from simulation.invariants import Invariant
from simulation.watch import app_of, credential_of, offer_of

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.condition import Condition
    from provisioning.payload import Credential
    from simulation.secrets_manager import Held
    from simulation.world import World

#: Two windows of rate(30 days), a day for each to end, and a week between two looks.
STUCK: Final = timedelta(days=2 * 31 + 7)
#: Three windows: a crash behind the label move and an outage at the next window cost one each.
SLOW: Final = timedelta(days=3 * 31 + 7)
_IN_USE: Final = frozenset({CURRENT, PENDING, PREVIOUS, OFFERED, WAITING, KEPT})


class Checkup:
    """Looks at one world's secrets from time to time and remembers since when something is not as it should be."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since: dict[tuple[Invariant, str], datetime] = {}

    def look(self, held: Held, shown: Condition | None) -> None:
        """Look at one seller; `shown` is the condition that people were shown last."""
        current = credential_of(held.text(CURRENT))
        if current is None:
            return
        works = self._world.amazon.works(current)
        self._hold(
            Invariant.RECOVERS, held, wrong=not works and self._has_cure(held, current), within=SLOW, seen="it does not"
        )
        is_silent = shown is not None and shown.need is None
        self._hold(Invariant.TOLD, held, wrong=not works and is_silent, within=SLOW, seen="nobody is asked to act")
        proven = State.from_tags(held.tags).proven_at
        late = proven is None or self._world.clock.now() - proven > SLOW
        self._hold(Invariant.ROTATES, held, wrong=works and late, within=SLOW, seen="its last proof is old")
        idle = [version for version in held.versions.values() if not version.labels & _IN_USE]
        served = [label for version in idle for label in version.labels]
        self._hold(Invariant.FORGETS, held, wrong=bool(served), within=STUCK, seen=f"{len(served)} label(s)")

    def _has_cure(self, held: Held, current: Credential) -> bool:
        """Say whether what sellerkeys was given would work if it were put together."""
        offer, pending = offer_of(held.text(OFFERED)), credential_of(held.text(PENDING))
        tokens = {current.refresh_token, pending and pending.refresh_token, offer and offer.refresh_token}
        apps = {current.app, pending.app if pending else current.app}
        if current.app_version != OWN and (newest := app_of(self._world.app_secret.text(CURRENT))):
            apps = {newest}
        made = (replace(current.with_app(app, OWN), refresh_token=token) for app in apps for token in tokens if token)
        return any(self._world.amazon.works(credential) for credential in made)

    def _hold(self, invariant: Invariant, held: Held, *, wrong: bool, within: timedelta, seen: str) -> None:
        key = invariant, held.name
        if not wrong:
            self._since.pop(key, None)
            return
        since = self._since.setdefault(key, self._world.clock.now())
        if self._world.clock.now() - since >= within:
            self._world.watch.report(invariant, held, seen)
            self._since[key] = self._world.clock.now() + timedelta(days=3650)
