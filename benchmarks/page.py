"""docs/benchmarks.md: each benchmark a section with its table, and on which machine and when it was measured."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from rich.table import Table

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
PLOTS: Final = PAGE.parent / "benchmarks"
_HEAD: Final = """\
# Benchmarks

Written by `make bench`; every number was measured by it, on the machine and at the time that its section names. "Held"
compares with the limit beside it, and where it says no, the text below says why.
"""


def put(name: str, module: ModuleType, table: Table, *, page: Path = PAGE) -> None:
    """Put one benchmark's section into the page, in place of what it held before; the others stay."""
    drawn: Mapping[str, str] = {}
    if hasattr(module, "plots"):
        PLOTS.mkdir(parents=True, exist_ok=True)
        drawn = module.plots(PLOTS)
    pictures = "".join(f"\n![{words}](benchmarks/{file})\n" for file, words in drawn.items())
    section = f"{_title(module)}\n\n{markdown(table)}\n{pictures}\n{_why(name)}*Measured {_where()}.*\n"
    text = page.read_text(encoding="utf-8") if page.exists() else _HEAD
    page.write_text(laid_in(text, name, section), encoding="utf-8")


def laid_in(text: str, name: str, section: str) -> str:
    """Lay a section into a page's text between its two marks, at the end where it is new."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    block = f"{begin}\n{section}{end}"
    if begin in text:
        return re.sub(re.escape(begin) + r".*?" + re.escape(end), lambda _: block, text, flags=re.DOTALL)
    return f"{text.rstrip()}\n\n{block}\n"


def markdown(table: Table) -> str:
    """Write a table as Markdown."""
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in zip(*columns, strict=True)]
    lines.insert(1, "|" + "---|" * len(columns))
    return "\n".join(lines)


def _title(module: ModuleType) -> str:
    """Take a module's docstring for its section's heading and text."""
    said = (module.__doc__ or "").strip()
    first, _, rest = said.partition("\n\n")
    heading = module.__name__.rpartition(".")[2].replace("_", " ").capitalize()
    return f"## {heading}\n\n{first}" + (f"\n\n{rest}" if rest else "")


def _why(name: str) -> str:
    """Give what a person wrote about a missed aim, where there is such a text."""
    notes = PLOTS / f"{name}.md"
    return f"{notes.read_text(encoding='utf-8').strip()}\n\n" if notes.exists() else ""


def _where() -> str:
    load = f"load {os.getloadavg()[0]:.1f} at its end, its own included"
    packages = ", ".join(f"{name} {version(name)}" for name in ("boto3", "moto", "pulumi"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores ({platform.machine()}, "
        f"{platform.system()}), {load}; Python {platform.python_version()}, {packages}"
    )
