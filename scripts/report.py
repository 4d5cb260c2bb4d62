"""What a command prints: results on standard output, for people or as one JSON document; messages on standard error."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from provisioning.outcomes import Outcome


def say(message: str) -> None:
    """Tell the person something that is no result."""
    click.echo(plain(message), err=True)


def document(content: object) -> None:
    """Print the one JSON document."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def table(columns: Sequence[str], rows: Collection[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal; in a pipe aligned lines, as long as they have to be."""
    cleaned = [[plain(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(columns, cleaned)
        return
    lines = [[column.upper() for column in columns], *([cell or "-" for cell in row] for row in cleaned)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for cells in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


def outcomes(found: Collection[Outcome], *, as_json: bool = False, counts: Counter[str] | None = None) -> None:
    """Print what became of each seller, and how many of each result there were; `counts` may cover more of them."""
    counts = Counter(outcome.result for outcome in found) if counts is None else counts
    if as_json:
        document({"sellers": [_fields(outcome) for outcome in found], "dropped_columns": [], "summary": dict(counts)})
        return
    if any(outcome.row for outcome in found):
        rows = [(each.seller, each.result, str(each.row or ""), each.detail) for each in found]
        table(("seller", "result", "row", "detail"), rows)
    elif found:
        table(("seller", "result", "detail"), [(each.seller, each.result, each.detail) for each in found])
    if found:
        click.echo()
    click.echo(f"{counted(sum(counts.values()), 'seller')}{_listed(counts)}")


def _fields(outcome: Outcome) -> dict[str, object]:
    return {
        "seller": plain(outcome.seller),
        "result": outcome.result,
        "detail": plain(outcome.detail),
        "exit_code": outcome.exit_code,
        "row": outcome.row,
    }


def counted(number: int, thing: str) -> str:
    """Write a number of things."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _listed(counts: Counter[str]) -> str:
    return ": " + ", ".join(f"{number} {result}" for result, number in counts.items()) if counts else ""


def _draw(columns: Sequence[str], rows: Collection[Sequence[str]]) -> None:
    from rich import box  # noqa: PLC0415  slow to import, and of no use in a pipe
    from rich.console import Console  # noqa: PLC0415  as above
    from rich.table import Table  # noqa: PLC0415  as above
    from rich.text import Text  # noqa: PLC0415  as above

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column.capitalize(), overflow="fold")
    for row in rows:
        # Text, because a string would be read as Rich's markup.
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)
