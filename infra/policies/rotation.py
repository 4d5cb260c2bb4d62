"""What the rotation function may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import document, through_secrets_manager
from provisioning.state import PREFIX

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


def rotation_trust() -> Document:
    """Say who may become the rotation function's role: Lambda."""
    return document(
        {
            "Sid": "LambdaOnly",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def rotation_policy(place: Place, key_arn: str) -> Document:
    """Say what the rotation function may do: write enrolled sellers' versions and state tags, read the app secret."""
    # Matches only secrets whose rotation is this very function, so no list of sellers is needed (aws.md 6.1).
    enrolled = {"secretsmanager:resource/AllowRotationLambdaArn": place.rotation_function}
    return document(
        {
            "Sid": "RotateEnrolledSellers",
            "Effect": "Allow",
            "Action": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            "Resource": place.seller_secrets,
            "Condition": {"StringEquals": enrolled},
        },
        {
            "Sid": "TagStateOnly",
            "Effect": "Allow",
            "Action": "secretsmanager:TagResource",
            "Resource": place.seller_secrets,
            # "For all values" is true of no value at all, hence the Null guard.
            "Condition": {
                "StringEquals": enrolled,
                "ForAllValues:StringLike": {"aws:TagKeys": f"{PREFIX}*"},
                "Null": {"aws:TagKeys": "false"},
            },
        },
        {
            "Sid": "ReadTheApplication",
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": place.app_secret,
        },
        {
            "Sid": "DecryptBoth",
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
            "Sid": "WriteItsLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{place.rotation_log}:log-stream:*",
        },
    )
