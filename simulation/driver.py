"""Secrets Manager's rotation driver on the virtual clock: four steps, whole-rotation retries, schedules (aws.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from local.aws.rotation import STEPS, TRIAL, Retries
from local.aws.secrets import schedule
from local.aws.secrets.refusal import invalid_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.secrets_manager import Held, SecretsManager

    #: Runs one step of the function on a secret's version; False where it failed.
    Function = Callable[[str, str, str], bool]

#: How long after it was asked for a rotation starts: RotateSecret has returned by then.
_DELAY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class _Rotation:
    held: Held
    token: str
    trial: bool


class Driver:
    """Runs rotations of one account; `function` is the rotation function, `new_version` makes tokens."""

    def __init__(
        self,
        secrets: SecretsManager,
        function: Function,
        new_version: Callable[[], str],
        retries: Retries | None = None,
    ) -> None:
        self._secrets = secrets
        self._clock = secrets.clock
        self._function = function
        self._new_version = new_version
        self._retries = retries or Retries()
        self._windows: dict[str, int] = {}
        self._under_way: set[str] = set()
        self.attempts = 0
        self.successes = 0

    def rotate(self, held: Held, function: str | None, rules: Mapping[str, str] | None, *, immediately: bool) -> str:
        """RotateSecret: set the rotation up and begin it, or its trial; returns its token or raises Refused."""
        parsed = schedule.parse(rules) if rules else held.rules
        if not (function or held.function) or parsed is None:
            raise invalid_request("You tried to enable rotation on a secret without a Lambda function or a schedule.")
        pending = held.unfinished
        if pending and held.enabled:
            self._soon(_Rotation(held, pending.id, trial=False))
        token = self._begin(held, trial=not immediately)
        held.function, held.rules, held.enabled = function or held.function, parsed, True
        self._plan(held)
        return token

    def _begin(self, held: Held, *, trial: bool) -> str:
        token = self._new_version()
        self._secrets.begin(held, token, trial=trial)
        self._soon(_Rotation(held, token, trial))
        return token

    def _soon(self, rotation: _Rotation, attempt: int = 1, delay: timedelta = _DELAY) -> None:
        if rotation.token not in self._under_way:
            self._under_way.add(rotation.token)
            self._clock.at(self._clock.now() + delay, lambda: self._run(rotation, attempt))

    def _run(self, rotation: _Rotation, attempt: int) -> None:
        held, token = rotation.held, rotation.token
        self._under_way.discard(token)
        if not self._secrets.waits(held, token):
            return
        self.attempts += 1
        done = self._walk(rotation)
        if rotation.trial:
            self._secrets.drop(held, token)
        elif done:
            self.successes += 1
            self._secrets.settle(held)
            self._plan(held)
        elif attempt < self._retries.attempts and self._secrets.waits(held, token):
            self._soon(rotation, attempt + 1, self._retries.interval)

    def _walk(self, rotation: _Rotation) -> bool:
        held, token = rotation.held, rotation.token
        for step in TRIAL if rotation.trial else STEPS:
            if not (self._secrets.waits(held, token) and self._function(step, held.arn, token)):
                return False
        unfinished = held.unfinished
        return unfinished is None or unfinished.id != token

    def _plan(self, held: Held) -> None:
        """Wait for the next window; it takes the place of the one that was waited for."""
        if held.rules is None:
            return
        window = held.rules.window(self._clock.now())
        held.next_rotation = window.closes
        number = self._windows[held.arn] = self._windows.get(held.arn, 0) + 1
        self._clock.at(window.opens, lambda: self._by_schedule(held, number))

    def _by_schedule(self, held: Held, number: int) -> None:
        if number != self._windows[held.arn] or not held.enabled:
            return
        pending = held.unfinished
        if pending:
            self._soon(_Rotation(held, pending.id, trial=False))
        else:
            self._begin(held, trial=False)
        self._plan(held)
