"""Who may read a seller's secret: its own reader, which the configured principals may become.

A seller's reader is a role of its own, or a session of the one role that bears the seller as its tag (design.md 10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.policies.document import (
    ITSELF,
    NO_FORCED_DELETION,
    document,
    identity_tags_are_the_deployers,
    only,
    through_secrets_manager,
)
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.place import Place
    from infra.policies.document import Document

#: The seller that a session of the one role reads for. A tag's value takes no `*` and no `?` (IAM's user guide,
#: "Passing session tags"), and without the tag the variable has no value and nothing matches.
THE_SESSIONS_SELLER: Final = f"${{aws:PrincipalTag/{naming.TAG_SELLER}}}"


def reader_trust(readers: Sequence[str]) -> Document:
    """Say who may become a seller's reader: the configured principals; tags on the session stay forbidden."""
    return document(
        {
            # No sts:TagSession: a session tag would override the role's own of that name (aws.md 6.1).
            "Sid": "ConfiguredReadersOnly",
            "Effect": "Allow",
            "Principal": {"AWS": list(readers)},
            "Action": "sts:AssumeRole",
        }
    )


def one_reader_trust(readers: Sequence[str]) -> Document:
    """Say who may become the one reader: the configured principals, for a seller that the session's tag names."""
    return document(
        {
            "Sid": "ConfiguredReadersForASeller",
            "Effect": "Allow",
            "Principal": {"AWS": list(readers)},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                # Without the tag the session could read nothing; refused here, a forgotten tag is seen at once.
                "StringLike": {f"aws:RequestTag/{naming.TAG_SELLER}": "?*"},
                # This tag and no other: one more could mean something to a policy that somebody writes later.
                "ForAllValues:StringEquals": {"aws:TagKeys": naming.TAG_SELLER},
                # "For all values" is true of no value at all, hence the Null guard.
                "Null": {"aws:TagKeys": "false"},
            },
        }
    )


def reader_policy(place: Place, seller: str, key_arn: str) -> Document:
    """Say what a seller's reader may do: read its secret, and no other."""
    return _reads(place, place.seller_secret(seller), key_arn)


def one_reader_policy(place: Place, key_arn: str) -> Document:
    """Say what the one reader may do: read the secret of the seller that its session's tag names, and no other."""
    return _reads(place, place.seller_secret(THE_SESSIONS_SELLER), key_arn)


def seller_secret_policy(place: Place, seller: str, application: str = "shared") -> Document:
    """Say what nobody may do to a seller's secret, whatever his own policies allow.

    Where the seller brings his own application, the client-secret function may offer a new client secret of it.

    BatchGetSecretValue needs GetSecretValue on each secret (botocore) and knows no resource, so it is not named here.
    """
    reader, rotation = place.reader(seller), place.rotation_role
    offers = (naming.CONSENT, *((naming.CLIENT_SECRET,) if application == "own" else ()))
    writers = (*place.people.operators, *(place.function_role(name) for name in offers), rotation)
    # The one role is the reader of every seller, so its session's tag has to name this one.
    anothers_session = {
        "Sid": "OnlyASessionForThisSeller",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": ITSELF,
        "Condition": {
            "StringEquals": {"aws:PrincipalArn": reader},
            # A session without the tag has no such key, and "not equals" then denies.
            "StringNotEquals": {f"aws:PrincipalTag/{naming.TAG_SELLER}": seller},
        },
    }
    return document(
        # An anonymous caller has no PrincipalArn, and "not equals" then denies: no Null guard.
        only("OnlyItsReaderAndTheRotationRead", (reader, rotation), "secretsmanager:GetSecretValue"),
        *((anothers_session,) if place.isolation == "one-role" else ()),
        # First values and offers come from the command line and the consent page, the rest from the rotation.
        only(
            "OnlyOperatorsAndFunctionsWrite",
            writers,
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ),
        # It changes the key, and could put a value beside the protocol (design.md 4).
        only("OnlyTheDeployerUpdates", place.people.deployers, "secretsmanager:UpdateSecret"),
        identity_tags_are_the_deployers(place),
        {
            "Sid": "NoForeignRotation",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:RotateSecret",
            "Resource": ITSELF,
            # RotateSecret without a function keeps the one that is set, so an absent key must not deny.
            "Condition": {
                "ArnNotEquals": {"secretsmanager:RotationLambdaARN": place.rotation_function},
                "Null": {"secretsmanager:RotationLambdaARN": "false"},
            },
        },
        NO_FORCED_DELETION,
    )


def _reads(place: Place, secret: str, key_arn: str) -> Document:
    return document(
        {
            # The pattern ends in `-??????`, AWS's own suffix; `-*` would match longer names too (aws.md 6.1).
            "Sid": "ReadItsSecret",
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "Resource": secret,
        },
        {
            # The second lock: the same secret again, in the encryption context.
            "Sid": "DecryptItsSecret",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key_arn,
            "Condition": through_secrets_manager(place, secret),
        },
    )
