"""Policies compared by meaning."""

from __future__ import annotations

import json

import pytest

from local.engine.provider.documents import same_document


def policy(**statement: object) -> str:
    """A policy with one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (policy(Action="a:B"), policy(Action=["a:B"])),
        (policy(Action=["a:B", "a:C"]), policy(Action=["a:C", "a:B"])),
        (policy(Principal={"AWS": "x"}), policy(Principal={"AWS": ["x"]})),
        (
            policy(Condition={"Bool": {"aws:SecureTransport": True}}),
            policy(Condition={"Bool": {"aws:SecureTransport": ["true"]}}),
        ),
        ('{"Version": "2012-10-17", "Statement": {"Effect": "Allow"}}', policy()),
        ('{"Statement": [{"Sid": "a"}, {"Sid": "b"}]}', '{"Statement": [{"Sid": "b"}, {"Sid": "a"}]}'),
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}'),
    ],
    ids=[
        "one or a list",
        "order",
        "principal",
        "condition",
        "one statement",
        "order of statements",
        "spaces and key order",
    ],
)
def test_the_same(one: str, other: str) -> None:
    """IAM's grammar writes one meaning in many ways."""
    assert same_document(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (policy(Action="a:B"), policy(Action="a:C")),
        (policy(Action="a:B"), policy(NotAction="a:B")),
        (policy(Principal="*"), policy(Principal={"AWS": "*"})),
        (policy(Sid="a"), policy(Sid="b")),
        ("not json", "not JSON"),
    ],
    ids=["action", "not", "principal", "sid", "unreadable"],
)
def test_not_the_same(one: str, other: str) -> None:
    """What grants something else is a change."""
    assert not same_document(one, other)
