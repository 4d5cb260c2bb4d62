"""The clients' own clocks, moved with the bench's by libfaketime: a cache of an hour has to be an hour old to end.

Debian has it (`tools/interpreters`). Without it a client's clock is the machine's, and what needs a moved one is not
tried.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

_LIBRARIES: Final = "usr/lib/*/faketime/libfaketime.so.1"


def library() -> Path | None:
    """Find libfaketime; None where it is not here."""
    return next(iter(sorted(Path("/").glob(_LIBRARIES))), None)


class ClientClock:
    """What clients read the time by: a file that says by how much it is moved."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._library = library()

    @property
    def moves(self) -> bool:
        """Whether it can be moved."""
        return self._library is not None

    def set(self, moved: timedelta) -> None:
        """Move it, for processes that run and for those to come."""
        draft = self._file.with_suffix(".new")
        draft.write_text(f"+{moved.total_seconds():.0f}\n", encoding="ascii")
        draft.replace(self._file)

    def variables(self, *, monotonic: bool) -> Mapping[str, str]:
        """Tell a process's variables; `monotonic`: whether the clock that only counts moves too.

        Python's caches count by it. Node's and Java's timers do, which a jump would set off, and their caches do not.
        """
        if self._library is None:
            return {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            **({} if monotonic else {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}),
        }
