"""The fleet's own key, the second lock on every secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.policies.document import text
from infra.policies.key import key_policy
from infra.protection import protected, recovery_days
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeyArgs:
    """The fleet whose secrets the key encrypts."""

    place: Place


class EncryptionKey(pulumi.ComponentResource):
    """One customer-managed KMS key with yearly rotation, and its alias."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:EncryptionKey", name, None, opts)
        base = args.place.base
        key = aws.kms.Key(
            name,
            description=f"Encrypts the SP-API credentials of the fleet {base}.",
            policy=text(key_policy(args.place)),
            enable_key_rotation=True,
            deletion_window_in_days=recovery_days(args.place),
            tags={naming.TAG_BASE: base},
            opts=protected(self, args.place),
        )
        aws.kms.Alias(
            name,
            name=naming.key_alias(base),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = key.arn
        self.register_outputs({"arn": self.arn})
