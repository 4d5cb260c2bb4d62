"""Which changes of policy or code are told of: those that a deployer did not make (design.md 6).

Whoever may change a policy or a function's code could give himself a value, so each such change is seen by a person.
EventBridge gets them from CloudTrail (aws.md 2.6), as far as the account has a trail that is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from infra.policies.document import document
from infra.policies.functions import FUNCTIONS
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.place import Place
    from infra.policies.document import Document

#: IAM is of no region: CloudTrail tells of it in this one only (CloudTrail, "About global service events").
IAM_REGION: Final = "us-east-1"
#: What EventBridge takes as a pattern, in characters (EventBridge quotas).
PATTERN_LIMIT: Final = 2_048

_OF_ROLES: Final = (
    "AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy",
    "DetachRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole",
    "UpdateAssumeRolePolicy",
)  # fmt: skip
_OF_KEYS: Final = (
    "CreateGrant", "DeleteAlias", "DisableKey", "DisableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion",
    "UpdateAlias",
)  # fmt: skip
_OF_SECRETS: Final = (
    "DeleteResourcePolicy", "DeleteSecret", "PutResourcePolicy", "ReplicateSecretToRegions", "UpdateSecret",
)  # fmt: skip
#: CloudTrail puts the API's date behind some of Lambda's names (Lambda, "Logging API calls with CloudTrail").
_OF_FUNCTIONS: Final = tuple(
    {"prefix": name}
    for name in (
        "AddPermission", "CreateAlias", "CreateFunctionUrl", "DeleteFunction", "PublishVersion", "RemovePermission",
        "UpdateAlias", "UpdateFunctionCode", "UpdateFunctionConfiguration", "UpdateFunctionUrl",
    )
)  # fmt: skip
_OF_QUEUES: Final = ("AddPermission", "DeleteQueue", "RemovePermission", "SetQueueAttributes")


def changes(place: Place, keys: Sequence[str]) -> dict[str, Document]:
    """Write the pattern of each rule, by what it watches; `keys` are the ARNs of the fleet's keys."""
    secrets = f"arn:aws:secretsmanager:{place.region}:{place.account}:secret:"
    under = f"sellerkeys/{place.base}/"
    functions = [place.function(name) for name in FUNCTIONS]
    aliases = [name(place.base) for name in (naming.key_alias, naming.queues_key_alias, naming.held_key_alias)]
    roles = [
        {"prefix": naming.function_role_name(place.base, "")},
        {"prefix": naming.reader_role_name(place.base, "")},
        naming.one_reader_role_name(place.base),
    ]
    queues = [name for what in (naming.NEW_SECRET, naming.EXPIRY) for name in (what, naming.dead(what))]
    named: dict[str, tuple[str, Sequence[Any], Document]] = {
        "roles": ("iam", _OF_ROLES, {"roleName": roles}),
        "keys": (
            "kms",
            _OF_KEYS,
            {"$or": [{"keyId": [*keys, *(key.rpartition("/")[2] for key in keys)]}, {"aliasName": aliases}]},
        ),
        "secrets": ("secretsmanager", _OF_SECRETS, {"secretId": [{"prefix": under}, {"prefix": secrets + under}]}),
        "functions": (
            "lambda",
            _OF_FUNCTIONS,
            {"functionName": [*(arn.rpartition(":")[2] for arn in functions), *({"prefix": arn} for arn in functions)]},
        ),
        "queues": (
            "sqs",
            _OF_QUEUES,
            {"queueUrl": [{"suffix": f"/{place.account}/{naming.queue_name(place.base, name)}"} for name in queues]},
        ),
    }
    return {what: _pattern(place, *told) for what, told in named.items()}


def _pattern(place: Place, service: str, calls: Sequence[Any], of_ours: Document) -> Document:
    """Describe a call that succeeded, on something of the fleet's, by anybody but a deployer."""
    absent = {"exists": False}
    deployers = list(place.people.deployers)
    by_another = [{"anything-but": deployers}, absent] if deployers else []
    # Of a role's session the role, of a user the user himself (CloudTrail, "userIdentity element").
    identity = {"sessionContext": {"sessionIssuer": {"arn": by_another}}, "arn": by_another}
    return {
        "source": [f"aws.{service}"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventName": list(calls),
            "errorCode": [absent],
            "requestParameters": of_ours,
            **({"userIdentity": identity} if deployers else {}),
        },
    }


def forwards_iam(place: Place) -> bool:
    """Say whether what CloudTrail tells of IAM has to be brought into the fleet's region."""
    return place.region != IAM_REGION


def forwarding_trust() -> Document:
    """Say who may become the role that brings it there: EventBridge."""
    return document(
        {
            "Sid": "EventBridgeOnly",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def forwarding_policy(place: Place) -> Document:
    """Let that role put events on the default bus of the fleet's region, and do nothing else."""
    return document(
        {
            "Sid": "BringIamsEventsHome",
            "Effect": "Allow",
            "Action": "events:PutEvents",
            "Resource": place.default_bus,
        }
    )
