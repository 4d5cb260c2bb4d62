"""JSON documents compared by meaning: IAM writes one policy in many ways, and AWS answers in a way of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.engine.provider.values import PropertyValue

_MANY = frozenset({"Action", "NotAction", "Resource", "NotResource"})
_MAPS = frozenset({"Principal", "NotPrincipal"})


def same_document(one: PropertyValue, other: PropertyValue) -> bool:
    """Say whether two JSON texts mean the same: order and a single value outside its list do not count."""
    try:
        return bool(_canonical(json.loads(one)) == _canonical(json.loads(other)))
    except (TypeError, ValueError):
        return bool(one == other)


def _canonical(document: PropertyValue) -> PropertyValue:
    if not isinstance(document, dict) or "Statement" not in document:
        return document
    statements = document["Statement"]
    statements = [_statement(item) for item in (statements if isinstance(statements, list) else [statements])]
    return {**document, "Statement": sorted(statements, key=_text)}


def _statement(statement: dict[str, PropertyValue]) -> dict[str, PropertyValue]:
    canonical = dict(statement)
    for name, value in statement.items():
        if name in _MANY:
            canonical[name] = _many(value)
        elif name in _MAPS and isinstance(value, dict):
            canonical[name] = {kind: _many(items) for kind, items in value.items()}
        elif name == "Condition":
            canonical[name] = {
                operator: {key: _many(items) for key, items in keys.items()} for operator, keys in value.items()
            }
    return canonical


def _many(value: PropertyValue) -> list[PropertyValue]:
    """One value and a list of one are the same in IAM's grammar, true and "true" too."""
    return sorted(
        ({True: "true", False: "false"}.get(item, str(item)) if isinstance(item, bool) else str(item))
        for item in (value if isinstance(value, list) else [value])
    )


def _text(value: PropertyValue) -> str:
    return json.dumps(value, sort_keys=True)
