"""KMS: keys and their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local.engine.provider.errors import is_missing
from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType, document
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import PropertyValue, Values

_TAG = ("TagKey", "TagValue")
_WINDOW = range(7, 31)


class Key(ResourceType):
    """A customer-managed key; its id is the key id."""

    pulumi_type = "aws:kms/key:Key"
    autoname = None
    outputs = ("arn", "keyId")
    arguments: ClassVar[Arguments] = {
        "bypassPolicyLockoutSafetyCheck": Argument(default=False),
        "customerMasterKeySpec": Argument(default="SYMMETRIC_DEFAULT", replaces=True),
        "deletionWindowInDays": Argument(),
        "description": Argument(chosen_by_aws=True),
        "enableKeyRotation": Argument(default=False),
        "isEnabled": Argument(default=True),
        "keyUsage": Argument(default="ENCRYPT_DECRYPT", replaces=True),
        "policy": document(chosen_by_aws=True),
        "region": REGION,
        "rotationPeriodInDays": Argument(chosen_by_aws=True),
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse a waiting period that is not 7 to 30 days (botocore, ScheduleKeyDeletion)."""
        if inputs.get("deletionWindowInDays", 30) not in _WINDOW:
            yield "deletionWindowInDays has to be from 7 to 30"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateKey takes everything but rotation and the disabled state."""
        optional = {"Description": inputs.get("description"), "Policy": inputs.get("policy")}
        metadata = aws.client("kms").create_key(
            KeyUsage=inputs["keyUsage"],
            KeySpec=inputs["customerMasterKeySpec"],
            BypassPolicyLockoutSafetyCheck=inputs["bypassPolicyLockoutSafetyCheck"],
            Tags=pairs(inputs["tagsAll"], *_TAG),
            **{name: value for name, value in optional.items() if value is not None},
        )["KeyMetadata"]
        return metadata["KeyId"], {"arn": metadata["Arn"], "keyId": metadata["KeyId"]}

    def complete(self, existing: Existing, inputs: Values) -> None:
        """Turn rotation on and, if so declared, the key off."""
        if inputs["enableKeyRotation"]:
            self._rotate(existing.aws, existing.id, inputs)
        if not inputs["isEnabled"]:
            existing.aws.client("kms").disable_key(KeyId=existing.id)

    def read(self, existing: Existing) -> Values | None:
        """Describe it; a key in its waiting period counts as gone."""
        client = existing.aws.client("kms")
        try:
            metadata = client.describe_key(KeyId=existing.id)["KeyMetadata"]
        except client.exceptions.NotFoundException:
            return None
        if metadata["KeyState"] in {"PendingDeletion", "PendingReplicaDeletion"}:
            return None
        rotation = client.get_key_rotation_status(KeyId=existing.id)
        return {
            "arn": metadata["Arn"],
            "keyId": metadata["KeyId"],
            "description": metadata.get("Description"),
            "customerMasterKeySpec": metadata.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "keyUsage": metadata["KeyUsage"],
            "isEnabled": metadata["Enabled"],
            "enableKeyRotation": rotation["KeyRotationEnabled"],
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays"),
            "policy": client.get_key_policy(KeyId=existing.id, PolicyName="default")["Policy"],
            "tagsAll": mapping(client.list_resource_tags(KeyId=existing.id)["Tags"], *_TAG),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """One call for each thing that changed; a disabled key is enabled first, because it takes no changes."""
        client = existing.aws.client("kms")
        if "isEnabled" in changed and inputs["isEnabled"]:
            client.enable_key(KeyId=existing.id)
        if "description" in changed:
            client.update_key_description(KeyId=existing.id, Description=inputs["description"])
        if "policy" in changed:
            client.put_key_policy(KeyId=existing.id, PolicyName="default", Policy=inputs["policy"])
        if changed & {"enableKeyRotation", "rotationPeriodInDays"}:
            self._rotate(existing.aws, existing.id, inputs)
        if "isEnabled" in changed and not inputs["isEnabled"]:
            client.disable_key(KeyId=existing.id)
        return {}

    def delete(self, existing: Existing) -> None:
        """Schedule the deletion; AWS deletes no key at once."""
        client = existing.aws.client("kms")
        try:
            client.schedule_key_deletion(
                KeyId=existing.id, PendingWindowInDays=existing.state.get("deletionWindowInDays", _WINDOW[-1])
            )
        except client.exceptions.NotFoundException:
            return

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("kms").tag_resource(KeyId=existing.id, Tags=pairs(tags, *_TAG))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("kms").untag_resource(KeyId=existing.id, TagKeys=keys)

    @staticmethod
    def _rotate(aws: Aws, identifier: str, inputs: Values) -> None:
        if not inputs["enableKeyRotation"]:
            aws.client("kms").disable_key_rotation(KeyId=identifier)
            return
        period = inputs.get("rotationPeriodInDays")
        aws.client("kms").enable_key_rotation(
            KeyId=identifier, **({} if period is None else {"RotationPeriodInDays": period})
        )


def _same_key(one: PropertyValue, other: PropertyValue) -> bool:
    """Compare keys, each named by its id or by its ARN."""
    return str(one).rpartition("/")[2] == str(other).rpartition("/")[2]


class Alias(ResourceType):
    """A key's alias; its id is its name, `alias/…`."""

    pulumi_type = "aws:kms/alias:Alias"
    autoname = AutoName(limit=256, prefix="alias/")
    outputs = ("arn", "targetKeyArn")
    volatile = frozenset({"targetKeyArn"})
    arguments: ClassVar[Arguments] = {
        "name": NAME,
        "region": REGION,
        "targetKeyId": Argument(required=True, same=_same_key),
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse a name that does not begin with `alias/` (botocore, CreateAlias)."""
        if not inputs.get("name", "alias/").startswith("alias/"):
            yield "the name of an alias has to begin with alias/"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateAlias answers nothing; both ARNs follow from the names."""
        aws.client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return inputs["name"], {"arn": aws.arn("kms", inputs["name"]), **self._target(aws, inputs)}

    def read(self, existing: Existing) -> Values | None:
        """KMS finds an alias only by listing."""
        pages = existing.aws.client("kms").get_paginator("list_aliases").paginate()
        aliases = (alias for page in pages for alias in page["Aliases"])
        alias = next((alias for alias in aliases if alias["AliasName"] == existing.id), None)
        if alias is None:
            return None
        target = {"targetKeyId": alias["TargetKeyId"]}
        return {"name": existing.id, "arn": alias["AliasArn"], **target, **self._target(existing.aws, target)}

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """Point it to another key."""
        if "targetKeyId" in changed:
            existing.aws.client("kms").update_alias(AliasName=existing.id, TargetKeyId=inputs["targetKeyId"])
        return self._target(existing.aws, inputs)

    def delete(self, existing: Existing) -> None:
        """Delete the alias, not the key."""
        client = existing.aws.client("kms")
        try:
            client.delete_alias(AliasName=existing.id)
        except client.exceptions.ClientError as error:
            if not is_missing(error):
                raise

    @staticmethod
    def _target(aws: Aws, inputs: Values) -> Values:
        return {"targetKeyArn": aws.arn("kms", "key/" + inputs["targetKeyId"].rpartition("/")[2])}
