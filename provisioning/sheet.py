"""A CSV's rows, each with the line it begins in: the number under which an editor shows it.

`rows` takes a file as a whole or not at all; `readable` goes on behind a row that is none, so that one bad quote in ten
thousand rows costs one row.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

_BOM: Final = "\N{BYTE ORDER MARK}"
#: More than any row of ours; what goes on longer has an open quote, or is no CSV.
LONGEST_LINE: Final = 65_536
_MOST_LINES: Final = 64


def rows(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Give line and cells of every row, the empty ones too; raises BadInput, which names `source`, where it is no CSV.

    A BOM is passed over; lines may end in LF, CRLF or CR. The header is line 1.
    """
    reader = csv.reader(io.StringIO(text.removeprefix(_BOM), newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"{source}, row {line}: this is not CSV ({error}); nothing was changed") from None
        if cells is None:
            return
        yield line, cells


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the lines it begins and ends in, its cells, or `fault`, which says why there are none."""

    number: int
    last: int
    cells: list[str]
    fault: str | None = None


class _TooLong(Exception):
    """A row does not come to its end."""


def lines_of(file: TextIO) -> Iterator[str]:
    """Read a file line by line, of one that is too long only its beginning; `file` was opened with `newline=""`."""
    while line := file.readline(LONGEST_LINE + 1):
        begun = line
        while len(line) > LONGEST_LINE and line[-1] not in "\r\n":
            line = file.readline(LONGEST_LINE + 1)
        yield begun


def readable(lines: Iterable[str]) -> Iterator[Line]:
    """Give every row, the empty ones too. A row that is no CSV ends with its first line, and the next begins there.

    No more than a row lies in memory.
    """
    source = iter(lines)
    ahead = deque(line.removeprefix(_BOM) for line in islice(source, 1))
    number = 1
    while True:
        taken: list[str] = []
        fault, cells = None, []
        try:
            found = next(csv.reader(_feed(ahead, source, taken), strict=True), None)
        except csv.Error as error:
            fault = f"this is not CSV ({error})"
        except _TooLong:
            fault = "the row does not come to its end: a quote is not closed, or a line is endless"
        else:
            if found is None:
                return
            cells = found
        if fault:
            ahead.extendleft(reversed(taken[1:]))
            del taken[1:]
        yield Line(number, number + len(taken) - 1, cells, fault)
        number += len(taken)


def _feed(ahead: deque[str], source: Iterator[str], taken: list[str]) -> Iterator[str]:
    while (line := ahead.popleft() if ahead else next(source, None)) is not None:
        taken.append(line)
        if len(line) > LONGEST_LINE or len(taken) > _MOST_LINES:
            raise _TooLong
        yield line
