"""What a resource is to be, what it is, and how the two differ; asks AWS nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from local.engine.provider.check import DEFAULTED
from local.engine.provider.values import UNKNOWN, has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.engine.provider.resource import Argument, ResourceType
    from local.engine.provider.tags import TagRules
    from local.engine.provider.values import PropertyValue, Values

Kind = Literal["add", "delete", "update"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a run would change: the arguments by name, those of them that replace, and each place by its path."""

    changed: frozenset[str]
    replaces: frozenset[str]
    places: Mapping[str, tuple[Kind, bool]]
    delete_first: bool


def wanted(kind: ResourceType, inputs: Values, state: Values, region: str) -> Values:
    """Fill in what the inputs leave open: defaults, AWS's earlier choices, the provider's region."""
    filled: Values = {}
    for name, argument in kind.arguments.items():
        value = _present(inputs.get(name))
        if value is None and name == "region":
            value = region
        elif value is None:
            value = state.get(name) if argument.chosen_by_aws else argument.default
        if value is not None:
            filled[name] = value
    return filled


def difference(kind: ResourceType, inputs: Values, state: Values, region: str) -> Difference:
    """Compare a resource's state with what the inputs want of it."""
    target = wanted(kind, inputs, state, region)
    places: dict[str, tuple[Kind, bool]] = {}
    changed = set()
    for name, argument in kind.arguments.items():
        old, new = _present(state.get(name)), _present(target.get(name))
        if not _same(argument, old, new):
            changed.add(name)
            places.update({path: (how, argument.replaces) for path, how in _places(name, old, new)})
    replaces = frozenset(name for name in changed if kind.arguments[name].replaces)
    return Difference(frozenset(changed), replaces, places, bool(replaces) and _keeps_name(kind, inputs, state))


def created(kind: ResourceType, inputs: Values, outputs: Values) -> Values:
    """Compose the state of a resource that was just made; outputs nobody can tell yet are unknown."""
    return {**dict.fromkeys(kind.outputs, UNKNOWN), **inputs, **outputs}


def observed(kind: ResourceType, seen: Values, state: Values, rules: TagRules) -> Values:
    """Compose the state after a look at AWS: what means the same keeps its spelling, others' tags stay out."""
    seen = dict(seen)
    if "tagsAll" in seen:
        seen["tagsAll"] = rules.owned(seen["tagsAll"])
        seen["tags"] = rules.own(seen["tagsAll"], state.get("tags", {}))
    now = {name: seen.get(name, state.get(name)) for name in kind.outputs}
    for name, argument in kind.arguments.items():
        old = state.get(name, argument.default)
        new = _present(seen[name]) if name in seen else old
        new = argument.default if new is None else new
        now[name] = old if _same(argument, _present(old), new) else new
    return {name: value for name, value in now.items() if value is not None}


def inputs_after(kind: ResourceType, inputs: Values, state: Values, now: Values) -> Values:
    """Compose the inputs that would have led to what was seen `now`: only what drifted from `state` differs."""
    after = dict(inputs)
    for name, argument in kind.arguments.items():
        old, new = state.get(name, argument.default), now.get(name)
        if _same(argument, _present(old), _present(new)) or (argument.chosen_by_aws and state and name not in inputs):
            continue
        after.pop(name, None)
        if new is not None:
            after[name] = new
    return after


def _present(value: PropertyValue) -> PropertyValue:
    """AWS answers with "" or an empty list where nothing was ever given."""
    return None if value in ("", [], {}) else value


def _same(argument: Argument, old: PropertyValue, new: PropertyValue) -> bool:
    if old is None or new is None or has_unknown(new):
        return old is None and new is None
    return argument.same(old, new)


def _keeps_name(kind: ResourceType, inputs: Values, state: Values) -> bool:
    """Two resources cannot have one name at a time; only a name of our own making changes by itself."""
    if kind.autoname is None:
        return False
    name = kind.autoname.argument
    return name not in inputs.get(DEFAULTED, ()) and inputs.get(name) == state.get(name)


def _places(path: str, old: PropertyValue, new: PropertyValue) -> Iterator[tuple[str, Kind]]:
    """Walk two unequal values down to where they differ, in Pulumi's notation: `tags.team`, `tags["a:b"]`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                inner = f"{path}.{key}" if re.fullmatch(r"[A-Za-z_]\w*", key) else f'{path}["{key}"]'
                yield from _places(inner, old.get(key), new.get(key))
    elif old is None:
        yield path, "add"
    else:
        yield path, "delete" if new is None else "update"
