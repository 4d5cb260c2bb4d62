"""Who reads a seller's secret."""

from dataclasses import replace

from infra.place import Place
from infra.policies.sellers import (
    one_reader_policy,
    one_reader_trust,
    reader_policy,
    reader_trust,
    seller_secret_policy,
)

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
    """Whatever an administrator's own policy allows: reads, writes, another function's rotation, deletion for good."""
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
                "Sid": "OnlyOperatorsAndFunctionsWrite",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
                "Resource": "*",
                "Condition": {
                    "StringNotEquals": {
                        "aws:PrincipalArn": [
                            "arn:aws:iam::123456789012:role/onboarder",
                            "arn:aws:iam::123456789012:role/on-call",
                            "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.consent",
                            "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.rotation",
                        ]
                    }
                },
            },
            {
                "Sid": "OnlyTheDeployerUpdates",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:UpdateSecret",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/deployer"]}},
            },
            {
                "Sid": "IdentityTagsAreTheDeployers",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["secretsmanager:TagResource", "secretsmanager:UntagResource"],
                "Resource": "*",
                "Condition": {
                    "ForAnyValue:StringNotLike": {"aws:TagKeys": "sellerkeys-state:*"},
                    "StringNotEquals": {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/deployer"]},
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


def test_one_role_reads_for_the_seller_of_its_session(place: Place) -> None:
    """The tag's value stands where the slug would, in the ARN and in the encryption context; tags decide nothing."""
    secret = SECRET.replace("berlin", "${aws:PrincipalTag/sellerkeys:seller}")

    assert one_reader_policy(place, KEY) == {
        "Version": "2012-10-17",
        "Statement": [
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
                "Resource": KEY,
                "Condition": {
                    "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
                    "StringLike": {"kms:EncryptionContext:SecretARN": [secret]},
                },
            },
        ],
    }


def test_the_one_role_is_lent_for_a_seller_only() -> None:
    """With the seller's tag and no other; without it the session is refused, not merely blind."""
    erp = "arn:aws:iam::123456789012:role/erp"

    assert one_reader_trust([erp]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ConfiguredReadersForASeller",
                "Effect": "Allow",
                "Principal": {"AWS": [erp]},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringLike": {"aws:RequestTag/sellerkeys:seller": "?*"},
                    "ForAllValues:StringEquals": {"aws:TagKeys": "sellerkeys:seller"},
                    "Null": {"aws:TagKeys": "false"},
                },
            }
        ],
    }


def test_under_one_role_a_secret_is_closed_to_sessions_for_others(place: Place) -> None:
    """The second lock does not rely on the role's policy."""
    statements = seller_secret_policy(replace(place, isolation="one-role"), "berlin")["Statement"]

    assert [statement["Sid"] for statement in statements][:2] == [
        "OnlyItsReaderAndTheRotationRead",
        "OnlyASessionForThisSeller",
    ]
    one = "arn:aws:iam::123456789012:role/sellerkeys/prod/sellers/sellerkeys-reader.prod"
    assert statements[0]["Condition"]["StringNotEquals"]["aws:PrincipalArn"][0] == one
    assert statements[1] == {
        "Sid": "OnlyASessionForThisSeller",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:PrincipalArn": one},
            "StringNotEquals": {"aws:PrincipalTag/sellerkeys:seller": "berlin"},
        },
    }
