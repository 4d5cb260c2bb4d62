"""Property values on the wire."""

from __future__ import annotations

import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_ON_THE_WIRE

from local.engine.provider.values import UNKNOWN, Archive, decode, encode, has_unknown

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"


def struct(values: dict[str, object]) -> struct_pb2.Struct:
    """A Struct as it arrives."""
    return json_format.ParseDict(values, struct_pb2.Struct())


def sealed(value: object) -> dict[str, object]:
    """A secret as it travels."""
    return {SIGNATURE: SECRET, "value": value}


def test_whole_numbers_stay_whole() -> None:
    """A Struct knows only doubles; AWS takes integers."""
    opened = decode(struct({"days": 7, "threshold": 0.5}))

    assert opened.values == {"days": 7, "threshold": 0.5}
    assert isinstance(opened.values["days"], int)


def test_null_is_absent() -> None:
    """A null is an argument that was not given, inside an object too."""
    assert decode(struct({"a": None, "b": {"c": None}})).values == {"b": {}}


def test_a_secret_is_opened_and_remembered() -> None:
    """A secret deep inside makes its whole argument secret."""
    opened = decode(struct({"environment": {"variables": {"A": sealed("PLACEHOLDER")}}, "name": "fn"}))

    assert opened.values["environment"] == {"variables": {"A": "PLACEHOLDER"}}
    assert opened.secret == {"environment"}


def test_tags_all_is_as_secret_as_tags() -> None:
    """What is derived from a secret argument is secret too."""
    assert decode(struct({"tags": sealed({"a": "PLACEHOLDER"})})).secret == {"tags", "tagsAll"}


def test_a_secret_leaves_sealed() -> None:
    """What came in as a secret goes out as one."""
    out = encode({"a": "PLACEHOLDER", "b": "c"}, secret={"a"})

    assert json_format.MessageToDict(out) == {"a": sealed("PLACEHOLDER"), "b": "c"}


@pytest.mark.parametrize(
    "wire", [UNKNOWN_ON_THE_WIRE, "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"]
)
def test_every_kind_of_unknown_is_unknown(wire: str) -> None:
    """Pulumi has one mark for each type of value that is not known yet."""
    assert decode(struct({"a": wire})).values == {"a": UNKNOWN}


def test_unknown_inside_counts() -> None:
    """A value is unknown when any part of it is."""
    assert has_unknown({"variables": [{"A": UNKNOWN}]})
    assert not has_unknown({"variables": [{"A": "b"}]})


def test_unknown_travels_back() -> None:
    """An output that a preview cannot know is marked for the SDK."""
    assert json_format.MessageToDict(encode({"arn": UNKNOWN})) == {"arn": UNKNOWN_ON_THE_WIRE}


@pytest.mark.parametrize("path", ["/a/function.zip", None], ids=["with its path", "as the engine elides it"])
def test_an_archive_keeps_its_hash(path: str | None) -> None:
    """An archive goes back as it came, with or without its path."""
    wire = {"code": {SIGNATURE: ARCHIVE, "hash": "abc", **({"path": path} if path else {})}}

    assert decode(struct(wire)).values == {"code": Archive("abc", path)}
    assert json_format.MessageToDict(encode({"code": Archive("abc", path)})) == wire
