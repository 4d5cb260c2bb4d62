"""Known texts tried in a formula: what the solver does not find at once is often made of names that somebody knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import z3

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: How often a choice is taken back before the search ends without an answer.
_TURNS: Final = 400
#: How many choices a check of the solver's is worth.
_A_CHECK: Final = 10


def tried(formulas: Iterable[z3.BoolRef], words: Sequence[str]) -> z3.ModelRef | None:
    """Look for a model made of `words` and texts that the formulas name; None says only that this search found none."""
    whole = [z3.simplify(formula) for formula in formulas]
    parts = [_Part(part) for formula in whole for one in conjuncts(formula) for part in _negated(one)]
    wanted = {str(symbol): symbol for symbol in symbols(whole)}
    order = sorted(wanted, key=lambda name: min(len(part.speaks_of) for part in parts if name in part.speaks_of))
    likely = {name: _likely(words, [part.formula for part in parts if name in part.speaks_of]) for name in order}
    chosen = _Search([(wanted[name], likely[name]) for name in order]).found(parts)
    if chosen is None:
        return None
    solver = z3.Solver()
    solver.add(whole)
    solver.add([wanted[name] == word for name, word in chosen.items()])
    return solver.model() if solver.check() == z3.sat else None


def _likely(words: Sequence[str], about: Sequence[z3.BoolRef]) -> list[z3.SeqRef]:
    """Put first what begins like the texts that formulas name: a hole is mostly beside what was meant."""
    named = [str(item.as_string()) for item in _within(about) if z3.is_string_value(item)]

    def alike(word: str) -> int:
        return max((_in_common(word, text) for text in named), default=0)

    return [z3.StringVal(word) for word in sorted(dict.fromkeys([*words, *named]), key=alike, reverse=True)]


def _in_common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def symbols(formulas: Iterable[z3.BoolRef]) -> list[z3.SeqRef]:
    """List the texts that formulas speak of, by name."""
    found = {
        str(item): item
        for item in _within(formulas)
        if isinstance(item, z3.SeqRef) and z3.is_const(item) and item.decl().kind() == z3.Z3_OP_UNINTERPRETED
    }
    return [found[name] for name in sorted(found)]


def _within(formulas: Iterable[z3.BoolRef]) -> Iterator[z3.ExprRef]:
    seen, left = set(), list[z3.ExprRef](formulas)
    while left:
        item = left.pop()
        if item.get_id() not in seen:
            seen.add(item.get_id())
            left += item.children()
            yield item


def conjuncts(formula: z3.BoolRef) -> Iterator[z3.BoolRef]:
    """List what has to hold one by one."""
    if z3.is_and(formula):
        for part in formula.children():
            yield from conjuncts(part)
    else:
        yield formula


def _negated(formula: z3.BoolRef) -> Iterator[z3.BoolRef]:
    if z3.is_not(formula) and z3.is_or(formula.arg(0)):
        for part in formula.arg(0).children():
            yield from conjuncts(z3.simplify(z3.Not(part)))
    else:
        yield formula


@dataclass(frozen=True, slots=True)
class _Part:
    """What has to hold, and the names of the texts it speaks of."""

    formula: z3.BoolRef
    speaks_of: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "speaks_of", frozenset(map(str, symbols([self.formula]))))


class _Search:
    """A choice of a word for each symbol, one after the other; what cannot hold any more is taken back."""

    def __init__(self, wanted: list[tuple[z3.SeqRef, list[z3.SeqRef]]]) -> None:
        self._wanted, self._turns = wanted, _TURNS

    def found(self, parts: list[_Part], at: int = 0) -> dict[str, z3.SeqRef] | None:
        """Choose for the symbols from `at` on."""
        if at == len(self._wanted):
            self._turns -= _A_CHECK
            return {} if z3.Solver().check(*(part.formula for part in parts)) == z3.sat else None
        symbol, words = self._wanted[at]
        name = str(symbol)
        about = [part.formula for part in parts if name in part.speaks_of]
        others = [part for part in parts if name not in part.speaks_of]
        for word in words:
            left = [z3.simplify(z3.substitute(part, (symbol, word))) for part in about]
            if any(z3.is_false(part) for part in left):
                continue
            self._turns -= 1
            if self._turns < 0:
                return None
            rest = [_Part(part) for part in left if not z3.is_true(part)]
            chosen = self.found([*others, *rest], at + 1)
            if chosen is not None:
                return {name: word, **chosen}
        return None
