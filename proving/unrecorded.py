"""What a deployer may do and no recording shows the need of, each with its reason; all else in his policy was used."""

from __future__ import annotations

from typing import Final

#: By the reason, the actions.
DEPLOYERS: Final = {
    "the official provider reads it, in a refresh or before a deletion; the bench's does not": (
        "events:DescribeEventBus", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies", "lambda:GetFunctionCodeSigningConfig",
        "lambda:ListVersionsByFunction", "sns:ListSubscriptionsByTopic", "sqs:GetQueueUrl",
    ),
    "an upgrade that no longer sets a tag": (
        "cloudwatch:UntagResource", "dynamodb:UntagResource", "events:UntagResource", "iam:UntagRole",
        "lambda:UntagResource", "logs:UntagResource", "secretsmanager:UntagResource", "sns:UntagResource",
        "sqs:UntagQueue",
    ),
    "an upgrade, or a setting such as `disposable`, that changes what the recordings leave as it is": (
        "dynamodb:UpdateTable", "events:UpdateEventBus", "iam:UpdateRole", "iam:UpdateRoleDescription",
        "kms:UpdateAlias", "kms:UpdateKeyDescription", "lambda:DeleteFunctionConcurrency",
        "lambda:UpdateEventSourceMapping", "lambda:UpdateFunctionUrlConfig", "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:UpdateSecret", "sns:SetSubscriptionAttributes",
    ),
    "bringing a deleted stack's secrets back, as its errors say": ("secretsmanager:RestoreSecret",),
}  # fmt: skip
