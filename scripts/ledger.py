"""What became of each row of a long file, told in the file's order as it is known: to a person, as JSON, into reports.

Of a thousand sellers a person wants to see those who are not well; everybody stands in a report.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import click

from provisioning.errors import BadInput
from provisioning.outcomes import added_up
from scripts import report
from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import TextIO

    from provisioning.outcomes import Outcome

#: As many sellers as are listed whatever became of them, and as many as are listed at all.
_SHOWN: Final = 100
_MOST: Final = 1_000
_COLUMNS: Final = ("row", "seller", "outcome", "result", "cause", "detail")
#: What a spreadsheet takes for a formula at a cell's beginning.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Ledger:
    """Takes outcomes in whatever order they come, and tells them in that of their numbers, which `room` gives.

    `files` are reports by their ending, .csv or .json; raises BadInput before anything is done where one cannot be
    written. `also` is what a JSON document says besides, by its names.
    """

    def __init__(
        self, files: Iterable[str], dropped: Sequence[str], *, as_json: bool, also: Mapping[str, object] | None = None
    ) -> None:
        self._dropped = list(dropped)
        self._also = also or {}
        self._stack = ExitStack()
        self._files = [self._opened(name) for name in files]
        self._as_json = as_json
        self._writers: list[Callable[[Outcome], None]] = []
        self._rooms = count()
        self._begun = False
        self._early: dict[int, Outcome] = {}
        self._next = 0
        self._first: list[Outcome] = []
        self._unwell: list[Outcome] = []
        self._counts: Counter[str] = Counter()
        self._codes: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number in sorted(self._early):
            self._take(self._early[number])
        self._stack.close()
        if self._begun and not self._as_json:
            self._tell()

    def begin(self) -> None:
        """Begin to tell: from now on there is a result, even an empty one."""
        self._begun = True
        self._writers = [_csv_writer(file) if is_csv else self._json(file) for file, is_csv in self._files]
        if self._as_json:
            self._writers.append(self._json(sys.stdout))

    def room(self) -> int:
        """Give the next entry its number."""
        return next(self._rooms)

    @property
    def exit_code(self) -> int:
        """The exit code that everything so far adds up to."""
        return added_up(self._codes)

    def add(self, number: int, outcome: Outcome) -> None:
        """Take the outcome of the entry of that number."""
        self._early[number] = outcome
        while self._next in self._early:
            self._take(self._early.pop(self._next))
            self._next += 1

    def _take(self, outcome: Outcome) -> None:
        told = replace(outcome, seller=plain(outcome.seller), detail=plain(outcome.detail))
        self._counts[told.result] += 1
        self._codes.add(told.exit_code)
        if len(self._first) < _SHOWN:
            self._first.append(told)
        if told.exit_code and len(self._unwell) < _MOST:
            self._unwell.append(told)
        for write in self._writers:
            write(told)

    def _opened(self, name: str) -> tuple[TextIO, bool]:
        path = Path(name)
        if path.suffix.lower() not in {".csv", ".json"}:
            raise BadInput(f"{name}: a report's name has to end in .csv or .json; nothing was changed")
        try:
            file = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise BadInput(f"{name}: cannot be written ({type(error).__name__}); nothing was changed") from None
        return file, path.suffix.lower() == ".csv"

    def _json(self, file: TextIO) -> Callable[[Outcome], None]:
        """Begin the one JSON document in `file`; its end is written when the ledger is left."""
        file.write('{\n  "sellers": [')
        begun: list[bool] = []

        def write(outcome: Outcome) -> None:
            fields = asdict(outcome) | {"outcome": outcome.outcome}
            item = json.dumps(fields, indent=2, ensure_ascii=False).replace("\n", "\n    ")
            file.write(f"{',' if begun else ''}\n    {item}")
            begun.append(True)

        def end() -> None:
            rest = {"dropped_columns": self._dropped, **self._also, "summary": dict(self._counts)}
            file.write(f"{chr(10) + '  ' if begun else ''}],{json.dumps(rest, indent=2, ensure_ascii=False)[1:]}\n")

        self._stack.callback(end)
        return write

    def _tell(self) -> None:
        total = sum(self._counts.values())
        shown = self._first if total <= _SHOWN else self._unwell
        report.outcomes(shown, counts=self._counts)
        if len(shown) < total:
            unlisted = f"{total - len(shown)} of them are not listed"
            report.say(f"{unlisted}; `--report FILE.csv` writes down what became of everybody")


def _csv_writer(file: TextIO) -> Callable[[Outcome], None]:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_COLUMNS)

    def write(outcome: Outcome) -> None:
        cells = [str(getattr(outcome, column) or "") for column in _COLUMNS]
        writer.writerow([harmless(cell) for cell in cells])

    return write


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def report_option(command: Callable[..., int]) -> Callable[..., int]:
    """Let a command write reports."""
    return click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FILE",
        help="Write what became of each row into FILE: .csv or .json. May be given twice.",
    )(command)
