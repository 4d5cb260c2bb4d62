"""Secrets Manager's rotation driver: asynchronous, four synchronous invocations, whole-rotation retries, schedules.

Sources: aws.md 2.1 to 2.7 and 2.9. Times are the bench's: moving its clock makes a retry or a scheduled rotation due.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from local.aws.functions.answer import Answer
    from local.aws.trail import EventName, Trail
    from local.clock import Clock

_log = logging.getLogger(__name__)
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_WORKERS = 8
TRIAL = ("testSecret",)  # RotateImmediately=false, aws.md 2.4


@dataclass(frozen=True, slots=True)
class Rotation:
    """One rotation, or the trial of one; its token is the AWSPENDING version's id and stays over retries."""

    secret_arn: str
    token: str
    function_arn: str
    trial: bool = False
    source: str = field(default_factory=lambda: str(uuid.uuid4()), repr=False)  # RotationToken: sensitive, aws.md 2.1


class Book(Protocol):
    """What the driver asks and tells whoever keeps the secrets."""

    def waits(self, rotation: Rotation) -> bool:
        """Tell whether the rotation may go on: turned on, and AWSPENDING still on its version."""

    def finish(self, rotation: Rotation) -> bool:
        """Close a rotation whose steps all succeeded; False where AWSPENDING still waits on its version."""

    def drop_trial(self, rotation: Rotation) -> None:
        """Remove the version a trial was run against."""


@dataclass(frozen=True, slots=True)
class _Events:
    started: EventName
    succeeded: EventName
    failed: EventName


_EVENTS = _Events("RotationStarted", "RotationSucceeded", "RotationFailed")
_TRIAL_EVENTS = _Events("TestRotationStarted", "TestRotationSucceeded", "TestRotationFailed")  # unconfirmed, aws.md 2.4


@dataclass(frozen=True, slots=True)
class _Failure:
    step: str
    error: str


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a rotation is tried in all, and how far apart in the bench's time; unknown at AWS (aws.md 11 no. 2)."""

    attempts: int = 5
    interval: timedelta = timedelta(minutes=10)


