"""What the solver says is told as it is: a counter-example as a request, and nothing where nobody knows."""

from __future__ import annotations

import z3

from isolation.evaluator import Policies
from isolation.proof.asked import Asked
from isolation.proof.proving import Case, Claim, Result, prove
from isolation.proof.telling import sentence
from isolation.proof.texts import literal
from tests.isolation.asking import ACCOUNT, allow, deny, document


def _claim(*statements: dict[str, object], resource: str = "arn:aws:s3:::b/secret") -> Claim:
    asked = Asked("q", "s3:GetObject")
    given = [asked.account == literal(ACCOUNT), asked.resource == literal(resource)]
    given.append(asked.arn == literal(f"arn:aws:iam::{ACCOUNT}:role/r"))
    return Claim("nobody reads it", [Case([(asked, Policies([document(*statements)]))], given, ACCOUNT)])


def test_a_counter_example_is_a_request() -> None:
    """Somebody could send it: who, what, on which resource, in which context."""
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    verdict = prove(_claim(allow("s3:*", Condition=condition)))

    assert verdict.result is Result.REFUTED
    assert sentence(verdict) == (
        "nobody reads it: broken by s3:GetObject on arn:aws:s3:::b/secret by arn:aws:iam::123456789012:role/r "
        "where aws:sourcevpce='vpce-1'"
    )


def test_what_is_denied_is_proven() -> None:
    """Whatever the context."""
    verdict = prove(_claim(allow("s3:*"), deny("s3:Get*", "arn:aws:s3:::b/*")))

    assert (verdict.result, verdict.broken_by) == (Result.PROVEN, ())


def test_what_the_encoding_does_not_cover_is_not_proven() -> None:
    """Two stars around a variable cannot be negated without a quantifier; unknown is a failure, not a pass."""
    verdict = prove(_claim(allow("s3:*", "arn:aws:s3:::*${aws:PrincipalTag/t}*")))

    assert verdict.result is Result.UNKNOWN
    assert "a variable, and more than one *" in sentence(verdict)


def test_a_policy_that_is_refused_is_not_proven() -> None:
    """An operator that the evaluator does not know is named."""
    verdict = prove(_claim(allow("s3:*", Condition={"NumericEquals": {"s3:max-keys": "1"}})))

    assert verdict.result is Result.UNKNOWN
    assert "condition operator NumericEquals is not known to the evaluator" in sentence(verdict)


def test_a_solver_that_gives_up_proves_nothing() -> None:
    """A question that the solver cannot answer in a moment."""
    asked = Asked("q", "s3:GetObject")
    one, two, three = z3.Strings("one two three")
    hard = [z3.Concat(one, two, three) == z3.Concat(three, two, one), z3.Length(one) > 50, one != three]
    hard += [z3.InRe(text, z3.Plus(z3.Union(z3.Re("ab"), z3.Re("ba")))) for text in (one, two, three)]
    case = Case([(asked, Policies([document(allow("s3:*"))]))], [*hard, asked.account == literal(ACCOUNT)], ACCOUNT)

    verdict = prove(Claim("hard", [case]), timeout=0.001)

    assert verdict.result is Result.UNKNOWN
    assert "the solver gave up" in verdict.why
