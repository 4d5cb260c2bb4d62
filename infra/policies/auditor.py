"""What whoever runs `sellerkeys evidence` or `sellerkeys prove --live` may do: look at the fleet and its policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import ANY
from infra.policies.functions import FUNCTIONS
from infra.policies.reasoned import allow, deny
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.reasoned import Reasoned


def auditor(place: Place) -> list[Reasoned]:
    """Say what an auditor may do."""
    secrets = [place.app_secret, place.seller_secrets]
    return [
        allow(
            "ListSecrets",
            "The fleet, a hundred sellers a page; AWS knows no resource here, and no value is told.",
            ["secretsmanager:ListSecrets"],
            [ANY],
        ),
        allow(
            "LookAtSecrets",
            "Rotation, last proof and the secret's own policy.",
            ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
            secrets,
        ),
        allow(
            "LookAtKeys",
            "Whom the fleet's keys let in, and whether they are renewed; told from others by the fleet's tag.",
            [
                "kms:DescribeKey",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListGrants",
                "kms:ListResourceTags",
            ],
            [place.keys],
            {"StringEquals": {f"aws:ResourceTag/{naming.TAG_BASE}": place.base}},
        ),
        allow(
            "LookAtIdentities",
            "Who can read which seller is a question to every identity of the account; IAM knows no resource for the "
            "first three.",
            [
                "iam:GetAccountAuthorizationDetails",
                "iam:GetAccountPasswordPolicy",
                "iam:GetAccountSummary",
                "iam:GetPolicy",
                "iam:GetPolicyVersion",
            ],
            [ANY],
        ),
        allow(
            "LookAtWhatWatches",
            "How long logs are kept, and which alarms there are; both are found in lists.",
            ["cloudwatch:DescribeAlarms", "logs:DescribeLogGroups"],
            [ANY],
        ),
        allow(
            "LookAtTheTopic",
            "Whom alarms and notices reach, and who may publish.",
            ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"],
            [place.topic],
        ),
        allow(
            "LookAtQueues",
            "Who may send to and receive from the queues Amazon writes to, and where set-aside messages go.",
            ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
            [place.queue(name) for what in (naming.NEW_SECRET, naming.EXPIRY) for name in (what, naming.dead(what))],
        ),
        allow(
            "LookAtTheTable",
            "Whether somebody gave the table a policy of its own.",
            ["dynamodb:DescribeTable", "dynamodb:GetResourcePolicy"],
            [place.table],
        ),
        allow(
            "LookAtTheBus",
            "Whether somebody opened the bus on which consumers are told.",
            ["events:DescribeEventBus"],
            [place.bus],
        ),
        allow(
            "LookAtFunctions",
            "Who may call each function, under which role it runs, and whether it has an address.",
            ["lambda:GetFunctionConfiguration", "lambda:GetFunctionUrlConfig", "lambda:GetPolicy"],
            [place.function(name) for name in FUNCTIONS],
        ),
        deny(
            "NoValues",
            "Evidence needs none, whatever else is attached to the role.",
            ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
            [ANY],
        ),
    ]
