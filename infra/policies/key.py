"""Who may use the fleet's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.document import ITSELF, document, only, service, through_secrets_manager
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document

#: Where Secrets Manager checks that a caller may use a key at all, there is no secret yet. AWS documents this word as
#: the SecretVersionId (aws.md 6.2); policies in the field name it as the SecretARN too. No secret has such an ARN.
_KEY_CHECK: Final = "RequestToValidateKeyAccess"

USE: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")

#: No use of the key, and no CreateGrant, which would hand out use.
ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)


def key_policy(place: Place) -> Document:
    """Say who may use the key: the account administers it, Secrets Manager uses it for this fleet's secrets.

    Both uses are granted to the account, so an identity policy still has to say who. What the allowing statements leave
    out is denied as well: a grant, or a statement added by hand, opens nothing.
    """
    account = {"AWS": f"arn:aws:iam::{place.account}:root"}
    secrets = [place.app_secret, place.seller_secrets, _KEY_CHECK]
    return document(
        {
            "Sid": "AccountAdministers",
            "Effect": "Allow",
            "Principal": account,
            "Action": list(ADMINISTRATION),
            "Resource": ITSELF,
        },
        {
            "Sid": "FleetsSecretsThroughSecretsManager",
            "Effect": "Allow",
            "Principal": account,
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": ITSELF,
            "Condition": through_secrets_manager(place, *secrets),
        },
        {
            "Sid": "NoDirectUse",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [*USE, "kms:CreateGrant"],
            "Resource": ITSELF,
            # A direct call has no ViaService, and "not equals" then denies: no Null guard. The same below.
            "Condition": {"StringNotEquals": {"kms:ViaService": service(place)}},
        },
        {
            "Sid": "NoOtherSecrets",
            "Effect": "Deny",
            "Principal": "*",
            "Action": list(USE),
            "Resource": ITSELF,
            "Condition": {"StringNotLike": {"kms:EncryptionContext:SecretARN": secrets}},
        },
    )


def held_key_policy(place: Place) -> Document:
    """Say who may use the key for what waits: the consent function seals, whoever is on call opens, nobody does both.

    The account may, so an identity policy still has to say who; what the configuration does not name is denied.
    """
    account = {"AWS": f"arn:aws:iam::{place.account}:root"}
    ours = {"StringEquals": {"kms:EncryptionContext:base": place.base}}
    return document(
        {
            "Sid": "AccountAdministers",
            "Effect": "Allow",
            "Principal": account,
            "Action": list(ADMINISTRATION),
            "Resource": ITSELF,
        },
        {
            "Sid": "SealAndOpenForThisFleet",
            "Effect": "Allow",
            "Principal": account,
            "Action": ["kms:Encrypt", "kms:Decrypt"],
            "Resource": ITSELF,
            "Condition": ours,
        },
        only("OnlyTheConsentFunctionSeals", (place.function_role(naming.CONSENT),), "kms:Encrypt"),
        only("OnlyWhoeverIsOnCallOpens", place.people.on_call, "kms:Decrypt"),
        only("NoOtherUse", (), "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"),
    )
