"""What the consent function may do: write what sellers hand over, and read none of it (design.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.document import ANY, document, state_tags_only, through_secrets_manager, write_log
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: What it keeps in the fleet's table, by how the keys begin.
KEYS: Final = ("invitation#*", "state#*", "held#*")


def consent_policy(place: Place, key_arn: str, held_key_arn: str) -> Document:
    """Say what the consent function may do.

    Decrypt on sellers' secrets is part of writing them (aws.md 6.2); without GetSecretValue it reads nothing.
    """
    return document(
        {
            "Sid": "ListSecrets",
            "Effect": "Allow",
            "Action": "secretsmanager:ListSecrets",
            "Resource": ANY,
        },
        {
            "Sid": "WriteSellersUnread",
            "Effect": "Allow",
            "Action": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            "Resource": place.seller_secrets,
        },
        {
            "Sid": "TagStateOnly",
            "Effect": "Allow",
            "Action": "secretsmanager:TagResource",
            "Resource": place.seller_secrets,
            "Condition": state_tags_only(),
        },
        {
            "Sid": "HaveSellersRotatedByOurs",
            "Effect": "Allow",
            "Action": "secretsmanager:RotateSecret",
            "Resource": place.seller_secrets,
            "Condition": {"ArnEquals": {"secretsmanager:RotationLambdaARN": place.rotation_function}},
        },
        {
            # Whoever asks for a rotation has to be allowed to call its function (aws.md 2.1).
            "Sid": "CallTheRotation",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": place.rotation_function,
        },
        {
            "Sid": "ReadTheApplication",
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": place.app_secret,
        },
        {
            "Sid": "DecryptThroughSecretsManager",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key_arn,
            "Condition": through_secrets_manager(place, place.seller_secrets, place.app_secret),
        },
        {
            "Sid": "EncryptSellers",
            "Effect": "Allow",
            "Action": "kms:GenerateDataKey",
            "Resource": key_arn,
            "Condition": through_secrets_manager(place, place.seller_secrets),
        },
        {
            "Sid": "SealWhatWaits",
            "Effect": "Allow",
            "Action": "kms:Encrypt",
            "Resource": held_key_arn,
            "Condition": {"StringEquals": {"kms:EncryptionContext:base": place.base}},
        },
        {
            "Sid": "KeepInvitationsStatesAndWhatWaits",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
            "Resource": place.table,
            # "For all values" is true of no value at all, hence the Null guard.
            "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(KEYS)},
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        },
        write_log(place, naming.CONSENT),
    )
