"""Who reads a seller's secret."""

from infra.place import Place
from infra.policies.sellers import reader_policy, reader_trust, seller_secret_policy

KEY = "arn:aws:kms:eu-west-1:123456789012:key/PLACEHOLDER"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/berlin/sp-api-??????"


def test_only_the_configured_principals_become_a_reader() -> None:
    """Nobody else in the account, and no tags on the session, which could name another seller."""
    erp = "arn:aws:iam::123456789012:role/erp"

    assert reader_trust([erp]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ConfiguredReadersOnly",
                "Effect": "Allow",
                "Principal": {"AWS": [erp]},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def test_a_reader_reads_its_secret_and_no_other(place: Place) -> None:
    """Six question marks stand for AWS's suffix; `*` would match longer names too (aws.md 6.1)."""
    assert reader_policy(place, "berlin", KEY) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadItsSecret",
                "Effect": "Allow",
                "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                "Resource": SECRET,
            },
            {
                "Sid": "DecryptItsSecret",
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": KEY,
                "Condition": {
                    "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:SecretARN": [SECRET]},
                },
            },
        ],
    }


def test_a_secret_is_closed_to_all_but_its_reader_and_the_rotation(place: Place) -> None:
    """Whatever an administrator's own policy allows: reading, another function's rotation, deletion for good."""
    assert seller_secret_policy(place, "berlin") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyItsReaderAndTheRotationRead",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
                "Condition": {
                    "StringNotEquals": {
                        "aws:PrincipalArn": [
                            "arn:aws:iam::123456789012:role/sellerkeys/prod/sellers/sellerkeys.prod.berlin",
                            "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.rotation",
                        ]
                    }
                },
            },
            {
                "Sid": "NoForeignRotation",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:RotateSecret",
                "Resource": "*",
                "Condition": {
                    "ArnNotEquals": {
                        "secretsmanager:RotationLambdaARN": (
                            "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-prod-rotation"
                        )
                    },
                    "Null": {"secretsmanager:RotationLambdaARN": "false"},
                },
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
