"""The provider resource itself: `region`, `ignoreTags`, `defaultTags`, and what the SDK sets without being asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.engine.provider.tags import TagRules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.values import PropertyValue, Values

_FIELDS = {"ignoreTags": {"keys", "keyPrefixes"}, "defaultTags": {"tags"}}
# pulumi_aws.Provider sets the two `skip…` in every program, the engine adds `version`.
_UNUSED = {"skipCredentialsValidation", "skipRegionValidation", "version"}
_KNOWN = {"region", *_FIELDS, *_UNUSED}


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configured provider: where its resources are, and what it says about tags."""

    region: str
    tags: TagRules


def failures(inputs: Values) -> Iterator[str]:
    """Yield a sentence for each argument of the provider resource that the bench does not know."""
    takes = ", ".join(sorted(_KNOWN - _UNUSED))
    for name in sorted(inputs.keys() - _KNOWN):
        yield f"the bench takes no argument {name} of the provider; it takes {takes}"
    for name, fields in _FIELDS.items():
        value = _opened(inputs.get(name))
        for field in sorted(value.keys() - fields) if isinstance(value, dict) else ():
            yield f"the bench takes no {field} in {name}; it takes {', '.join(sorted(fields))}"


def configuration(inputs: Values, default_region: str) -> Configuration:
    """Read the provider's arguments, which the SDK sends as JSON texts; without `region` the environment's counts."""
    ignored = _opened(inputs.get("ignoreTags")) or {}
    defaults = _opened(inputs.get("defaultTags")) or {}
    rules = TagRules(
        defaults=defaults.get("tags", {}),
        keys=frozenset(ignored.get("keys", ())),
        prefixes=tuple(ignored.get("keyPrefixes", ())),
    )
    return Configuration(region=inputs.get("region") or default_region, tags=rules)


def _opened(value: PropertyValue) -> PropertyValue:
    return json.loads(value) if isinstance(value, str) else value
