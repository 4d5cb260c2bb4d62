"""Templates of a policy as formulas about texts that are not known yet; without quantifiers, so negation is safe."""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

import z3

from isolation.template import Variable, Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isolation.template import Part, Template

    #: Gives the symbol that stands for a variable's value.
    ValueOf: TypeAlias = Callable[[str], z3.SeqRef]

_MANY: Final = (Wildcard.MANY, Wildcard.MANY_IN_PART)
_ONES: Final = {Wildcard.ONE, Wildcard.ONE_IN_PART}


class Undecided(Exception):
    """The encoding does not cover this; a claim that meets it is not proven."""


def matches(template: Template, text: z3.SeqRef, value_of: ValueOf, *, ignoring_case: bool = False) -> z3.BoolRef:
    """Say that `template` describes `text`, with `value_of` each variable's key."""
    if not ignoring_case and all(isinstance(part, str) for part in template.parts):
        return text == z3.StringVal("".join(str(part) for part in template.parts))
    if not any(isinstance(part, Variable) for part in template.parts):
        return z3.InRe(text, expression(template, ignoring_case=ignoring_case))
    if ignoring_case:
        raise Undecided(f"{template.text}: a variable compared without regard to case")
    if Wildcard.MANY_IN_PART in template.parts or Wildcard.ONE_IN_PART in template.parts:
        raise Undecided(f"{template.text}: a wildcard before the fifth colon, and a variable after it")
    if template.parts.count(Wildcard.MANY) > 1:
        raise Undecided(f"{template.text}: a variable, and more than one *")
    return _about_ends(template.parts, text, value_of)


def _about_ends(parts: Sequence[Part], text: z3.SeqRef, value_of: ValueOf) -> z3.BoolRef:
    head = list(takewhile(lambda part: part is not Wildcard.MANY, parts))
    tail = list(parts[len(head) + 1 :])
    total = _length([*head, *tail], value_of)
    exact = len(head) == len(parts)
    tests = [z3.Length(text) == total if exact else z3.Length(text) >= total]
    tests += _pieces(head, text, z3.IntVal(0), value_of)
    tests += _pieces(tail, text, z3.Length(text) - _length(tail, value_of), value_of) if tail else []
    return z3.And(tests)


def _pieces(parts: Sequence[Part], text: z3.SeqRef, start: z3.ArithRef, value_of: ValueOf) -> list[z3.BoolRef]:
    """Say what stands in `text` from `start` on, run by run between the single wildcards."""
    tests, at = [], 0
    while at < len(parts):
        run = list(takewhile(lambda part: part not in _ONES, parts[at:]))
        if run:
            begin = start + _length(parts[:at], value_of)
            wanted = _joined(run, value_of)
            is_prefix = at == 0 and z3.is_int_value(start)
            found = (
                z3.PrefixOf(wanted, text) if is_prefix else z3.SubString(text, begin, _length(run, value_of)) == wanted
            )
            tests.append(found)
        at += len(run) + 1
    return tests


def _joined(run: Sequence[Part], value_of: ValueOf) -> z3.SeqRef:
    made = [_text(part, value_of) for part in run]
    return z3.Concat(*made) if len(made) > 1 else made[0]


def _text(part: Part, value_of: ValueOf) -> z3.SeqRef:
    if isinstance(part, Variable):
        if part.default is not None:
            raise Undecided(f"${{{part.key}}}: a default value")
        return value_of(part.key)
    assert isinstance(part, str)  # noqa: S101  runs hold no wildcards
    return z3.StringVal(part)


def _length(parts: Sequence[Part], value_of: ValueOf) -> z3.ArithRef:
    fixed = sum(len(part) if isinstance(part, str) else 1 for part in parts if not isinstance(part, Variable))
    return z3.Sum(
        [z3.IntVal(fixed), *(z3.Length(_text(part, value_of)) for part in parts if isinstance(part, Variable))]
    )


@lru_cache(maxsize=4_096)
def expression(template: Template, *, ignoring_case: bool = False) -> z3.ReRef:
    """Write a template without variables as a regular expression."""
    pieces = [_expression(part, ignoring_case=ignoring_case) for part in template.parts]
    return z3.Concat(*pieces) if len(pieces) > 1 else pieces[0] if pieces else z3.Re("")


def _expression(part: Part, *, ignoring_case: bool) -> z3.ReRef:
    if isinstance(part, Wildcard):
        one = ANY if part in {Wildcard.MANY, Wildcard.ONE} else NO_COLON
        return z3.Star(one) if part in _MANY else one
    assert isinstance(part, str)  # noqa: S101  variables were looked at before
    if not ignoring_case:
        return z3.Re(part)
    letters = [z3.Union(z3.Re(char.lower()), z3.Re(char.upper())) if char.isalpha() else z3.Re(char) for char in part]
    return z3.Concat(*letters) if len(letters) > 1 else letters[0] if letters else z3.Re("")


_TEXTS: Final = z3.ReSort(z3.StringSort())
ANY: Final = z3.AllChar(_TEXTS)
NO_COLON: Final = z3.Intersect(ANY, z3.Complement(z3.Re(":")))
