"""Who may not read the app secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies.document import ITSELF, NO_FORCED_DELETION, document

if TYPE_CHECKING:
    from infra.place import Place
    from infra.policies.document import Document


def app_secret_policy(place: Place) -> Document:
    """Say what nobody may do to the app secret.

    Onboarders and whoever is on call read it as principals that the configuration does not name yet; so which of the
    account's other principals may, is left to their identity policies. Sellers' readers never may.
    """
    return document(
        {
            "Sid": "NoSellersReader",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": ITSELF,
            "Condition": {"ArnLike": {"aws:PrincipalArn": place.readers}},
        },
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
