"""A request that is not known yet: which action is given, all else are symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

import z3

from isolation.evaluator import Request
from isolation.keys import is_multiple
from isolation.principal import Principal
from isolation.proof.matching import ANY, Undecided

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAG: Final = "aws:principaltag/"
#: Keys that follow from the principal in ways the encoding does not follow.
_OPAQUE: Final = ("aws:username", "aws:userid", "aws:principaltype")
#: What a value that a policy uses as a variable cannot hold (evaluator: "holds a wildcard").
NO_WILDCARD: Final = z3.Star(z3.Diff(ANY, z3.Union(z3.Re("*"), z3.Re("?"))))


_ESCAPED: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


class Kind(Enum):
    """Who may ask: a role or user, a service of AWS, or nobody in particular."""

    IDENTITY = "identity"
    SERVICE = "service"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Slot:
    """The values a condition key may have in the request, each beside whether it is there."""

    members: tuple[tuple[z3.BoolRef, z3.SeqRef], ...]

    @property
    def present(self) -> z3.BoolRef:
        """Say that the request has the key."""
        return z3.Or([there for there, _ in self.members])


@dataclass(slots=True)
class Asked:
    """One symbolic request; `name` keeps its symbols apart from those of another.

    `markers` are variables of the proof's own, such as the seller whose policies are looked at. `width` is how many
    values a key of several may have: one more than there are tests on it is enough, for each test needs one witness.
    """

    name: str
    action: str
    kind: Kind = Kind.IDENTITY
    markers: Mapping[str, z3.SeqRef] = field(default_factory=dict)
    width: int = 4
    slots: dict[str, Slot] = field(default_factory=dict)

    @property
    def resource(self) -> z3.SeqRef:
        """What it is done to."""
        return self._text("resource")

    @property
    def arn(self) -> z3.SeqRef:
        """The role's or user's ARN."""
        return self._text("arn")

    @property
    def account(self) -> z3.SeqRef:
        """The account of the one who asks."""
        return self._text("account")

    @property
    def service(self) -> z3.SeqRef:
        """The service that asks."""
        return self._text("service")

    def further(self, count: int) -> list[z3.BoolRef]:
        """Say of each value of a key of several, beside the first ones, that it is there."""
        return [there for slot in self.slots.values() for there, _ in slot.members[count:]]

    def slot(self, key: str) -> Slot:
        """Give the symbols of a condition key."""
        if key not in self.slots:
            self.slots[key] = self._made(key)
        return self.slots[key]

    def value_of(self, key: str) -> z3.SeqRef:
        """Give the symbol that stands for a policy variable's value."""
        if key in self.markers:
            return self.markers[key]
        if is_multiple(key):
            raise Undecided(f"${{{key}}}: a key of several values as a variable")
        return self.slot(key).members[0][1]

    def resolved(self, key: str) -> z3.BoolRef:
        """Say that a policy variable has a value."""
        if key in self.markers:
            return z3.BoolVal(val=True)
        return z3.And(self.slot(key).present, z3.InRe(self.value_of(key), NO_WILDCARD))

    def found(self, model: z3.ModelRef) -> Request:
        """Read the request that the solver found."""

        def text(symbol: z3.SeqRef) -> str:
            return _plain(model.eval(symbol, model_completion=True))

        context: dict[str, str | tuple[str, ...]] = {key: text(symbol) for key, symbol in self.markers.items()}
        tags = {}
        for key, slot in self.slots.items():
            given = tuple(text(value) for there, value in slot.members if model.eval(there, model_completion=True))
            if key.startswith(_TAG) and given:
                tags[key.removeprefix(_TAG)] = given[0]
            elif given and not key.startswith("aws:principal"):
                context[key] = given if is_multiple(key) else given[0]
        return Request(self._principal(text, tags), self.action, text(self.resource), context)

    def _principal(self, text: object, tags: dict[str, str]) -> Principal:
        assert callable(text)  # noqa: S101
        if self.kind is Kind.SERVICE:
            return Principal(service=text(self.service))
        if self.kind is Kind.ANYBODY:
            return Principal()
        arn = text(self.arn)
        return Principal(arn, text(self.account), tags, session="s" if ":role/" in arn else "")

    def _made(self, key: str) -> Slot:
        if key.startswith("aws:principal") or key in _OPAQUE:
            return self._of_principal(key)
        count = self.width if is_multiple(key) else 1
        return Slot(tuple((z3.Bool(f"{self.name}:{key}?{at}"), self._text(f"{key}={at}")) for at in range(count)))

    def _of_principal(self, key: str) -> Slot:
        is_identity, is_service = self.kind is Kind.IDENTITY, self.kind is Kind.SERVICE
        if key.startswith(_TAG):
            there = z3.And(z3.Bool(f"{self.name}:{key}?"), z3.BoolVal(is_identity))
            return Slot(((there, self._text(key)),))
        known = {
            "aws:principalarn": (is_identity, self.arn),
            "aws:principalaccount": (is_identity, self.account),
            "aws:principalservicename": (is_service, self.service),
            "aws:principalisawsservice": (True, z3.StringVal("true" if is_service else "false")),
        }
        if key not in known:
            raise Undecided(f"{key}: follows from the principal in a way the encoding does not know")
        there, value = known[key]
        return Slot(((z3.BoolVal(there), value),))

    def _text(self, what: str) -> z3.SeqRef:
        return z3.String(f"{self.name}:{what}")


def _plain(value: z3.ExprRef) -> str:
    r"""Read a text of the solver's, which writes some characters as `\u{41}`."""
    assert isinstance(value, z3.SeqRef)  # noqa: S101
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value.as_string())
