"""KMS in five calls: how a fleet's key is set, and who its policy and its grants name.

The one module that knows boto3's shapes of KMS.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from provisioning.errors import Waiting
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class Key:
    """A key as DescribeKey tells it; `rotates_every` is in days, None where it does not rotate.

    `grantees` are the principals that grants name beside the policy.
    """

    arn: str
    state: str
    spec: str
    manager: str
    origin: str
    rotates_every: int | None
    policy: Mapping[str, Any]
    grantees: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class Keys:
    """Reads keys through a boto3 KMS client; raises Waiting where there is none, AccessDenied or Unreachable."""

    def __init__(self, client: KMSClient) -> None:
        self._client = client

    def find(self, alias: str) -> Key:
        """Tell all about the key behind an alias."""
        found = self.seek(alias)
        if found is None:
            raise Waiting(f"key {alias} is not declared: run `pulumi up`")
        return found

    def seek(self, alias: str) -> Key | None:
        """Tell all about the key behind an alias; None where there is none."""
        with aws_errors("DescribeKey", alias):
            try:
                told = self._client.describe_key(KeyId=alias)["KeyMetadata"]
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "NotFoundException":
                    return None
                raise
        return self._told(alias, told)

    def _told(self, alias: str, told: Mapping[str, Any]) -> Key:
        arn = told["Arn"]
        with aws_errors("GetKeyRotationStatus", alias):
            rotation = self._client.get_key_rotation_status(KeyId=arn)
        with aws_errors("GetKeyPolicy", alias):
            policy = json.loads(self._client.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
        with aws_errors("ListGrants", alias):
            granted = self._client.get_paginator("list_grants").paginate(KeyId=arn)
            grants = [grant for page in granted for grant in page["Grants"]]
        with aws_errors("ListResourceTags", alias):
            pages = self._client.get_paginator("list_resource_tags").paginate(KeyId=arn)
            tags = {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}
        return Key(
            arn=arn,
            state=told["KeyState"],
            spec=told["KeySpec"],
            manager=told["KeyManager"],
            origin=told["Origin"],
            # AWS rotates yearly unless it was told another number (botocore, EnableKeyRotation).
            rotates_every=rotation.get("RotationPeriodInDays", 365) if rotation["KeyRotationEnabled"] else None,
            policy=policy,
            grantees=tuple(sorted({str(grant["GranteePrincipal"]) for grant in grants if "GranteePrincipal" in grant})),
            tags=tags,
        )
