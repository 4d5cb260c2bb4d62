"""What the consent function may do, and above all what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.policies.consent import consent_policy
from infra.policies.key import held_key_policy

if TYPE_CHECKING:
    from infra.place import Place

SELLERS = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????"
APP = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-??????"
KEY, HELD = "arn:key", "arn:held"


def statements(place: Place) -> dict[str, dict[str, Any]]:
    """The policy's statements by their names."""
    return {statement["Sid"]: statement for statement in consent_policy(place, KEY, HELD)["Statement"]}


def listed(value: str | list[str]) -> list[str]:
    """IAM writes one as a string and several as a list."""
    return [value] if isinstance(value, str) else value


def allowed(place: Place, action: str) -> list[str]:
    """On what an action is allowed."""
    return [each["Resource"] for each in statements(place).values() if action in listed(each["Action"])]


def test_it_reads_no_sellers_value(place: Place) -> None:
    """Only the application's; and what it sealed it cannot open."""
    assert allowed(place, "secretsmanager:GetSecretValue") == [APP]
    assert allowed(place, "kms:Decrypt") == [KEY]
    assert allowed(place, "kms:Encrypt") == [HELD]


def test_no_action_has_a_star_and_one_resource_is_any(place: Place) -> None:
    """ListSecrets knows no other."""
    found = statements(place).values()

    assert not [action for each in found for action in listed(each["Action"]) if "*" in action]
    assert [each["Sid"] for each in found if each["Resource"] == "*"] == ["ListSecrets"]


def test_it_writes_sellers_and_has_them_rotated_by_ours(place: Place) -> None:
    """Versions, labels, state tags; by no other function than the fleet's."""
    ours = "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-prod-rotation"

    assert statements(place)["WriteSellersUnread"]["Resource"] == SELLERS
    assert statements(place)["HaveSellersRotatedByOurs"]["Condition"] == {
        "ArnEquals": {"secretsmanager:RotationLambdaARN": ours}
    }
    assert statements(place)["CallTheRotation"]["Resource"] == ours
    assert statements(place)["TagStateOnly"]["Condition"] == {
        "ForAllValues:StringLike": {"aws:TagKeys": "sellerkeys-state:*"},
        "Null": {"aws:TagKeys": "false"},
    }


def test_in_the_table_it_keeps_its_own_things(place: Place) -> None:
    """Not the locks of the client-secret function."""
    statement = statements(place)["KeepInvitationsStatesAndWhatWaits"]

    assert statement["Resource"] == "arn:aws:dynamodb:eu-west-1:123456789012:table/sellerkeys-prod"
    assert statement["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["invitation#*", "state#*", "held#*"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_who_seals_does_not_open_and_who_opens_does_not_seal(place: Place) -> None:
    """The key's policy denies it, whatever identity policies allow."""
    found = {statement["Sid"]: statement for statement in held_key_policy(place)["Statement"]}
    function = "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.consent"
    people = ["arn:aws:iam::123456789012:role/on-call"]

    named = ("OnlyTheConsentFunctionSeals", "OnlyWhoeverIsOnCallOpens", "NoOtherUse")
    seals, opens, nothing = (found[sid] for sid in named)
    assert (seals["Effect"], seals["Action"]) == ("Deny", "kms:Encrypt")
    assert seals["Condition"] == {"StringNotEquals": {"aws:PrincipalArn": [function]}}
    assert (opens["Effect"], opens["Action"]) == ("Deny", "kms:Decrypt")
    assert opens["Condition"] == {"StringNotEquals": {"aws:PrincipalArn": people}}
    assert "Condition" not in nothing
