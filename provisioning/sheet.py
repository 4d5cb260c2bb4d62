"""A CSV's rows, each with the line it begins in: the number under which an editor shows it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from provisioning.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Give line and cells of every row, the empty ones too; raises BadInput, which names `source`, where it is no CSV.

    A BOM is passed over; lines may end in LF, CRLF or CR. The header is line 1.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"), newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"{source}, row {line}: this is not CSV ({error}); nothing was changed") from None
        if cells is None:
            return
        yield line, cells
