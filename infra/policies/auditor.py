"""What whoever runs `sellerkeys evidence` may do: look at the fleet, its policies and what watches it; no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import ANY
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
        allow("SeeWhoIsMailed", "Whom alarms and notices reach.", ["sns:ListSubscriptionsByTopic"], [place.topic]),
        deny(
            "NoValues",
            "Evidence needs none, whatever else is attached to the role.",
            ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
            [ANY],
        ),
    ]
