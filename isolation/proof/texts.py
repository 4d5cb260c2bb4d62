"""Texts and languages that claims speak of: slugs, suffixes, ARNs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import z3

from isolation import template
from isolation.proof.matching import ANY
from isolation.template import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The proof's own variable in a fleet's documents: the seller they are written for, whoever it is.
SELLER: Final = "proof:seller"
#: The same as a policy would write it.
ANY_SELLER: Final = f"${{{SELLER}}}"

_DIGIT, _LOWER, _UPPER = z3.Range("0", "9"), z3.Range("a", "z"), z3.Range("A", "Z")
_END: Final = z3.Union(_LOWER, _DIGIT)
#: What the roster takes as a seller's slug; tests/isolation/proof/test_texts.py holds it to the roster's own pattern.
SLUG: Final = z3.Concat(_END, z3.Option(z3.Concat(z3.Loop(z3.Union(_END, z3.Re("-")), 0, 30), _END)))
#: What AWS puts behind a secret's name, after a hyphen (aws.md 6.1).
SUFFIX: Final = z3.Loop(z3.Union(_LOWER, _UPPER, _DIGIT), 6, 6)
#: What a tag's value may hold, as far as a policy cares: no wildcard (IAM: id_tags, allowed characters).
TAG: Final = z3.Star(z3.Diff(ANY, z3.Union(z3.Re("*"), z3.Re("?"))))
_SUFFIX_LENGTH: Final = 7


def literal(text: str) -> z3.SeqRef:
    """Write a known text."""
    return z3.StringVal(text)


def text(written: str, markers: Mapping[str, z3.SeqRef]) -> z3.SeqRef:
    """Write a text in which the proof's variables may stand."""
    parts = template.plain(written, variables=True).parts
    made = [markers[part.key] if isinstance(part, Variable) else literal(str(part)) for part in parts]
    return z3.Concat(*made) if len(made) > 1 else made[0]


def any_secret(arn: z3.SeqRef, account: str, region: str) -> z3.BoolRef:
    """Say that it is the ARN of a secret of account and region."""
    begin = f"arn:aws:secretsmanager:{region}:{account}:secret:"
    return z3.InRe(arn, z3.Concat(z3.Re(begin), z3.Plus(ANY), z3.Re("-"), SUFFIX))


def is_secret(arn: z3.SeqRef, name: z3.SeqRef) -> z3.BoolRef:
    """Say that a secret's ARN is that of the secret `name` (its ARN up to AWS's suffix)."""
    if z3.is_string_value(name):
        # In the same words as a pattern that ends in `-??????`: the solver then sees at once that they are the same.
        return z3.InRe(arn, z3.Concat(z3.Re(f"{name.as_string()}-"), z3.Loop(ANY, 6, 6)))
    return z3.And(z3.PrefixOf(z3.Concat(name, literal("-")), arn), z3.Length(arn) == z3.Length(name) + _SUFFIX_LENGTH)


def is_none_of(value: z3.SeqRef, others: Iterable[z3.SeqRef]) -> z3.BoolRef:
    """Say that a text is none of these."""
    return z3.And([value != other for other in others])
