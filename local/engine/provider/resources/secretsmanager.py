"""Secrets Manager: secrets as things, never their values (design.md 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType, document
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import Values

_AWS_MANAGED_KEY = "alias/aws/secretsmanager"
_AT_ONCE = 0
_WINDOW = range(7, 31)


class Secret(ResourceType):
    """A secret without a value; its id is its ARN."""

    pulumi_type = "aws:secretsmanager/secret:Secret"
    autoname = AutoName(limit=512)
    arguments: ClassVar[Arguments] = {
        "description": Argument(),
        "kmsKeyId": Argument(),
        "name": NAME,
        "policy": document(chosen_by_aws=True),
        "recoveryWindowInDays": Argument(default=30),
        "region": REGION,
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse a recovery window that is not 7 to 30 days, or 0 for none (botocore, DeleteSecret; aws.md 7.1)."""
        if inputs.get("recoveryWindowInDays", _AT_ONCE) not in {_AT_ONCE, *_WINDOW}:
            yield "recoveryWindowInDays has to be 0 or from 7 to 30"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateSecret without SecretString: no version comes into being."""
        optional = {"Description": inputs.get("description"), "KmsKeyId": inputs.get("kmsKeyId")}
        arn = aws.client("secretsmanager").create_secret(
            Name=inputs["name"],
            Tags=pairs(inputs["tagsAll"]),
            **{name: value for name, value in optional.items() if value is not None},
        )["ARN"]
        return arn, {"arn": arn}

    def complete(self, existing: Existing, inputs: Values) -> None:
        """Put the resource policy."""
        if _says_something(inputs.get("policy")):
            existing.aws.client("secretsmanager").put_resource_policy(
                SecretId=existing.id, ResourcePolicy=inputs["policy"]
            )

    def read(self, existing: Existing) -> Values | None:
        """DescribeSecret and GetResourcePolicy; a secret in its recovery window counts as gone."""
        client = existing.aws.client("secretsmanager")
        try:
            secret = client.describe_secret(SecretId=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return None
        if secret.get("DeletedDate"):
            return None
        policy = client.get_resource_policy(SecretId=existing.id).get("ResourcePolicy")
        # "{}" is how a program says that there is to be no policy.
        unset = existing.state.get("policy") if not _says_something(existing.state.get("policy")) else None
        key = secret.get("KmsKeyId")
        return {
            "arn": secret["ARN"],
            "name": secret["Name"],
            "description": secret.get("Description"),
            "kmsKeyId": None if key == _AWS_MANAGED_KEY else key,
            "policy": policy or unset,
            "tagsAll": mapping(secret.get("Tags")),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """UpdateSecret without SecretString makes no version; the policy "{}" deletes the policy (aws.md 7.1)."""
        client = existing.aws.client("secretsmanager")
        fields = {}
        if "description" in changed:
            fields["Description"] = inputs.get("description", "")
        if "kmsKeyId" in changed:
            fields["KmsKeyId"] = inputs.get("kmsKeyId", _AWS_MANAGED_KEY)
        if fields:
            client.update_secret(SecretId=existing.id, **fields)
        if "policy" in changed and _says_something(inputs["policy"]):
            client.put_resource_policy(SecretId=existing.id, ResourcePolicy=inputs["policy"])
        elif "policy" in changed:
            client.delete_resource_policy(SecretId=existing.id)
        return {}

    def delete(self, existing: Existing) -> None:
        """Delete with the recovery window the state holds."""
        client = existing.aws.client("secretsmanager")
        days = existing.state.get("recoveryWindowInDays", _WINDOW[-1])
        how = {"ForceDeleteWithoutRecovery": True} if days == _AT_ONCE else {"RecoveryWindowInDays": days}
        try:
            client.delete_secret(SecretId=existing.id, **how)
        except client.exceptions.ResourceNotFoundException:
            return
        except client.exceptions.InvalidRequestException:
            if not client.describe_secret(SecretId=existing.id).get("DeletedDate"):
                raise

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("secretsmanager").tag_resource(SecretId=existing.id, Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("secretsmanager").untag_resource(SecretId=existing.id, TagKeys=keys)


def _says_something(policy: str | None) -> bool:
    return bool(policy and json.loads(policy))
