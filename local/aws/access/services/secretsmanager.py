"""What Secrets Manager's calls ask; the key under a secret asks for itself (local/aws/secrets/keys.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.secretsmanager.models import ReplicaSecret, secretsmanager_backends

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked, tags_held
from local.aws.access.services.awslambda import invocation

if TYPE_CHECKING:
    from moto.secretsmanager.models import FakeSecret

    from local.aws.access.asked import Context, Parameters, Where

_ANYWHERE = {"ListSecrets", "GetRandomPassword", "BatchGetSecretValue", "ValidateResourcePolicy"}
#: Conditions on a parameter that the call may leave out, in which case there is no such key.
_PARAMETERS = {
    "VersionId": "VersionId",
    "VersionStage": "VersionStage",
    "Name": "Name",
    "Description": "Description",
    "KmsKeyId": "KmsKeyArn",
    "RotationLambdaARN": "RotationLambdaARN",
    "RecoveryWindowInDays": "RecoveryWindowInDays",
}
_FLAGS = {
    "ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
    "RotateImmediately": "RotateImmediately",
    "BlockPublicPolicy": "BlockPublicPolicy",
}


def asks(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call asks."""
    action = f"secretsmanager:{operation}"
    if operation in _ANYWHERE:
        return [Asked(action, ANY, _given(given))]
    if operation == "CreateSecret":
        # AWS adds the six characters later; what a policy is compared with before that is not documented.
        arn = where.arn("secretsmanager", f"secret:{given.get('Name', '')}")
        tags = tags_asked(pairs(given.get("Tags")))
        context = {**_given(given), **tags}
        return [Asked(action, arn, context), *([Asked("secretsmanager:TagResource", arn, context)] if tags else [])]
    asked = on_secret(action, str(given.get("SecretId", "")), given, where)
    if operation == "RotateSecret":
        # "You also need lambda:InvokeFunction permissions on the rotation function" (botocore RotateSecret).
        function = given.get("RotationLambdaARN") or asked.context.get("secretsmanager:resource/AllowRotationLambdaArn")
        return [asked, *([invocation(str(function), where)] if function else [])]
    return [asked]


def on_secret(action: str, secret_id: str, given: Parameters, where: Where) -> Asked:
    """Ask for an action on a secret, with what is known of it; one that is not there has no six characters."""
    backend = secretsmanager_backends[where.account][where.region]
    secret = backend.secrets.get(secret_id)
    context: Context = {"secretsmanager:SecretId": secret_id, **_given(given), **_tags(given)}
    if secret is None:
        arn = secret_id if secret_id.startswith("arn:") else where.arn("secretsmanager", f"secret:{secret_id}")
        return Asked(action, arn, context)
    return Asked(action, secret.arn, {**context, **_held(secret, where)}, _policy(secret))


def _held(secret: FakeSecret | ReplicaSecret, where: Where) -> Context:
    settings = secretsmanager_backends[where.account][where.region].settings.get(secret.arn)  # type: ignore[attr-defined]
    context = tags_held(pairs(secret.tags), "secretsmanager:")
    if settings and settings.function_arn:
        # The function that is set on the secret, not one that the call gives (aws.md 6.1).
        context["secretsmanager:resource/AllowRotationLambdaArn"] = settings.function_arn
    return context


def _policy(secret: FakeSecret | ReplicaSecret) -> str | None:
    source = secret.source if isinstance(secret, ReplicaSecret) else secret
    return str(source.policy) if source.policy else None


def _given(given: Parameters) -> Context:
    named = {f"secretsmanager:{key}": str(given[name]) for name, key in _PARAMETERS.items() if given.get(name)}
    flags = {
        f"secretsmanager:{key}": str(given[name]).lower() for name, key in _FLAGS.items() if given.get(name) is not None
    }
    rules = {"secretsmanager:ModifyRotationRules": "true"} if given.get("RotationRules") else {}
    return {**named, **flags, **rules}


def _tags(given: Parameters) -> Context:
    return {**tags_asked(pairs(given.get("Tags"))), **keys_asked(given.get("TagKeys") or ())}
