"""How DescribeSecret, ListSecrets and ListSecretVersionIds tell a secret (botocore DescribeSecretResponse)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.secrets.store import labels, load

if TYPE_CHECKING:
    from moto.secretsmanager.models import FakeSecret, ReplicaSecret

    from local.aws.secrets.rotating import Settings


def described(secret: FakeSecret | ReplicaSecret, settings: Settings | None) -> dict[str, Any]:
    """Tell everything but values; only versions with labels are named, rotation only where it was ever set up."""
    stages = {version.id: labels(version) for version in load(secret).values() if version.labels}
    document: dict[str, Any] = {
        **secret.to_dict(),
        "VersionIdsToStages": stages or None,
        "SecretVersionsToStages": stages or None,
        "NextRotationDate": None,
    }
    if settings:
        document |= {
            "RotationEnabled": settings.enabled,
            "RotationLambdaARN": settings.function_arn,
            "RotationRules": settings.rules.document() if settings.rules else None,
            "LastRotatedDate": settings.last_rotated.timestamp() if settings.last_rotated else None,
            "NextRotationDate": settings.window.closes.timestamp() if settings.window else None,
        }
    return {key: value for key, value in document.items() if value is not None}


def versions_listed(secret: FakeSecret | ReplicaSecret, *, deprecated: bool) -> dict[str, Any]:
    """List the versions that hold a value; those without a label only where asked for."""
    listed = [
        {"VersionId": version.id, "VersionStages": labels(version), "CreatedDate": version.created.timestamp()}
        for version in load(secret).values()
        if version.value and (version.labels or deprecated)
    ]
    for row in listed:
        if not row["VersionStages"]:
            del row["VersionStages"]
    return {"ARN": secret.arn, "Name": secret.name, "Versions": listed}
