"""What the client-secret function may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.asking import CREDENTIAL_QUEUES, REQUESTS, use_items
from infra.policies.calendar import METRICS
from infra.policies.document import ANY, document, state_tags_only, through_secrets_manager, write_log
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: The item of the fleet's table that says who is bringing a new client secret to the sellers.
_FOLLOWING: Final = "following"


def client_secret_policy(place: Place, key_arn: str, queues_key_arn: str) -> Document:
    """Say what the function may do: receive, renew the application, start sellers' rotations; read no seller.

    It may write where a seller brings his own application, so that a new client secret of that becomes an offer;
    Secrets Manager then asks the key for both, though the function reads no value.
    """
    own = {"StringEquals": {f"aws:ResourceTag/{naming.TAG_APPLICATION}": "own"}}
    return document(
        {
            "Sid": "ReceiveFromTheFleetsQueues",
            "Effect": "Allow",
            "Action": ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            "Resource": [place.queue(what) for what in CREDENTIAL_QUEUES],
        },
        {
            # SQS asks it of whoever has it move messages (SQS's developer guide, "dead-letter queue redrive").
            "Sid": "RedriveWhatWasSetAside",
            "Effect": "Allow",
            "Action": [
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ListMessageMoveTasks",
                "sqs:ReceiveMessage",
                "sqs:StartMessageMoveTask",
            ],
            "Resource": [place.queue(naming.dead(what)) for what in CREDENTIAL_QUEUES],
        },
        {
            "Sid": "BackToTheFleetsQueues",
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": [place.queue(what) for what in CREDENTIAL_QUEUES],
        },
        {
            "Sid": "OpenAndSealMessages",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": queues_key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"sqs.{place.region}.amazonaws.com"}},
        },
        {
            "Sid": "RenewTheApplication",
            "Effect": "Allow",
            "Action": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            "Resource": place.app_secret,
        },
        {
            "Sid": "ListSecrets",
            "Effect": "Allow",
            "Action": "secretsmanager:ListSecrets",
            "Resource": ANY,
        },
        {
            "Sid": "DescribeSellers",
            "Effect": "Allow",
            "Action": "secretsmanager:DescribeSecret",
            "Resource": place.seller_secrets,
        },
        {
            # It asks for a rotation, and cannot choose who rotates: the function is always named, so the key is there.
            "Sid": "AskForRotations",
            "Effect": "Allow",
            "Action": "secretsmanager:RotateSecret",
            "Resource": place.seller_secrets,
            "Condition": {"ArnEquals": {"secretsmanager:RotationLambdaARN": place.rotation_function}},
        },
        {
            # Whoever starts a rotation has to be allowed to invoke its function (aws.md 2.1).
            "Sid": "InvokeTheRotation",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": place.rotation_function,
        },
        {
            "Sid": "OfferToSellersWithTheirOwnApplication",
            "Effect": "Allow",
            "Action": ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
            "Resource": place.seller_secrets,
            "Condition": own,
        },
        {
            "Sid": "TagStateOnly",
            "Effect": "Allow",
            "Action": "secretsmanager:TagResource",
            "Resource": [place.app_secret, place.seller_secrets],
            "Condition": state_tags_only(),
        },
        {
            "Sid": "EncryptBoth",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": key_arn,
            "Condition": through_secrets_manager(place, place.app_secret, place.seller_secrets),
        },
        use_items(place, "TakeTurns", REQUESTS, _FOLLOWING),
        {
            "Sid": "CountInItsNamespace",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": ANY,
            "Condition": {"StringEquals": {"cloudwatch:namespace": METRICS}},
        },
        write_log(place, naming.CLIENT_SECRET),
    )
