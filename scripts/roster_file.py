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
from provisioning.sharding import Rooms
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
        with self._writable():
            if dry_run:
                return _sort(self._contents(), records, "would add")[0]
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                contents = self._contents()
                added, new = _sort(contents, records, "added")
                if new:
                    self._write(contents.data_with(new))
                return added

    def check_markable(self) -> None:
        """Raise BadInput where there is no column for a status."""
        with self._writable():
            if "status" not in self._contents().header:
                raise BadInput(f"{self._name}: {_no_column('status')}; nothing was changed")

    def mark(self, seller: str, status: str) -> bool:
        """Set one seller's status, and no other byte; gives False where it stands already.

        Raises BadInput where the roster has no such seller or no such column.
        """
        with self._writable(), self._alone():
            contents = self._contents()
            row = contents.rows.get(seller)
            self.check_markable()
            if row is None:
                raise BadInput(f"{self._name}: {seller} does not stand in it any more; nothing was changed")
            if row.status == status:
                return False
            self._write(contents.data_marked(seller, status, self._name))
            return True

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
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

    def data_marked(self, seller: str, status: str, name: str) -> bytes:
        """Write another status into one seller's line; the other lines stay byte for byte."""
        lines = io.StringIO(self.data.decode(), newline="").readlines()
        key, column = self.header.index("seller"), self.header.index("status")
        found = list(sheet.rows(self.data.decode(), name))
        at = next(place for place, (_, cells) in enumerate(found) if len(cells) > key and cells[key].strip() == seller)
        first = found[at][0] - 1
        after = found[at + 1][0] - 1 if at + 1 < len(found) else len(lines)
        cells = list(found[at][1])
        cells[column] = status
        out = io.StringIO()
        old = lines[after - 1]
        csv.writer(out, lineterminator=old[len(old.rstrip("\r\n")) :]).writerow(cells)
        return "".join([*lines[:first], out.getvalue(), *lines[after:]]).encode()


def _sort(contents: _Contents, records: Iterable[Record], done: str) -> tuple[Added, list[Row]]:
    """Tell new rows from old and bad ones; gives the new ones, too."""
    known = dict(contents.rows)
    rooms = Rooms(known.values())
    found: list[Outcome] = []
    new: list[Row] = []
    refused: list[Row] = []
    for record in records:
        row, number = record.row, record.number
        if row is None:
            found.append(failure("", BadInput("; ".join(record.faults)), number))
            continue
        if row.seller in known:
            outcome = _again(row, known[row.seller], number)
        else:
            row, outcome = _first_time(row, rooms, contents.header, done, number)
        found.append(outcome)
        if outcome.exit_code:
            refused.append(row)
        elif row.seller not in known:
            known[row.seller] = row
            new.append(row)
    return Added(tuple(found), tuple(known.values()), tuple(refused)), new


def _again(row: Row, known: Row, number: int | None) -> Outcome:
    """Compare a row with the one that stands there already; who hands one in may leave its shard to us."""
    fault = ""
    if row.shard and row.shard != known.shard:
        fault = f"stands in shard {known.shard or 'empty'} already: a shard is given once and never changed"
    elif known.model_dump(exclude={"shard"}) != row.model_dump(exclude={"shard"}):
        fault = "stands in the roster already, with other values: change that row by hand and have it reviewed"
    if fault:
        return failure(row.seller, BadInput(fault), number)
    return Outcome(row.seller, "unchanged", "stands in the roster already", row=number)


def _first_time(row: Row, rooms: Rooms, header: Sequence[str], done: str, number: int | None) -> tuple[Row, Outcome]:
    """Give a new row its shard, and say what that row is, or why it cannot be added."""
    placed = rooms.give(row)
    missing = [column for column, cell in placed.cells().items() if cell and column not in header]
    if missing:
        return row, failure(row.seller, BadInput(_no_column(*missing)), number)
    where = f", shard {placed.shard}" if placed.shard else ""
    said = f"{placed.name}: {placed.region}, {', '.join(placed.marketplaces)}{where}"
    return placed, Outcome(placed.seller, done, said, row=number)


def _no_column(*columns: str) -> str:
    return f"the roster has no column {', '.join(columns)}: add it to the header first"
