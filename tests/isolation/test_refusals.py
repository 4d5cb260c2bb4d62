"""What a hand-written policy may say that is refused, by name."""

from __future__ import annotations

from typing import Any

import pytest

from isolation.evaluator import Policies
from isolation.refusal import Refused
from tests.isolation.asking import allow, ask, deny, document, own, role


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"Condition": {"NumericLessThan": {"s3:max-keys": "10"}}}, "condition operator NumericLessThan is not known"),
        ({"Condition": {"StringLik": {"aws:SourceArn": "x"}}}, "condition operator StringLik is not known"),
        ({"Condition": {"NullIfExists": {"aws:SourceArn": "true"}}}, "Null takes one of true and false"),
        ({"Condition": {"Null": {"aws:SourceArn": "maybe"}}}, "Null takes one of true and false"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "no"}}}, "Bool compares with true or false, not with no"),
        ({"Condition": {"StringEquals": {"aws:SourceArm": "x"}}}, "condition key aws:SourceArm is not known"),
        ({"Condition": {"StringEquals": {"aws:PrincipalTag/": "x"}}}, "condition key aws:PrincipalTag/ is not known"),
        ({"Condition": {"StringEquals": {"aws:TagKeys": "x"}}}, "needs ForAllValues or ForAnyValue"),
        ({"Condition": {"StringEquals": {"aws:SourceArn": 1}}}, "compares with something that is no text"),
        ({"Condition": {"StringEquals": "x"}}, "StringEquals is no object"),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "*"}}}, "*: is no ARN of six parts"),
        ({"Resource": "arn:aws:s3:bucket"}, "arn:aws:s3:bucket: is no ARN of six parts"),
        ({"Resource": "arn:aws:s3::${aws:username}:x"}, "only after an ARN's fifth colon"),
        ({"Resource": "arn:aws:s3:::x/${aws:username 'a'}"}, "is no policy variable"),
        ({"NotResource": "*"}, "exactly one of Resource and NotResource"),
        ({"Action": "GetItem"}, "action GetItem is not of the form service:operation"),
        ({"Action": []}, "Action lists something that is no text"),
        ({"Effect": "allow"}, "Effect is neither Allow nor Deny"),
        ({"Effekt": "Allow"}, "element Effekt is not known"),
        ({"Principal": "*"}, "one of an identity does not"),
        (
            {"Condition": {"StringNotEquals": {"aws:SourceArn": "${aws:username}"}}},
            "what does *not* match a policy variable",
        ),
    ],
)
def test_an_identitys_statement(changed: dict[str, Any], why: str) -> None:
    """The message names the statement and the word."""
    with pytest.raises(Refused, match=r"^statement Allows: ") as caught:
        ask(role("r"), "s3:GetObject", "*", own({**allow("s3:GetObject"), **changed}))

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("principal", "why"),
    [
        ({"Federated": "cognito-identity.amazonaws.com"}, "a principal of the kind Federated is not known"),
        ({"AWS": "arn:aws:iam::123456789012:role/*"}, "is no account, role, user, session or service"),
        ({"AWS": "AIDAEXAMPLE"}, "principal AIDAEXAMPLE is no account"),
        ({"Service": "*.amazonaws.com"}, "is no account, role, user, session or service"),
        ("everybody", "Principal is neither * nor an object"),
    ],
)
def test_a_resources_principal(principal: Any, why: str) -> None:
    """A deleted user's id, a pattern, a federation: none of them is guessed at."""
    policies = Policies(resource=document(allow("s3:GetObject", Principal=principal)))

    with pytest.raises(Refused) as caught:
        ask(role("r"), "s3:GetObject", "*", policies)

    assert why in str(caught.value)


def test_not_principal() -> None:
    """It means a session only if the session's and the role's ARN are named; AWS advises against it."""
    row = {"Effect": "Deny", "NotPrincipal": {"AWS": role("r").arn}, "Action": "s3:*", "Resource": "*"}

    with pytest.raises(Refused, match="element NotPrincipal is not known"):
        ask(role("r"), "s3:GetObject", "*", Policies(resource=document(row)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "the policy is no JSON"),
        ("[]", "the policy has no Statement"),
        ('{"Version": "2013-01-01", "Statement": []}', "policy element 2013-01-01 is not known"),
        ('{"Version": "2012-10-17", "Statement": ["x"]}', "statement #1 is no object"),
    ],
)
def test_a_document(text: str, why: str) -> None:
    """A document that AWS would not take either."""
    with pytest.raises(Refused, match=why):
        ask(role("r"), "s3:GetObject", "*", Policies([text]))


def test_several_values_need_a_set_operator() -> None:
    """Which of them the plain operator would look at, AWS does not say."""
    policies = own(allow("s3:GetObject", Condition={"StringEquals": {"aws:SourceArn": "a"}}))

    with pytest.raises(Refused, match="several values need ForAllValues or ForAnyValue"):
        ask(role("r"), "s3:GetObject", "*", policies, aws__SourceArn=("a", "b"))


def test_a_wildcard_in_a_variables_value() -> None:
    """Whether it would act as one, AWS does not say; a tag of IAM cannot hold it."""
    policies = own(allow("s3:GetObject", "arn:aws:s3:::b/${aws:PrincipalTag/team}"))

    with pytest.raises(Refused, match="aws:principaltag/team holds a wildcard"):
        ask(role("r", team="*"), "s3:GetObject", "arn:aws:s3:::b/x", policies)


def test_the_principals_keys_are_not_the_callers_to_give() -> None:
    """Else a caller's context could make him another."""
    with pytest.raises(ValueError, match="follows from the principal"):
        ask(role("r"), "s3:GetObject", "*", own(allow("s3:*")), aws__PrincipalArn="arn:aws:iam::1:role/x")


def test_a_denial_with_an_unresolved_variable_denies_nothing() -> None:
    """AWS says it "might" void the statement; the evaluator assumes the worse, that it does."""
    condition = {"StringEquals": {"aws:SourceArn": ["x", "${aws:username}"]}}
    policies = own(allow("s3:*"), deny("s3:*", Condition=condition))

    assert ask(role("r"), "s3:GetObject", "*", policies, aws__SourceArn="x").allowed
