"""The roster as a file that several people append to: nobody's row is lost, and no other row's bytes change."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from provisioning import roster, sheet
from provisioning.errors import BadInput
from provisioning.outcomes import Outcome, failure
from scripts.intake import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from provisioning.roster import Record, Row


@dataclass(frozen=True, slots=True)
class Added:
    """What became of each row, the roster's rows afterwards, and the rows that could not be added."""

    outcomes: tuple[Outcome, ...]
    rows: tuple[Row, ...]
    refused: tuple[Row, ...]


class RosterFile:
    """The CSV at `path`, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._name = str(path)

    def add(self, records: Iterable[Record], *, dry_run: bool) -> Added:
        """Append the rows that are new; a bad one stops no other. Raises BadInput if the roster cannot be used."""
        try:
            if dry_run:
                return _sort(self._contents(), records, "would add")[0]
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                contents = self._contents()
                added, new = _sort(contents, records, "added")
                if new:
                    self._write(contents.data_with(new))
                return added
        except OSError as error:
            raise BadInput(f"{self._name}: cannot be written ({type(error).__name__}); nothing was changed") from None

    def _contents(self) -> _Contents:
        data = self._path.read_bytes() if self._path.exists() else b""
        return _Contents.of(data if data.strip() else roster.render([]).encode(), self._name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes out; the folder is locked, because the file itself is about to be replaced."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _write(self, data: bytes) -> None:
        """Put the whole new file in the old one's place, so that nobody ever reads half of it."""
        new = self._path.with_name(f".{self._path.name}.new")
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if self._path.exists():
            shutil.copymode(self._path, new)
        new.replace(self._path)


@dataclass(frozen=True, slots=True)
class _Contents:
    """A roster's bytes and what they say."""

    data: bytes
    header: tuple[str, ...]
    rows: dict[str, Row]

    @classmethod
    def of(cls, data: bytes, name: str) -> Self:
        text = decoded(data, name)
        rows = {row.seller: row for row in roster.parse(text, name)}
        _, header = next(sheet.rows(text, name))
        return cls(data, tuple(cell.strip() for cell in header), rows)

    def data_with(self, rows: Sequence[Row]) -> bytes:
        """Append rows in the file's own columns and line ends."""
        end = next((end for end in ("\r\n", "\n", "\r") if end.encode() in self.data), "\n")
        out = io.StringIO()
        csv.DictWriter(out, self.header, extrasaction="ignore", lineterminator=end).writerows(
            row.cells() for row in rows
        )
        joint = b"" if self.data.endswith(b"\n") else end.encode()
        return self.data + joint + out.getvalue().encode()


def _sort(contents: _Contents, records: Iterable[Record], done: str) -> tuple[Added, list[Row]]:
    """Tell new rows from old and bad ones; gives the new ones, too."""
    known = dict(contents.rows)
    found: list[Outcome] = []
    new: list[Row] = []
    refused: list[Row] = []
    for record in records:
        row, number = record.row, record.number
        if row is None:
            found.append(failure("", BadInput("; ".join(record.faults)), number))
            continue
        fault = _fault(row, known.get(row.seller), contents.header)
        if fault:
            refused.append(row)
            found.append(failure(row.seller, BadInput(fault), number))
        elif row.seller in known:
            found.append(Outcome(row.seller, "unchanged", "stands in the roster already", row=number))
        else:
            known[row.seller] = row
            new.append(row)
            found.append(
                Outcome(row.seller, done, f"{row.name}: {row.region}, {', '.join(row.marketplaces)}", row=number)
            )
    return Added(tuple(found), tuple(known.values()), tuple(refused)), new


def _fault(row: Row, known: Row | None, header: Sequence[str]) -> str:
    if known and known.model_dump() != row.model_dump():
        return "stands in the roster already, with other values: change that row by hand and have it reviewed"
    missing = [column for column, cell in row.cells().items() if cell and column not in header]
    if missing:
        return f"the roster has no column {', '.join(missing)}: add it to the header first"
    return ""
