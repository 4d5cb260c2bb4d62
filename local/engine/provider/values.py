"""Pulumi's property values as Python values: what travels over gRPC as a Struct with signatures inside.

The constants are Pulumi's wire format (sdk/go/common/resource/plugin/rpc.go and sdk/go/common/resource/sig).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from google.protobuf import json_format, struct_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PropertyValue: TypeAlias = Any
"""A str, bool, int, float, list, dict of these, `UNKNOWN`, or an `Archive`."""

Values: TypeAlias = dict[str, PropertyValue]


_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, not one
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)


class Unknown(Enum):
    """The type of `UNKNOWN`: a value that a preview cannot know yet."""

    UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Archive:
    """A file archive: `hash` is the engine's SHA-256 of its content; `path` is None where the engine leaves it out."""

    hash: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Properties:
    """A resource's properties in the open, and the names of those that have to be sealed again on their way out."""

    values: Values
    secret: frozenset[str]


def decode(struct: struct_pb2.Struct) -> Properties:
    """Open a Struct; a property that contains a secret anywhere is named in `secret` as a whole."""
    raw = json_format.MessageToDict(struct)
    secret = frozenset(name for name, value in raw.items() if _has_secret(value))
    values = {name: _open(value) for name, value in raw.items() if value is not None}
    # What is derived from secret tags is as secret as they are.
    return Properties(values, secret | {"tagsAll"} if "tags" in secret else secret)


def encode(values: Mapping[str, PropertyValue], secret: Collection[str] = ()) -> struct_pb2.Struct:
    """Make a Struct of `values`, with the properties named in `secret` sealed."""
    struct = struct_pb2.Struct()
    struct.update({name: _seal(_close(value), secret=name in secret) for name, value in values.items()})
    return struct


def has_unknown(value: PropertyValue) -> bool:
    """Say whether `value` is, or contains, something a preview cannot know."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def _signature(value: PropertyValue) -> str | None:
    return value.get(_SIGNATURE) if isinstance(value, dict) else None


def _has_secret(value: PropertyValue) -> bool:
    if _signature(value) == _SECRET:
        return True
    if isinstance(value, dict):
        return any(map(_has_secret, value.values()))
    return isinstance(value, list) and any(map(_has_secret, value))


def _open(value: PropertyValue) -> PropertyValue:
    signature = _signature(value)
    if signature == _SECRET:
        return _open(value.get("value"))
    if signature == _ARCHIVE:
        return Archive(value.get("hash", ""), value.get("path"))
    if isinstance(value, dict):
        return {name: _open(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_open(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return UNKNOWN if isinstance(value, str) and value in _UNKNOWNS else value


def _close(value: PropertyValue) -> PropertyValue:
    if isinstance(value, Archive):
        fields = {_SIGNATURE: _ARCHIVE, "hash": value.hash}
        return fields if value.path is None else {**fields, "path": value.path}
    if isinstance(value, dict):
        return {name: _close(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_close(item) for item in value]
    return value.value if isinstance(value, Unknown) else value


def _seal(value: PropertyValue, *, secret: bool) -> PropertyValue:
    if not secret:
        return value
    return {_SIGNATURE: _SECRET, "value": value}
