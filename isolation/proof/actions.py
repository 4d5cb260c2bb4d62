"""AWS's actions that claims range over (Service Authorization Reference)."""

from typing import Final

#: Every use of a key's material, and what would hand out use.
USE_KEY: Final = tuple(
    f"kms:{name}"
    for name in (
        "Decrypt", "DeriveSharedSecret", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "ReEncryptFrom",
        "ReEncryptTo", "Sign", "Verify", "VerifyMac", "CreateGrant",
    )
)  # fmt: skip

#: What can be done to a secret.
OF_SECRET: Final = tuple(
    f"secretsmanager:{name}"
    for name in (
        "CancelRotateSecret", "DeleteResourcePolicy", "DeleteSecret", "DescribeSecret", "GetResourcePolicy",
        "GetSecretValue", "ListSecretVersionIds", "PutResourcePolicy", "PutSecretValue", "RemoveRegionsFromReplication",
        "ReplicateSecretToRegions", "RestoreSecret", "RotateSecret", "StopReplicationToReplica", "TagResource",
        "UntagResource", "UpdateSecret", "UpdateSecretVersionStage", "ValidateResourcePolicy",
    )
)  # fmt: skip

#: What changes who may do what, or runs other code in a role.
CHANGE_PERMISSIONS: Final = (
    "iam:AddUserToGroup", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreatePolicy",
    "iam:CreatePolicyVersion", "iam:CreateRole", "iam:CreateUser", "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PassRole", "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:TagRole", "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
    "kms:CreateGrant", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:UpdateAlias",
    "lambda:AddPermission", "lambda:CreateEventSourceMapping", "lambda:CreateFunction", "lambda:PublishLayerVersion",
    "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
    "secretsmanager:CreateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret",
    "secretsmanager:PutResourcePolicy", "secretsmanager:ReplicateSecretToRegions", "secretsmanager:UpdateSecret",
    "sns:AddPermission", "sns:SetTopicAttributes", "sqs:AddPermission", "sqs:SetQueueAttributes",
    "dynamodb:PutResourcePolicy", "sts:TagSession",
)  # fmt: skip

#: What changes tags of a secret.
TAG: Final = ("secretsmanager:TagResource", "secretsmanager:UntagResource")
#: What a request for an action always holds: tags, and tag keys, are required (botocore, TagResource, UntagResource).
ALWAYS: Final = dict.fromkeys(TAG, "aws:tagkeys")
READ: Final = "secretsmanager:GetSecretValue"
DECRYPT: Final = "kms:Decrypt"
