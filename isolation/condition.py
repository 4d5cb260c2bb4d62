"""One test of a statement's Condition (IAM: reference_policies_elements_condition_operators)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from isolation import template
from isolation.keys import is_multiple, known
from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isolation.template import Template, Values


class Test(Enum):
    """How a value of the request is compared with one of the policy."""

    EQUALS = "StringEquals"
    EQUALS_IGNORING_CASE = "StringEqualsIgnoreCase"
    LIKE = "StringLike"
    ARN = "ArnLike"
    BOOL = "Bool"
    NULL = "Null"


class Over(Enum):
    """Which of the request's values the test is about."""

    THE_ONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


#: What each operator tests, and whether it is negated; ArnEquals and ArnLike are the same.
OPERATORS: Final = {
    "StringEquals": (Test.EQUALS, False),
    "StringNotEquals": (Test.EQUALS, True),
    "StringEqualsIgnoreCase": (Test.EQUALS_IGNORING_CASE, False),
    "StringNotEqualsIgnoreCase": (Test.EQUALS_IGNORING_CASE, True),
    "StringLike": (Test.LIKE, False),
    "StringNotLike": (Test.LIKE, True),
    "ArnEquals": (Test.ARN, False),
    "ArnLike": (Test.ARN, False),
    "ArnNotEquals": (Test.ARN, True),
    "ArnNotLike": (Test.ARN, True),
    "Bool": (Test.BOOL, False),
    "Null": (Test.NULL, False),
}
_OPERATOR: Final = re.compile(r"(?:(?P<over>ForAllValues|ForAnyValue):)?(?P<name>\w+?)(?P<exists>IfExists)?")


@dataclass(frozen=True, slots=True)
class Condition:
    """The request's value of `key`, compared with those the policy lists: one of them has to fit (or none, negated)."""

    operator: str
    test: Test
    negated: bool
    over: Over
    if_exists: bool
    key: str
    allowed: tuple[Template, ...]

    @property
    def absence(self) -> bool:
        """Say what the test says of a request without the key."""
        if self.test is Test.NULL:
            return self.wants_null
        # IfExists: true. A set of no values: all of them fit, any of them does not. Else only a negation holds.
        return self.if_exists or {Over.ALL: True, Over.ANY: False, Over.THE_ONE: self.negated}[self.over]

    @property
    def wants_null(self) -> bool:
        """Say whether Null asks for the key's absence."""
        return self.allowed[0].text == "true"

    def holds(self, context: Mapping[str, tuple[str, ...]], values: Values, *, strict: bool) -> bool:
        """Say whether the request passes; raises template.Unresolved where `strict`."""
        given = context.get(self.key, ())
        if not given or self.test is Test.NULL:
            return self.absence if not given else not self.wants_null
        results = [self._fits(value, values, strict=strict) != self.negated for value in given]
        if self.over is Over.THE_ONE and len(results) > 1:
            raise Refused(f"{self.operator} on {self.key}: several values need ForAllValues or ForAnyValue")
        return any(results) if self.over is Over.ANY else all(results)

    def _fits(self, value: str, values: Values, *, strict: bool) -> bool:
        ignoring_case = self.test in {Test.EQUALS_IGNORING_CASE, Test.BOOL}
        return template.any_matches(self.allowed, value, values, strict=strict, ignoring_case=ignoring_case)


def parse(block: object, *, variables: bool) -> Iterator[Condition]:
    """Read a Condition block, all of whose tests have to hold."""
    for operator, tests in _mapping(block, "Condition").items():
        for name, listed in _mapping(tests, operator).items():
            yield _condition(operator, name, _texts(listed, f"{operator} on {name}"), variables=variables)


def _condition(operator: str, name: str, texts: list[str], *, variables: bool) -> Condition:
    found = _OPERATOR.fullmatch(operator)
    known_operator = OPERATORS.get(found["name"]) if found else None
    if found is None or known_operator is None:
        raise Refused(f"condition operator {operator} is not known to the evaluator")
    test, negated = known_operator
    over = Over(found["over"] or "")
    key = known(name)
    if test is Test.NULL and (over is not Over.THE_ONE or found["exists"] or texts not in (["true"], ["false"])):
        raise Refused(f"{operator} on {name}: Null takes one of true and false, and no other word")
    if is_multiple(key) and over is Over.THE_ONE and test is not Test.NULL:
        raise Refused(f"{operator} on {name}: a key of several values needs ForAllValues or ForAnyValue")
    allowed = tuple(_allowed(test, text, variables=variables) for text in texts)
    return Condition(operator, test, negated, over, bool(found["exists"]), key, allowed)


def _allowed(test: Test, text: str, *, variables: bool) -> Template:
    if test is Test.ARN:
        return template.arn(text, variables=variables)
    if test is Test.LIKE:
        return template.pattern(text, variables=variables)
    if test in {Test.BOOL, Test.NULL} and text not in {"true", "false"}:
        raise Refused(f"{test.value} compares with true or false, not with {text}")
    # Numbers, dates, Bool and Null take no variables; strings do.
    return template.plain(text, variables=variables and test not in {Test.BOOL, Test.NULL})


def _mapping(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or not value:
        raise Refused(f"{what} is no object")
    return value


def _texts(value: object, what: str) -> list[str]:
    items = value if isinstance(value, list) else [value]
    texts = [str(item).lower() if isinstance(item, bool) else item for item in items if isinstance(item, bool | str)]
    if not texts or len(texts) < len(items):
        raise Refused(f"{what} compares with something that is no text")
    return texts
