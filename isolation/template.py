"""Texts of a policy that hold wildcards and policy variables (IAM: reference_policies_variables)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from isolation.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Wildcard(Enum):
    """What a `*` or `?` stands for; inside one of an ARN's first five parts it does not reach over a colon."""

    MANY = ".*"
    ONE = "."
    MANY_IN_PART = "[^:]*"
    ONE_IN_PART = "[^:]"


@dataclass(frozen=True, slots=True)
class Variable:
    """A value of the request, put where the policy says `${key}` or `${key, 'default'}`."""

    key: str
    default: str | None = None


Part: TypeAlias = str | Wildcard | Variable
#: The request's value of each single-valued condition key, by its name in lower case.
Values: TypeAlias = "Mapping[str, str]"

_WILDCARDS: Final = {"*": Wildcard.MANY, "?": Wildcard.ONE}
_IN_PART: Final = {Wildcard.MANY: Wildcard.MANY_IN_PART, Wildcard.ONE: Wildcard.ONE_IN_PART}
_PIECE: Final = re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<wildcard>[*?])|(?P<text>[^$*?]+|\$)")
_VARIABLE: Final = re.compile(r"(?P<key>[^,'\s]+)(?:, '(?P<default>[^']*)')?")
_COLONS: Final = 5


class Unresolved(Exception):
    """A variable without a default has no value in this request."""


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text of a policy: literal pieces, wildcards and variables, neighbouring literals joined."""

    text: str
    parts: tuple[Part, ...]

    @property
    def everything(self) -> bool:
        """Say whether this is `*` alone."""
        return self.parts == (Wildcard.MANY,)

    @property
    def needs_request(self) -> bool:
        """Say whether a request could leave a variable of it without value."""
        return any(isinstance(part, Variable) and part.default is None for part in self.parts)

    def matches(self, value: str, values: Values, *, ignoring_case: bool = False) -> bool:
        """Say whether it describes `value`; raises Unresolved."""
        return _compiled(self._expression(values), ignoring_case).fullmatch(value) is not None

    def _expression(self, values: Values) -> str:
        return "".join(
            part.value if isinstance(part, Wildcard) else re.escape(_resolved(part, values)) for part in self.parts
        )


def any_matches(
    items: Iterable[Template], value: str, values: Values, *, strict: bool, ignoring_case: bool = False
) -> bool:
    """Say whether one of `items` describes `value`.

    One whose variable has no value describes nothing; `strict`, it raises Unresolved even where another one fits.
    """
    found = False
    for item in items:
        try:
            found = item.matches(value, values, ignoring_case=ignoring_case) or found
        except Unresolved:
            if strict:
                raise
    return found


def plain(text: str, *, variables: bool) -> Template:
    """Parse a text whose `*` and `?` are only characters, such as a value of StringEquals."""
    return Template(text, _joined(_pieces(text, wildcards=False, variables=variables)))


def pattern(text: str, *, variables: bool) -> Template:
    """Parse a text whose wildcards reach over anything, such as a value of StringLike."""
    return Template(text, _joined(_pieces(text, wildcards=True, variables=variables)))


def arn(text: str, *, variables: bool) -> Template:
    """Parse an ARN; a wildcard in one of its first five parts stays in it (IAM: …_condition_operators, ARN)."""
    parts: list[Part] = []
    colons = 0
    for part in _pieces(text, wildcards=True, variables=variables):
        inside = colons < _COLONS
        if isinstance(part, Variable) and inside:
            raise Refused(f"{text}: a policy variable may stand only after an ARN's fifth colon")
        parts.append(_IN_PART[part] if inside and isinstance(part, Wildcard) else part)
        colons += part.count(":") if isinstance(part, str) else 0
    if colons < _COLONS:
        raise Refused(f"{text}: is no ARN of six parts")
    return Template(text, _joined(iter(parts)))


def _pieces(text: str, *, wildcards: bool, variables: bool) -> Iterator[Part]:
    for found in _PIECE.finditer(text):
        name, wildcard = found["variable"], found["wildcard"]
        if name is not None and variables:
            # `${*}`, `${?}` and `${$}` are those characters themselves.
            yield name if name in {"*", "?", "$"} else _variable(text, name)
        elif name is not None:
            yield from _pieces_of_literal(found[0], wildcards=wildcards)
        else:
            yield _WILDCARDS[wildcard] if wildcard and wildcards else found[0]


def _pieces_of_literal(text: str, *, wildcards: bool) -> Iterator[Part]:
    """Read `${…}` of a document whose version knows no variables: its characters as they stand."""
    for character in text:
        yield _WILDCARDS[character] if wildcards and character in _WILDCARDS else character


def _variable(text: str, name: str) -> Variable:
    found = _VARIABLE.fullmatch(name)
    if found is None:
        raise Refused(f"{text}: ${{{name}}} is no policy variable")
    return Variable(found["key"].lower(), found["default"])


def _joined(parts: Iterator[Part]) -> tuple[Part, ...]:
    made: list[Part] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return tuple(made)


def _resolved(part: str | Variable, values: Values) -> str:
    if isinstance(part, str):
        return part
    value = values.get(part.key, part.default)
    if value is None:
        raise Unresolved
    if "*" in value or "?" in value:
        # AWS does not say whether such a character would act as a wildcard. IAM's tags cannot hold it (aws.md 5.2).
        raise Refused(f"the request's {part.key} holds a wildcard, where a policy uses it as a variable")
    return value


@lru_cache(maxsize=16_384)
def _compiled(expression: str, ignoring_case: bool) -> re.Pattern[str]:  # noqa: FBT001  lru_cache's key
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignoring_case else 0))
