"""What the rotation function may do."""

from infra.place import Place
from infra.policies.rotation import rotation_policy

KEY = "arn:aws:kms:eu-west-1:123456789012:key/PLACEHOLDER"
SELLERS = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????"
APP = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-??????"
ENROLLED = {
    "secretsmanager:resource/AllowRotationLambdaArn": (
        "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-prod-rotation"
    )
}
SERVICE = {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}


def test_the_function_writes_enrolled_sellers_and_reads_the_application(place: Place) -> None:
    """No other secret, no identity tag, no write to the app secret, and the key for nothing else."""
    assert rotation_policy(place, KEY) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RotateEnrolledSellers",
                "Effect": "Allow",
                "Action": [
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:UpdateSecretVersionStage",
                ],
                "Resource": SELLERS,
                "Condition": {"StringEquals": ENROLLED},
            },
            {
                "Sid": "TagStateOnly",
                "Effect": "Allow",
                "Action": "secretsmanager:TagResource",
                "Resource": SELLERS,
                "Condition": {
                    "StringEquals": ENROLLED,
                    "ForAllValues:StringLike": {"aws:TagKeys": "sellerkeys-state:*"},
                    "Null": {"aws:TagKeys": "false"},
                },
            },
            {
                "Sid": "ReadTheApplication",
                "Effect": "Allow",
                "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                "Resource": APP,
            },
            {
                "Sid": "DecryptBoth",
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": KEY,
                "Condition": {
                    "StringEquals": SERVICE,
                    "StringLike": {"kms:EncryptionContext:SecretARN": [SELLERS, APP]},
                },
            },
            {
                "Sid": "EncryptSellers",
                "Effect": "Allow",
                "Action": "kms:GenerateDataKey",
                "Resource": KEY,
                "Condition": {
                    "StringEquals": SERVICE,
                    "StringLike": {"kms:EncryptionContext:SecretARN": [SELLERS]},
                },
            },
            {
                "Sid": "WriteItsLog",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": (
                    "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/sellerkeys-prod-rotation:log-stream:*"
                ),
            },
        ],
    }
