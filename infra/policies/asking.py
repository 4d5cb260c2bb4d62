"""What whoever asks Amazon for a new client secret may do: ask, and look beforehand at the way of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.document import ANY, through_secrets_manager
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: The items of the fleet's table that hold the requests.
REQUESTS: Final = "request#*"

#: The queues Amazon writes to.
CREDENTIAL_QUEUES: Final = (naming.NEW_SECRET, naming.EXPIRY)


def asking(place: Place, key_arn: str, queues_key_arn: str) -> list[Document]:
    """Say what whoever asks Amazon needs: the application, the request's item, and a look at the answer's way."""
    return [
        {
            "Sid": "ReadTheApplication",
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": place.app_secret,
        },
        {
            "Sid": "DecryptTheApplication",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key_arn,
            "Condition": through_secrets_manager(place, place.app_secret),
        },
        use_items(place, "ClaimTheRequest", REQUESTS),
        {
            "Sid": "LookAtTheQueues",
            "Effect": "Allow",
            "Action": ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
            "Resource": [place.queue(what) for what in CREDENTIAL_QUEUES],
        },
        {
            "Sid": "LookAtTheirKey",
            "Effect": "Allow",
            "Action": ["kms:DescribeKey", "kms:GetKeyPolicy"],
            "Resource": queues_key_arn,
        },
        {
            "Sid": "LookAtTheFunction",
            "Effect": "Allow",
            "Action": "lambda:GetFunctionConfiguration",
            "Resource": place.function(naming.CLIENT_SECRET),
        },
        {
            "Sid": "ListMappings",
            "Effect": "Allow",
            "Action": "lambda:ListEventSourceMappings",
            "Resource": ANY,
        },
    ]


def use_items(place: Place, sid: str, *keys: str) -> Document:
    """Let somebody read and write items of the fleet's table, by the beginning of their keys."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
        "Resource": place.table,
        "Condition": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)},
            # "For all values" is true of no value at all, hence the Null guard.
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }
