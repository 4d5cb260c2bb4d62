"""What one call asks to be allowed, in IAM's words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Parameters: TypeAlias = "Mapping[str, Any]"
Context: TypeAlias = "dict[str, str | tuple[str, ...]]"

#: The resource of an action that knows no other.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Where:
    """The account and region a call is made in."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """Write the ARN of a resource that is here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One action on one resource; `policy` is what is attached to the resource, if anything can be."""

    action: str
    resource: str = ANY
    context: Context = field(default_factory=dict)
    policy: str | None = None


class UnknownOperation(Exception):
    """The bench does not know what a call needs; the text names service and operation."""


def tags_asked(tags: Iterable[tuple[str, str]]) -> Context:
    """Write the condition keys of tags that a call wants to set."""
    pairs = list(tags)
    if not pairs:
        return {}
    requested: Context = {f"aws:RequestTag/{key}": value for key, value in pairs}
    return {**requested, **keys_asked(key for key, _ in pairs)}


def keys_asked(keys: Iterable[str]) -> Context:
    """Write the condition key of tags by their keys."""
    listed = tuple(keys)
    return {"aws:TagKeys": listed} if listed else {}


def tags_held(tags: Iterable[tuple[str, str]], *prefixes: str) -> Context:
    """Write the condition keys of the tags a resource has."""
    return {f"{prefix}ResourceTag/{key}": value for key, value in tags for prefix in ("aws:", *prefixes)}


def pairs(listed: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - AWS's services write tags in four ways
    """Read tags as any service writes them: a mapping, or a list of pairs."""
    if isinstance(listed, dict):
        return [(str(key), str(value)) for key, value in listed.items()]
    return [(str(_either(tag, "Key", "TagKey")), str(_either(tag, "Value", "TagValue"))) for tag in listed or []]


def _either(tag: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 - a tag's key or value
    return next((tag[name] for name in (*names, *map(str.lower, names)) if name in tag), "")
