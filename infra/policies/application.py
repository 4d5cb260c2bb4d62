"""Who may read and write the app secret: principals that are named, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import ITSELF, NO_FORCED_DELETION, document, identity_tags_are_the_deployers, only
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


def app_secret_policy(place: Place) -> Document:
    """Say what nobody may do to the app secret, whatever his own policies allow.

    Operators prove sellers with it, the rotation composes credentials of it, the consent page exchanges codes by it,
    the calendar asks Amazon with it, and the client-secret function renews it (design.md 6).
    """
    renewal = place.function_role(naming.CLIENT_SECRET)
    others = (naming.ROTATION, naming.CONSENT, naming.CALENDAR)
    readers = (*place.people.operators, renewal, *(place.function_role(name) for name in others))
    return document(
        only("OnlyWhoProvesOrComposesReads", readers, "secretsmanager:GetSecretValue"),
        # The first value and offers come from the command line, every later AWSCURRENT from the function.
        only(
            "OnlyOperatorsAndTheRenewalWrite",
            (*place.people.operators, renewal),
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ),
        # It changes the key, and could put a value beside the protocol (design.md 4).
        only("OnlyTheDeployerUpdates", place.people.deployers, "secretsmanager:UpdateSecret"),
        identity_tags_are_the_deployers(place),
        {
            # Enrolled, it would match AllowRotationLambdaArn and the rotation function could overwrite it.
            "Sid": "NoRotation",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:RotateSecret",
            "Resource": ITSELF,
        },
        NO_FORCED_DELETION,
    )
