"""What differs between a document as it was declared and as it is deployed, statement by statement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def differences(where: str, declared: Mapping[str, Any] | None, live: Mapping[str, Any] | None) -> Iterator[str]:
    """Say each difference in a sentence that begins with `where`; None is a document that is not there."""
    if declared is None or live is None:
        if declared is not live:
            yield f"{where}: was {'added' if declared is None else 'taken away'} by hand"
        return
    wanted, found = _statements(declared), _statements(live)
    for sid in [*wanted, *(sid for sid in found if sid not in wanted)]:
        if sid not in found:
            yield f"{where}: statement {sid} was taken away"
        elif sid not in wanted:
            yield f"{where}: statement {sid} was added: {_text(found[sid])}"
        elif wanted[sid] != found[sid]:
            yield f"{where}: statement {sid} was changed: {_changed(wanted[sid], found[sid])}"
    if declared.get("Version") != live.get("Version"):
        yield f"{where}: its version is {live.get('Version')}, not {declared.get('Version')}"


def same(declared: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether two documents say the same, however AWS writes them back."""
    return not list(differences("", declared, live))


def _statements(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give each statement by its Sid, or by its place, in one way of writing."""
    rows = document.get("Statement", [])
    listed = rows if isinstance(rows, list) else [rows]
    found: dict[str, Any] = {}
    for number, row in enumerate(listed, 1):
        sid = row.get("Sid") or f"#{number}"
        found[sid if sid not in found else f"{sid} (#{number})"] = _plain(row)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401  as JSON has it
    """Write a value as AWS may write it back: what stands alone as a list of one, lists in no order."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != "Sid"}
    if isinstance(value, list):
        return sorted({_text(each) if isinstance(each, dict) else str(each) for each in value})
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _changed(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    names = [
        name for name in (*wanted, *(key for key in found if key not in wanted)) if wanted.get(name) != found.get(name)
    ]
    return ", ".join(f"{name} is {_text(_short(found[name]))}" if name in found else f"no {name}" for name in names)


def _short(value: Any) -> Any:  # noqa: ANN401  as JSON has it
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _text(value: Any) -> str:  # noqa: ANN401  as JSON has it
    return json.dumps(value, sort_keys=True)
