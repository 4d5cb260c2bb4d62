"""Search everything a run left behind for values of secrets, in every form a program is likely to leave them in."""

from __future__ import annotations

import base64
import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The stand-in's tokens begin with these; no source file has them.
TOKEN_PREFIXES = ("Atzr|PLACEHOLDER", "Atza|PLACEHOLDER")


@dataclass(frozen=True)
class Sighting:
    """A secret's value was found: where, and in which form; never the value."""

    where: str
    form: str


def planted(issued: Path) -> list[str]:
    """List the values of secrets in the folder that `python -m local issue` wrote, and what was renewed since."""
    files = [issued / "client-secret.txt", issued / "renewed-client-secret.txt"]
    values = [file.read_text(encoding="utf-8").strip() for file in files if file.exists()]
    with (issued / "sellers.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values += [row["refresh_token"], row["client_secret"]]
    return [value for value in values if value]


def search(folder: Path, values: list[str], *, but_not: Path) -> list[Sighting]:
    """Look into every file below `folder` except those below `but_not`, where the values are meant to be."""
    needles = [(form, needle) for value in (*values, *TOKEN_PREFIXES) for form, needle in _forms(value)]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and but_not not in path.parents]
    sightings: list[Sighting] = []
    for path in files:
        content = path.read_bytes()
        where = str(path.relative_to(folder))
        sightings += [Sighting(where, form) for form, needle in needles if needle in content]
    return sightings


def _forms(value: str) -> Iterator[tuple[str, bytes]]:
    raw = value.encode()
    forms = {
        "as it is": raw,
        "in JSON": json.dumps(value)[1:-1].encode(),
        "in a URL": quote(value, safe="").encode(),
        "in a form": quote_plus(value).encode(),
        "in hex": raw.hex().encode(),
        "reversed": raw[::-1],
    }
    for shift in range(3):
        # What comes before shifts base64's groups; the first and last group then belong to both.
        forms[f"in base64, shifted {shift}"] = base64.b64encode(b"\0" * shift + raw)[4:-4]
    seen: set[bytes] = set()
    for form, needle in forms.items():
        if needle not in seen:
            seen.add(needle)
            yield form, needle
