"""Who uses the fleet's key."""

from fnmatch import fnmatchcase
from typing import Any

from infra.place import Place
from infra.policies.key import key_policy

USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
SECRETS = [
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-??????",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????",
    "RequestToValidateKeyAccess",
]
ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}


def statements(place: Place) -> dict[str, dict[str, Any]]:
    """Give the statements by their names."""
    return {statement["Sid"]: statement for statement in key_policy(place)["Statement"]}


def test_the_key_serves_secrets_manager_for_this_fleets_secrets(place: Place) -> None:
    """`RequestToValidateKeyAccess` stands where there is no secret yet; refused, no secret could be created."""
    assert statements(place)["FleetsSecretsThroughSecretsManager"] == {
        "Sid": "FleetsSecretsThroughSecretsManager",
        "Effect": "Allow",
        "Principal": ACCOUNT,
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": SECRETS},
        },
    }


def test_what_is_not_allowed_is_denied_as_well(place: Place) -> None:
    """A grant, or a statement added by hand, opens nothing."""
    found = statements(place)

    assert [found["NoDirectUse"], found["NoOtherSecrets"]] == [
        {
            "Sid": "NoDirectUse",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [*USE, "kms:CreateGrant"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}},
        },
        {
            "Sid": "NoOtherSecrets",
            "Effect": "Deny",
            "Principal": "*",
            "Action": USE,
            "Resource": "*",
            "Condition": {"StringNotLike": {"kms:EncryptionContext:SecretARN": SECRETS}},
        },
    ]


def test_administering_the_key_is_not_using_it(place: Place) -> None:
    """The account keeps control of the key (PutKeyPolicy included), but no action that opens a secret or lends use."""
    administration = statements(place)["AccountAdministers"]

    uses = [name for name in administration["Action"] for use in [*USE, "kms:CreateGrant"] if fnmatchcase(name, use)]
    assert uses == []
    assert "kms:PutKeyPolicy" in administration["Action"]
    assert not any("*" in name for name in administration["Action"])
    assert (administration["Principal"], set(administration)) == (
        ACCOUNT,
        {"Sid", "Effect", "Principal", "Action", "Resource"},
    )


def test_the_key_has_these_statements_only(place: Place) -> None:
    """A fifth one would need a reason here."""
    assert list(statements(place)) == [
        "AccountAdministers",
        "FleetsSecretsThroughSecretsManager",
        "NoDirectUse",
        "NoOtherSecrets",
    ]
