"""What a secret was like before: for reads that come too early and see an older state (aws.md 2.8)."""

from __future__ import annotations

import copy
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.aws.secrets.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from moto.secretsmanager.models import FakeSecret, SecretsStore

    from local.aws.faults.lag import Lag
    from local.aws.secrets.rotating import Settings

_REMEMBERED = 30  # states of one secret


@dataclass(frozen=True, slots=True)
class State:
    """A secret and its rotation from `since` on; without a secret it did not exist."""

    since: datetime
    secret: FakeSecret | None
    settings: Settings | None


class Past:
    """The states of every secret of one account and region, one for each call that changed it."""

    def __init__(self) -> None:
        self._states: defaultdict[str, deque[State]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))

    def note(self, arn: str, since: datetime, secret: FakeSecret | None, settings: Settings | None) -> None:
        """Keep what a secret is like now."""
        self._states[arn].append(State(since, _copied(secret) if secret else None, settings))

    def seen(
        self, now: SecretsStore, settings: Mapping[str, Settings], lag: Lag, time: datetime
    ) -> tuple[SecretsStore, dict[str, Settings]]:
        """Tell the secrets and rotations as a reader behind by `lag` sees them; replicas are told as they are."""
        secrets = Shelf({name: secret for name, secret in now.items() if secret.arn not in self._states})
        rotations = {arn: known for arn, known in settings.items() if arn not in self._states}
        for arn, states in self._states.items():
            state = _behind(states, lag, time)
            if state and state.secret:
                secrets[state.secret.name] = state.secret
                if state.settings:
                    rotations[arn] = state.settings
        return secrets, rotations


def _behind(states: deque[State], lag: Lag, time: datetime) -> State | None:
    if lag.changes is not None:
        return states[-1 - lag.changes] if lag.changes < len(states) else None
    return next((state for state in reversed(states) if state.since + lag.time <= time), None)


def _copied(secret: FakeSecret) -> FakeSecret:
    twin = copy.copy(secret)
    # Everything else is replaced as a whole when it changes.
    twin.versions = {key: dict(row) for key, row in secret.versions.items()}
    twin.tags = [dict(tag) for tag in secret.tags] if secret.tags else secret.tags
    return twin
