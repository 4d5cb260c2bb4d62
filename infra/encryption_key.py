"""The fleet's own key, the second lock on every secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from infra.keys import declare_key
from infra.policies.key import key_policy
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
        key = declare_key(
            name,
            naming.key_alias(base),
            f"Encrypts the SP-API credentials of the fleet {base}.",
            key_policy(args.place),
            args.place,
            self,
        )
        self.arn: pulumi.Output[str] = key.arn
        self.register_outputs({"arn": self.arn})
