"""The key for credentials that wait in the table until a person has looked at them (design.md 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from infra.keys import declare_key
from infra.policies.key import held_key_policy
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKeyArgs:
    """The fleet whose waiting credentials the key seals."""

    place: Place


class HeldKey(pulumi.ComponentResource):
    """A key of its own, because who seals and who opens are not those who use the secrets' key; and its alias."""

    def __init__(self, name: str, args: HeldKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:HeldKey", name, None, opts)
        base = args.place.base
        key = declare_key(
            name,
            naming.held_key_alias(base),
            f"Seals credentials of the fleet {base} that wait for a person.",
            held_key_policy(args.place),
            args.place,
            self,
        )
        self.arn: pulumi.Output[str] = key.arn
        self.register_outputs({"arn": self.arn})
