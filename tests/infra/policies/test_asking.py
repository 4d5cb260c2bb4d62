"""What whoever asks Amazon may do."""

from infra.place import Place
from infra.policies.asking import asking

KEY = "arn:aws:kms:eu-west-1:123456789012:key/PLACEHOLDER"
QUEUES_KEY = "arn:aws:kms:eu-west-1:123456789012:key/QUEUES"
APP = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-??????"
QUEUES = [
    "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-prod-new-secret",
    "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-prod-secret-expiry",
]


def test_it_reads_the_application_and_looks_at_the_way_of_the_answer(place: Place) -> None:
    """No value is written, no message received, no item of the table read but the requests."""
    assert [(each["Sid"], each["Action"], each["Resource"]) for each in asking(place, KEY, QUEUES_KEY)] == [
        ("ReadTheApplication", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], APP),
        ("DecryptTheApplication", "kms:Decrypt", KEY),
        (
            "ClaimTheRequest",
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            "arn:aws:dynamodb:eu-west-1:123456789012:table/sellerkeys-prod",
        ),
        ("LookAtTheQueues", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"], QUEUES),
        ("LookAtTheirKey", ["kms:DescribeKey", "kms:GetKeyPolicy"], QUEUES_KEY),
        (
            "LookAtTheFunction",
            "lambda:GetFunctionConfiguration",
            "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-prod-client-secret",
        ),
        ("ListMappings", "lambda:ListEventSourceMappings", "*"),
    ]


def test_conditions_hold_the_key_to_the_application_and_the_table_to_the_requests(place: Place) -> None:
    """The table holds credentials that wait for approval, too."""
    conditions = {each["Sid"]: each["Condition"] for each in asking(place, KEY, QUEUES_KEY) if "Condition" in each}

    assert conditions == {
        "DecryptTheApplication": {
            "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": [APP]},
        },
        "ClaimTheRequest": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["request#*"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }
