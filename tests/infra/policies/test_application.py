"""Who does not read the app secret."""

from infra.place import Place
from infra.policies.application import app_secret_policy


def test_no_seller_reads_the_shared_application(place: Place) -> None:
    """Nor is it rotated by Secrets Manager, which would open it to the rotation function's writes."""
    assert app_secret_policy(place) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "NoSellersReader",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
                "Condition": {
                    "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/sellerkeys/prod/sellers/*"}
                },
            },
            {
                "Sid": "NoRotation",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:RotateSecret",
                "Resource": "*",
            },
            {
                "Sid": "NoForcedDeletion",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:DeleteSecret",
                "Resource": "*",
                "Condition": {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
            },
        ],
    }
