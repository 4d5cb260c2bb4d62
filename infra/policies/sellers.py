"""Who may read a seller's secret: its own reader, which the configured principals may become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import ITSELF, NO_FORCED_DELETION, document, through_secrets_manager

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.place import Place
    from infra.policies.document import Document


def reader_trust(readers: Sequence[str]) -> Document:
    """Say who may become a seller's reader: the configured principals; tags on the session stay forbidden."""
    return document(
        {
            "Sid": "ConfiguredReadersOnly",
            "Effect": "Allow",
            "Principal": {"AWS": list(readers)},
            "Action": "sts:AssumeRole",
        }
    )


def reader_policy(place: Place, seller: str, key_arn: str) -> Document:
    """Say what a seller's reader may do: read its secret, and no other."""
    secret = place.seller_secret(seller)
    return document(
        {
            "Sid": "ReadItsSecret",
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "Resource": secret,
        },
        {
            "Sid": "DecryptItsSecret",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key_arn,
            "Condition": through_secrets_manager(place, secret),
        },
    )


def seller_secret_policy(place: Place, seller: str) -> Document:
    """Say what nobody may do to a seller's secret, whatever his own policies allow.

    BatchGetSecretValue needs GetSecretValue on each secret (botocore) and knows no resource, so it is not named here.
    """
    return document(
        {
            "Sid": "OnlyItsReaderAndTheRotationRead",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": ITSELF,
            # An anonymous caller has no PrincipalArn, and "not equals" then denies: no Null guard.
            "Condition": {"StringNotEquals": {"aws:PrincipalArn": [place.reader(seller), place.rotation_role]}},
        },
        {
            "Sid": "NoForeignRotation",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:RotateSecret",
            "Resource": ITSELF,
            # RotateSecret without a function keeps the one that is set, so an absent key must not deny.
            "Condition": {
                "ArnNotEquals": {"secretsmanager:RotationLambdaARN": place.rotation_function},
                "Null": {"secretsmanager:RotationLambdaARN": "false"},
            },
        },
        NO_FORCED_DELETION,
    )
