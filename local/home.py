"""The bench's folder: what runs there, and where it keeps its files."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "SELLERKEYS_BENCH"


class HomeBusy(Exception):
    """Another bench runs in the folder."""


@dataclass(frozen=True, slots=True)
class Running:
    """A bench that is up: its process, its control API's address, and what to set for whatever runs against it."""

    pid: int
    control: str
    environment: Mapping[str, str]


class Home:
    """A folder, made when a bench starts in it. It counts as taken as long as a process holds its lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: TextIO | None = None

    @classmethod
    def usual(cls) -> Home:
        """Take the folder that SELLERKEYS_BENCH names, or `.bench` where the command was given."""
        return cls(Path(os.environ.get(VARIABLE) or ".bench"))

    @property
    def logs(self) -> Path:
        """Where each function's output goes."""
        return self.folder / "logs"

    @property
    def functions(self) -> Path:
        """Where deployed zips are unpacked."""
        return self.folder / "functions"

    @property
    def pulumi(self) -> Path:
        """Where Pulumi keeps the stacks' state."""
        return self.folder / "pulumi"

    def claim(self) -> None:
        """Take the folder and empty it, as a new bench's account is empty too; raises HomeBusy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise HomeBusy(f"a bench is up already in {self.folder}; end it with: python -m local down") from None
        self._lock = lock
        self._state.unlink(missing_ok=True)
        for old in (self.functions, self.pulumi):
            shutil.rmtree(old, ignore_errors=True)
        self.logs.mkdir(exist_ok=True)

    def publish(self, running: Running) -> None:
        """Tell other processes how to reach the bench."""
        unfinished = self._state.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(running), indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self._state)

    def release(self) -> None:
        """Let the folder go."""
        self._state.unlink(missing_ok=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def is_taken(self) -> bool:
        """Tell whether a process holds the folder's lock."""
        with contextlib.suppress(FileNotFoundError), (self.folder / "lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def running(self) -> Running | None:
        """Find the bench that is up and ready here, or None; what a killed bench left behind does not count."""
        if not self.is_taken():
            return None
        try:
            return Running(**json.loads(self._state.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    @property
    def _state(self) -> Path:
        return self.folder / "bench.json"
