"""Policies and requests at random, from so few words that they often meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from isolation.evaluator import Policies, Request
from isolation.principal import Principal

_ACCOUNTS = ("111111111111", "222222222222")
_ACTIONS = ("s3:Get", "kms:Decrypt", "sts:AssumeRole")
_RESOURCES = ("arn:aws:s3:::a", "arn:aws:s3:::a-b", "arn:aws:s3:eu:111111111111:a/b", "*")
_PATTERNS = (
    "*", "arn:aws:s3:::a", "arn:aws:s3:::a*", "arn:aws:s3:::a??", "arn:aws:s3:*:*:a/?",
    "arn:aws:s3:::${aws:PrincipalTag/t}", "arn:aws:s3:::${aws:PrincipalTag/t}-*", "arn:aws:s3:::?${aws:PrincipalTag/t}",
    "arn:aws:s3:::*${aws:PrincipalTag/t}b",
)  # fmt: skip
_WORDS = ("a", "a-b", "A", "true", "false", "")
_VALUES = (*_WORDS, "*", "a*", "?", "${*}", "${aws:PrincipalTag/t}", "${aws:PrincipalTag/t}*")
_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "StringNotLikeIfExists",
    "StringEqualsIgnoreCase",
)  # fmt: skip
_ARN_OPERATORS = ("ArnLike", "ArnNotEquals", "ArnLikeIfExists")
_SETS = tuple(
    f"{over}:{name}" for over in ("ForAllValues", "ForAnyValue") for name in ("StringLike", "StringNotEquals")
)
_ROLES = tuple(f"arn:aws:iam::{account}:{name}" for account in _ACCOUNTS for name in ("role/r", "user/u"))


def _few(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most)


def _tests() -> st.SearchStrategy[tuple[str, str, list[str]]]:
    one = st.tuples(
        st.sampled_from(_OPERATORS), st.sampled_from(("aws:SourceArn", "aws:PrincipalTag/t", "aws:PrincipalArn"))
    )
    several = st.tuples(st.sampled_from(_SETS), st.just("aws:TagKeys"))
    plain = st.builds(lambda at, values: (*at, values), one | several, _few(_VALUES))
    arns = _few((*_ROLES, "arn:aws:iam::*:role/*"))
    of_arn = st.tuples(st.sampled_from(_ARN_OPERATORS), st.just("aws:PrincipalArn"), arns)
    yes_or_no = st.sampled_from((["true"], ["false"]))
    null = st.tuples(st.just("Null"), st.sampled_from(("aws:TagKeys", "aws:SourceArn")), yes_or_no)
    return plain | of_arn | null | st.tuples(st.just("Bool"), st.just("aws:SecureTransport"), yes_or_no)


_principals = st.one_of(
    st.just("*"),
    st.fixed_dictionaries({"AWS": _few((*_ACCOUNTS, *_ROLES, "*"))}),
    st.just({"Service": "s3.amazonaws.com"}),
)


@st.composite
def documents(draw: st.DrawFn, *, attached: bool) -> dict[str, Any]:
    """A document with one to three statements."""
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        row: dict[str, Any] = {"Effect": draw(st.sampled_from(("Allow", "Allow", "Deny")))}
        row[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(_few((*_ACTIONS, "*", "s3:*", "S3:G?t")))
        row[draw(st.sampled_from(("Resource", "Resource", "NotResource")))] = draw(_few(_PATTERNS))
        for operator, key, values in draw(st.lists(_tests(), max_size=2)):
            row.setdefault("Condition", {}).setdefault(operator, {})[key] = values
        if attached:
            row["Principal"] = draw(_principals)
        rows.append(row)
    return {"Version": "2012-10-17", "Statement": rows}


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request of a role, a user, a service or nobody."""
    context: dict[str, str | tuple[str, ...]] = {}
    if draw(st.booleans()):
        context["aws:SourceArn"] = draw(st.sampled_from(_WORDS))
    if draw(st.booleans()):
        context["aws:TagKeys"] = tuple(draw(st.lists(st.sampled_from(_WORDS), max_size=2)))
    if draw(st.booleans()):
        context["aws:SecureTransport"] = draw(st.sampled_from(("true", "false", "True")))
    kind = draw(st.sampled_from(("identity", "identity", "identity", "service", "anybody")))
    principal = Principal()
    if kind == "service":
        principal = Principal(service="s3.amazonaws.com")
    elif kind == "identity":
        arn = draw(st.sampled_from(_ROLES))
        tags = {"t": draw(st.sampled_from(_WORDS))} if draw(st.booleans()) else {}
        principal = Principal(arn, arn.split(":")[4], tags, session="s" if ":role/" in arn else "")
    return Request(principal, draw(st.sampled_from(_ACTIONS)), draw(st.sampled_from(_RESOURCES)), context)


@st.composite
def policies(draw: st.DrawFn) -> Policies:
    """What is attached where a request goes by; each may be missing."""
    of_resource = draw(st.none() | documents(attached=True))
    return Policies(
        identity=draw(st.lists(documents(attached=False), max_size=2)),
        resource=of_resource,
        key=of_resource,
        boundary=draw(st.none() | st.none() | documents(attached=False)),
        # Seldom, for most of what is drawn allows nothing.
        session=draw(st.lists(documents(attached=False), max_size=2)) if draw(st.integers(0, 7)) == 7 else (),
    )