class Rotations:
    """Runs rotations on threads of its own."""

    def __init__(
        self,
        clock: Clock,
        invoke: Callable[[str, bytes], Answer],
        trail: Trail,
        retries: Retries,
    ) -> None:
        self._clock = clock
        self._invoke = invoke
        self._trail = trail
        self._retries = retries
        self._executor = ThreadPoolExecutor(_WORKERS, thread_name_prefix="rotation")
        self._changed = threading.Condition()
        self._may_work = threading.Event()
        self._may_work.set()
        self._due: dict[tuple[str, str], datetime] = {}
        self._after: dict[tuple[str, str], Callable[[], None]] = {}
        self._rotating: dict[tuple[str, str], Rotation] = {}  # by secret and version
        self._tasks = 0
        self._stopped = False

    def start(self, rotation: Rotation, book: Book, attempt: int = 1) -> None:
        """Begin a rotation, or begin it again, unless it is running; returns before the first step."""
        with self._changed:
            if self._stopped or (rotation.secret_arn, rotation.token) in self._rotating:
                return
            self._due.pop(("retry", rotation.secret_arn), None)
            self._rotating[rotation.secret_arn, rotation.token] = rotation
            self._submit(lambda: self._run(rotation, book, attempt))

    def running(self, secret_arn: str, token: str) -> Rotation | None:
        """Find the rotation that runs for a version at this moment."""
        with self._changed:
            return self._rotating.get((secret_arn, token))

    def after(self, kind: str, secret_arn: str, action: Callable[[], None]) -> bool:
        """Run `action` when what runs for the secret ends; False, and nothing is kept, where nothing runs.

        One action of a kind is kept per secret, so that what came due meanwhile is looked at again, once.
        """
        with self._changed:
            runs = any(arn == secret_arn for arn, _ in self._rotating)
            if runs:
                self._after[kind, secret_arn] = action
            return runs

    def schedule(self, secret_arn: str, when: datetime, action: Callable[[], None]) -> None:
        """Run `action` once the bench's clock reaches `when`; replaces what was scheduled for the secret.

        A jump over several windows runs it once: whoever schedules computes the next window from the new time.
        """
        with self._changed:
            self._at("schedule", secret_arn, when, action)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Begin no step of a rotation meanwhile; afterwards all that was asked for runs.

        For measurements: at AWS somebody else's computers rotate, here they would be those of the command.
        """
        self._may_work.clear()
        try:
            yield
        finally:
            self._may_work.set()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no rotation runs or is due by now, later retries not counted; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(self._idle, timeout)

    def close(self) -> None:
        """Start nothing more."""
        self._may_work.set()
        with self._changed:
            self._stopped = True
            self._due.clear()
            self._after.clear()

    def join(self) -> None:
        """Wait for the steps that run; `close` first, and end the functions if they are not to be waited for."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _idle(self) -> bool:
        now = self._clock.now()
        return not self._tasks and not any(when <= now for when in self._due.values())

    def _at(self, kind: str, secret_arn: str, when: datetime, action: Callable[[], None]) -> None:
        self._due[kind, secret_arn] = when
        self._clock.at(when, lambda: self._fire(kind, secret_arn, when, action))

    def _fire(self, kind: str, secret_arn: str, when: datetime, action: Callable[[], None]) -> None:
        with self._changed:
            if not self._stopped and self._due.get((kind, secret_arn)) == when:
                del self._due[kind, secret_arn]
                self._submit(action)

    def _submit(self, action: Callable[[], None]) -> None:
        self._tasks += 1
        self._executor.submit(self._work, action)

    def _work(self, action: Callable[[], None]) -> None:
        self._may_work.wait()
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a defect of the bench must not end in a thread that nobody watches
            _log.error("%s in %s:%s", type(error).__name__, *_place(error))
        finally:
            with self._changed:
                self._tasks -= 1
                self._changed.notify_all()

    def _run(self, rotation: Rotation, book: Book, attempt: int) -> None:
        try:
            if book.waits(rotation):
                self._attempt(rotation, book, attempt)
        finally:
            self._done(rotation)

    def _attempt(self, rotation: Rotation, book: Book, attempt: int) -> None:
        names = _TRIAL_EVENTS if rotation.trial else _EVENTS
        self._tell(names.started, rotation, attempt=str(attempt))
        failure = self._walk(rotation, book)
        if rotation.trial:
            book.drop_trial(rotation)
        if failure is None:
            self._tell(names.succeeded, rotation, attempt=str(attempt))
            return
        waits = book.waits(rotation)  # not once it was cancelled or abandoned, and never after a trial
        if waits or rotation.trial:
            self._tell(names.failed, rotation, attempt=str(attempt), step=failure.step, errorType=failure.error)
        if waits and attempt < self._retries.attempts:
            self._try_again(rotation, book, attempt + 1)

    def _done(self, rotation: Rotation) -> None:
        with self._changed:
            self._rotating.pop((rotation.secret_arn, rotation.token), None)
            if any(arn == rotation.secret_arn for arn, _ in self._rotating):
                return
            for key in [key for key in self._after if key[1] == rotation.secret_arn]:
                self._submit(self._after.pop(key))

    def _walk(self, rotation: Rotation, book: Book) -> _Failure | None:
        step = ""
        for step in TRIAL if rotation.trial else STEPS:
            if not book.waits(rotation):
                return _Failure(step, "RotationCancelled")
            if self._stopped:
                return _Failure(step, "BenchStopped")
            error = self._ask(rotation, step)
            if error:
                return _Failure(step, error)
        return None if rotation.trial or book.finish(rotation) else _Failure(step, "VersionStillPending")

    def _ask(self, rotation: Rotation, step: str) -> str | None:
        """Invoke the function for one step; returns the kind of error, also where it could not even be started."""
        event = {
            "Step": step,
            "SecretId": rotation.secret_arn,
            "ClientRequestToken": rotation.token,
            "RotationToken": rotation.source,
        }
        try:
            return self._invoke(rotation.function_arn, json.dumps(event).encode()).error
        except Exception as error:  # noqa: BLE001 - a machine out of memory or processes fails the attempt, which is retried
            _log.error("%s in %s:%s", type(error).__name__, *_place(error))
            return type(error).__name__

    def _try_again(self, rotation: Rotation, book: Book, attempt: int) -> None:
        when = self._clock.now() + self._retries.interval
        with self._changed:
            self._at("retry", rotation.secret_arn, when, lambda: self.start(rotation, book, attempt))

    def _tell(self, name: EventName, rotation: Rotation, **detail: str) -> None:
        self._trail.add(name, rotation.secret_arn, rotation.token, **detail)


def _place(error: Exception) -> tuple[str, int | None]:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return frame.filename, frame.lineno
