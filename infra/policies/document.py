"""What all documents share: their shape, their size, the condition that ties the key to Secrets Manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from provisioning.state import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.place import Place

Document: TypeAlias = dict[str, Any]

#: In a policy that is attached to a resource, that resource. The only `*` that stands alone as a resource.
ITSELF: Final = "*"

#: For an action that knows no other resource; who may say so is listed in tests/infra/policies/test_document.py.
ANY: Final = "*"

#: What AWS takes, in characters without white space (aws.md 5.1 to 5.3).
TRUST_POLICY_LIMIT: Final = 2_048
ROLE_POLICY_LIMIT: Final = 10_240
SECRET_POLICY_LIMIT: Final = 20_480
KEY_POLICY_LIMIT: Final = 32_768

NO_FORCED_DELETION: Final[Document] = {
    "Sid": "NoForcedDeletion",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "secretsmanager:DeleteSecret",
    "Resource": ITSELF,
    # A deletion with a recovery window has no such key, and does not match.
    "Condition": {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
}


def document(*statements: Document) -> Document:
    """Make a document of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lambda_only() -> Document:
    """Say who may become a function's role: Lambda."""
    return document(
        {
            "Sid": "LambdaOnly",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def write_log(place: Place, function: str) -> Document:
    """Let a function write to its own log group."""
    return {
        "Sid": "WriteItsLog",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{place.log(function)}:log-stream:*",
    }


def state_tags_only() -> Document:
    """Hold a change of tags to the state tags."""
    # "For all values" is true of no value at all, hence the Null guard.
    return {"ForAllValues:StringLike": {"aws:TagKeys": f"{PREFIX}*"}, "Null": {"aws:TagKeys": "false"}}


def only(sid: str, principals: Sequence[str], *actions: str) -> Document:
    """Deny actions on a resource to all but these principals; with none, to everybody."""
    denied: Document = {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(actions) if len(actions) > 1 else actions[0],
        "Resource": ITSELF,
    }
    if principals:
        denied["Condition"] = {"StringNotEquals": {"aws:PrincipalArn": list(principals)}}
    return denied


def identity_tags_are_the_deployers(place: Place) -> Document:
    """Deny a change of tags other than the state tags to all but the deployers."""
    statement = only(
        "IdentityTagsAreTheDeployers",
        place.people.deployers,
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
    )
    # "For any value": one identity tag among the state tags is enough.
    statement["Condition"] = {
        "ForAnyValue:StringNotLike": {"aws:TagKeys": f"{PREFIX}*"},
        **statement.get("Condition", {}),
    }
    return statement


def text(document: Document) -> str:
    """Write a document without white space, as AWS counts it."""
    return json.dumps(document, separators=(",", ":"))


def through_secrets_manager(place: Place, *secrets: str) -> Document:
    """Hold a use of the key to Secrets Manager, and to the secrets its encryption context may name (aws.md 6.2)."""
    return {
        "StringEquals": {"kms:ViaService": service(place)},
        "StringLike": {"kms:EncryptionContext:SecretARN": list(secrets)},
    }


def service(place: Place) -> str:
    """Name Secrets Manager as KMS knows it in the fleet's region."""
    return f"secretsmanager.{place.region}.amazonaws.com"
