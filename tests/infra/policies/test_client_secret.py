"""What the client-secret function may do."""

from infra.place import Place
from infra.policies.calendar import METRICS
from infra.policies.client_secret import client_secret_policy
from provisioning.application import handler
from provisioning.application.request import key
from provisioning.application.tick import LOCK

KEY = "arn:aws:kms:eu-west-1:123456789012:key/PLACEHOLDER"
QUEUES_KEY = "arn:aws:kms:eu-west-1:123456789012:key/QUEUES"
SELLERS = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/sellers/*/sp-api-??????"
APP = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:sellerkeys/prod/app-??????"
QUEUES = [
    "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-prod-new-secret",
    "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-prod-secret-expiry",
]
ROTATION = "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-prod-rotation"
VERSIONS = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]


def test_it_receives_renews_and_starts_rotations(place: Place) -> None:
    """It reads no seller's value, and sends nothing but what it had set aside."""
    found = client_secret_policy(place, KEY, QUEUES_KEY)["Statement"]

    assert {each["Effect"] for each in found} == {"Allow"}
    assert [(each["Sid"], each["Action"], each["Resource"]) for each in found] == [
        (
            "ReceiveFromTheFleetsQueues",
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            QUEUES,
        ),
        (
            "RedriveWhatWasSetAside",
            [
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ListMessageMoveTasks",
                "sqs:ReceiveMessage",
                "sqs:StartMessageMoveTask",
            ],
            [f"{queue}-dead" for queue in QUEUES],
        ),
        ("BackToTheFleetsQueues", "sqs:SendMessage", QUEUES),
        ("OpenAndSealMessages", ["kms:Decrypt", "kms:GenerateDataKey"], QUEUES_KEY),
        (
            "RenewTheApplication",
            ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", *VERSIONS],
            APP,
        ),
        ("ListSecrets", "secretsmanager:ListSecrets", "*"),
        ("DescribeSellers", "secretsmanager:DescribeSecret", SELLERS),
        ("AskForRotations", "secretsmanager:RotateSecret", SELLERS),
        ("InvokeTheRotation", "lambda:InvokeFunction", ROTATION),
        ("OfferToSellersWithTheirOwnApplication", VERSIONS, SELLERS),
        ("TagStateOnly", "secretsmanager:TagResource", [APP, SELLERS]),
        ("EncryptBoth", ["kms:Decrypt", "kms:GenerateDataKey"], KEY),
        (
            "TakeTurns",
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            "arn:aws:dynamodb:eu-west-1:123456789012:table/sellerkeys-prod",
        ),
        ("CountInItsNamespace", "cloudwatch:PutMetricData", "*"),
        (
            "WriteItsLog",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/sellerkeys-prod-client-secret:log-stream:*",
        ),
    ]


def test_each_condition_holds_it_to_what_is_its_own(place: Place) -> None:
    """Only sellers with their own application are written, only state tags, only its items; and who rotates is set."""
    found = client_secret_policy(place, KEY, QUEUES_KEY)["Statement"]

    assert {each["Sid"]: each["Condition"] for each in found if "Condition" in each} == {
        "OpenAndSealMessages": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
        "AskForRotations": {"ArnEquals": {"secretsmanager:RotationLambdaARN": ROTATION}},
        "OfferToSellersWithTheirOwnApplication": {"StringEquals": {"aws:ResourceTag/sellerkeys:application": "own"}},
        "TagStateOnly": {
            "ForAllValues:StringLike": {"aws:TagKeys": "sellerkeys-state:*"},
            "Null": {"aws:TagKeys": "false"},
        },
        "EncryptBoth": {
            "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": [APP, SELLERS]},
        },
        "TakeTurns": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["request#*", "following"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
        "CountInItsNamespace": {"StringEquals": {"cloudwatch:namespace": METRICS}},
    }


def test_the_names_are_those_the_function_uses() -> None:
    """The program and the zip do not import each other."""
    assert METRICS == handler.NAMESPACE
    assert (key("X"), LOCK) == ("request#X", "following")
