"""What whoever runs `pulumi up` may do: to attach to the deployer's role, each statement with its reason.

Where a service tells a fleet's things by name, names are written out: `sellerkeys-eu-*` would be `eu-prod`'s as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from infra.policies.changes import IAM_REGION
from infra.policies.document import ANY, service
from infra.policies.reasoned import allow, deny
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.reasoned import Reasoned

_FUNCTIONS = (naming.ROTATION, naming.CALENDAR, naming.CLIENT_SECRET, naming.CONSENT)
_RULES = (*_FUNCTIONS, naming.ABANDONED, *map(naming.changed, naming.CHANGES))


def deployer(place: Place) -> list[Reasoned]:
    """Say what whoever runs `pulumi up` may do: create and change what is the fleet's, and read no value."""
    return [*_secrets(place), *_key(place), *_roles(place), *_functions(place), *_watching(place), *_stores(place)]


def _secrets(place: Place) -> list[Reasoned]:
    mine = f"arn:aws:secretsmanager:{place.region}:{place.account}:secret:sellerkeys/{place.base}/*"
    return [
        allow(
            "DeclareSecrets",
            "The program makes secrets, empty, with tags and policy; their pattern covers a name before AWS has added "
            "its six characters.",
            [
                "secretsmanager:CreateSecret",
                "secretsmanager:DeleteResourcePolicy",
                "secretsmanager:DeleteSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:PutResourcePolicy",
                "secretsmanager:RestoreSecret",
                "secretsmanager:TagResource",
                "secretsmanager:UntagResource",
                "secretsmanager:UpdateSecret",
            ],
            [mine],
        ),
        deny(
            "NoValues",
            "Declaring needs no value (design.md 4). Whoever changes a policy or a function's code could still give "
            "himself one: that is what reviews, and CloudTrail, are for.",
            ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
            [ANY],
        ),
        deny(
            "NoForcedDeletion",
            "A deleted secret can be brought back for seven days at least.",
            ["secretsmanager:DeleteSecret"],
            [ANY],
            {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
        ),
    ]


def _key(place: Place) -> list[Reasoned]:
    ours = {f"aws:ResourceTag/{naming.TAG_BASE}": place.base}
    names = (naming.key_alias, naming.queues_key_alias, naming.held_key_alias)
    aliases = [place.key_alias(name(place.base)) for name in names]
    return [
        allow(
            "MakeTheKey",
            "A new key has no ARN to name; it has to bear the fleet's tag, by which it is known from then on.",
            ["kms:CreateKey"],
            [ANY],
            {"StringEquals": {f"aws:RequestTag/{naming.TAG_BASE}": place.base}},
        ),
        allow(
            "TagANewKey",
            "The tags that CreateKey sets are a permission of their own (botocore, CreateKey).",
            ["kms:TagResource"],
            [place.keys],
            {"StringEquals": {f"aws:RequestTag/{naming.TAG_BASE}": place.base}},
        ),
        allow(
            "AdministerTheFleetsKey",
            "What the program declares of a key, told from others by the fleet's tag; no use of it, and no grant.",
            [
                "kms:CreateAlias",
                "kms:DeleteAlias",
                "kms:DescribeKey",
                "kms:EnableKeyRotation",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListResourceTags",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "kms:TagResource",
                "kms:UpdateAlias",
                "kms:UpdateKeyDescription",
            ],
            [place.keys],
            {"StringEquals": ours},
        ),
        allow(
            "NameTheKey",
            "An alias is asked for beside its key, and has no tags.",
            ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
            aliases,
        ),
        allow(
            "ListAliases", "The provider finds an alias in the list; AWS knows no resource.", ["kms:ListAliases"], [ANY]
        ),
        allow(
            "PutASecretUnderTheKey",
            "Secrets Manager tries the key when it is set, for whoever sets it (aws.md 6.2); the word that it gives in "
            "place of a version opens nothing.",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [place.keys],
            {
                "StringEquals": {
                    "kms:ViaService": service(place),
                    "kms:EncryptionContext:SecretVersionId": "RequestToValidateKeyAccess",
                    **ours,
                }
            },
        ),
    ]


def _roles(place: Place) -> list[Reasoned]:
    roles = [place.readers, place.function_role("*")]
    return [
        allow(
            "DeclareReadersAndFunctionsRoles",
            "Sellers' readers under their path, functions' roles by their name; nobody else's, the deployer's own "
            "not among them.",
            [
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            roles,
        ),
        allow(
            "HandFunctionsTheirRole",
            "A function is given its role; to Lambda and to nothing else.",
            ["iam:PassRole"],
            [place.function_role("*")],
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
        allow(
            "HandEventBridgeItsRole",
            "The rule on changed roles is given the role by which it forwards; to EventBridge and to nothing else.",
            ["iam:PassRole"],
            [place.function_role(naming.FORWARDS)],
            {"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}},
        ),
    ]


def _functions(place: Place) -> list[Reasoned]:
    functions = [place.function(name) for name in _FUNCTIONS]
    mine = {"ArnEquals": {"lambda:FunctionArn": place.function(naming.CLIENT_SECRET)}}
    return [
        allow(
            "DeclareFunctions",
            "The fleet's functions by name, with code, settings, permissions and the consent page's address.",
            [
                "lambda:AddPermission",
                "lambda:CreateFunction",
                "lambda:CreateFunctionUrlConfig",
                "lambda:DeleteFunction",
                "lambda:DeleteFunctionConcurrency",
                "lambda:DeleteFunctionUrlConfig",
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetFunctionConfiguration",
                "lambda:GetFunctionUrlConfig",
                "lambda:GetPolicy",
                "lambda:ListTags",
                "lambda:ListVersionsByFunction",
                "lambda:PutFunctionConcurrency",
                "lambda:RemovePermission",
                "lambda:TagResource",
                "lambda:UntagResource",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
                "lambda:UpdateFunctionUrlConfig",
            ],
            functions,
        ),
        allow(
            "MapTheQueues",
            "Making a mapping knows no resource, reading and changing one only its own ARN; the function it is for "
            "says whose it is.",
            [
                "lambda:CreateEventSourceMapping",
                "lambda:DeleteEventSourceMapping",
                "lambda:GetEventSourceMapping",
                "lambda:UpdateEventSourceMapping",
            ],
            [ANY],
            mine,
        ),
        allow(
            "TagMappings",
            "A mapping's tags are read and set by its own ARN, which AWS chooses.",
            ["lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"],
            [place.mappings],
        ),
        allow(
            "LogsOfTheFunctions",
            "Their log groups, which keep twelve months. With and without the ending by which older calls name one.",
            [
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:ListTagsForResource",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ],
            [group for name in _FUNCTIONS for group in (place.log(name), f"{place.log(name)}:*")],
        ),
        allow(
            "FindLogGroups",
            "The provider finds a group in the list.",
            ["logs:DescribeLogGroups"],
            [ANY],
        ),
    ]


def _watching(place: Place) -> list[Reasoned]:
    alarms = [place.alarm(name, "*") for name in _FUNCTIONS]
    return [
        allow(
            "DeclareAlarms",
            "The alarms on each function.",
            [
                "cloudwatch:DeleteAlarms",
                "cloudwatch:ListTagsForResource",
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
            ],
            alarms,
        ),
        allow("FindAlarms", "The provider finds an alarm in the list.", ["cloudwatch:DescribeAlarms"], [ANY]),
        allow(
            "DeclareRules",
            "Schedules, and the rules that mail; the one on changed roles also in the region that has IAM's events.",
            [
                "events:DeleteRule",
                "events:DescribeRule",
                "events:ListTagsForResource",
                "events:ListTargetsByRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
                "events:TagResource",
                "events:UntagResource",
            ],
            [*(place.rule(name) for name in _RULES), replace(place, region=IAM_REGION).rule(naming.changed("roles"))],
        ),
        allow(
            "DeclareTheBus",
            "Where consumers are told, the bus on which they are.",
            [
                "events:CreateEventBus",
                "events:DeleteEventBus",
                "events:DescribeEventBus",
                "events:ListTagsForResource",
                "events:TagResource",
                "events:UntagResource",
                "events:UpdateEventBus",
            ],
            [place.bus],
        ),
        allow(
            "DeclareTheTopic",
            "The one topic over which alarms and notices reach people.",
            [
                "sns:CreateTopic",
                "sns:DeleteTopic",
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource",
                "sns:SetTopicAttributes",
                "sns:Subscribe",
                "sns:TagResource",
                "sns:UntagResource",
            ],
            [place.topic],
        ),
        allow(
            "KeepItsSubscription",
            "SNS knows no resource for what is asked of a subscription.",
            ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
            [ANY],
        ),
    ]


def _stores(place: Place) -> list[Reasoned]:
    queues = [place.queue(name) for what in (naming.NEW_SECRET, naming.EXPIRY) for name in (what, naming.dead(what))]
    return [
        allow(
            "DeclareTheTable",
            "The table of short-lived things; its items are others'.",
            [
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:DescribeContinuousBackups",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:ListTagsOfResource",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:UpdateContinuousBackups",
                "dynamodb:UpdateTable",
                "dynamodb:UpdateTimeToLive",
            ],
            [place.table],
        ),
        allow(
            "DeclareTheQueues",
            "The queues Amazon writes to, and where set-aside messages go; no receiving.",
            [
                "sqs:CreateQueue",
                "sqs:DeleteQueue",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ListQueueTags",
                "sqs:SetQueueAttributes",
                "sqs:TagQueue",
                "sqs:UntagQueue",
            ],
            queues,
        ),
    ]
