"""What the rotation function may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import document, state_tags_only, through_secrets_manager, write_log
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


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
            "Condition": {"StringEquals": enrolled, **state_tags_only()},
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
        write_log(place, naming.ROTATION),
    )
