"""From a program's arguments to a resource's inputs, or the reasons why not; asks AWS nothing."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING

from local.engine.provider.documents import same_document
from local.engine.provider.values import UNKNOWN, has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.resource import AutoName, ResourceType
    from local.engine.provider.tags import TagRules
    from local.engine.provider.values import PropertyValue, Values

DEFAULTED = "__defaults"
"""Where pulumi-aws's state lists the arguments it filled in itself; Pulumi hides names that begin with `__`."""

_NAME_CHARACTERS = 7


def fresh_name(autoname: AutoName | None, logical: str, seed: bytes) -> str:
    """Make the name a resource gets that was given none; `seed` is the engine's randomness, so a plan can repeat it."""
    if autoname is None:
        return ""
    digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(_NAME_CHARACTERS)
    return f"{autoname.prefix}{logical}-{digits[:_NAME_CHARACTERS]}"


def check(kind: ResourceType, news: Values, olds: Values, rules: TagRules, fresh: str) -> tuple[Values, list[str]]:
    """Complete `news` to inputs (name, documents as text, `tagsAll`), and list what is wrong, a sentence each.

    `olds` are the inputs of the last run (empty for a new resource), `fresh` is the name to give if there is none.
    """
    inputs = {
        name: json.dumps(value) if _is_object_document(kind, name, value) else value
        for name, value in news.items()
        if name != DEFAULTED
    }
    failures = list(_failures(kind, inputs, rules))
    if kind.autoname and kind.autoname.argument not in inputs:
        name = kind.autoname.argument
        kept = olds.get(name) if name in olds.get(DEFAULTED, ()) else None
        inputs[name] = kept or fresh
        inputs[DEFAULTED] = [name]
        if len(inputs[name]) > kind.autoname.limit:
            failures.append(f"{inputs[name]} is longer than {kind.autoname.limit} characters: give a name")
    if "tagsAll" in kind.arguments:
        tags: PropertyValue = inputs.get("tags") or {}
        inputs["tagsAll"] = UNKNOWN if has_unknown(tags) else rules.all(tags)
    return inputs, failures


def _failures(kind: ResourceType, inputs: Values, rules: TagRules) -> Iterator[str]:
    known = set(kind.arguments) - {"tagsAll"}
    for name in sorted(inputs.keys() - known):
        yield f"the bench takes no argument {name}; it takes {', '.join(sorted(known))}"
    for name, argument in kind.arguments.items():
        value = inputs.get(name)
        if value is None and argument.required:
            yield f"the argument {name} is missing"
        if argument.fields and isinstance(value, dict):
            for field in sorted(value.keys() - argument.fields):
                yield f"the bench takes no {field} in {name}; it takes {', '.join(sorted(argument.fields))}"
        if argument.same is same_document and value is not None and not _is_document(value):
            yield f"{name} is not a JSON document"
    if kind.one_of and not set(kind.one_of) & inputs.keys():
        yield f"it needs one of {' and '.join(kind.one_of)}"
    for key in (key for key in inputs.get("tags") or () if rules.ignores(key)):
        yield f"the provider's ignoreTags leaves the tag {key} to others, so it cannot be declared"
    yield from kind.check({name: value for name, value in inputs.items() if not has_unknown(value)})


def _is_object_document(kind: ResourceType, name: str, value: object) -> bool:
    """pulumi-aws takes a policy as text or as an object."""
    argument = kind.arguments.get(name)
    return bool(argument and argument.same is same_document and isinstance(value, dict) and not has_unknown(value))


def _is_document(value: PropertyValue) -> bool:
    try:
        return has_unknown(value) or json.loads(value) is not None
    except (TypeError, ValueError):
        return False
