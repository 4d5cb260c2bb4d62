"""One seller: an empty secret and, where each seller has one, the role that may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.policies.document import text
from infra.policies.sellers import reader_policy, reader_trust, seller_secret_policy
from infra.protection import protected, recovery_days
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place
    from provisioning.roster import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerSecretArgs:
    """A row of the roster, the fleet and the ARN of its key."""

    place: Place
    row: Row
    key_arn: pulumi.Input[str]


class SellerSecret(pulumi.ComponentResource):
    """At most three resources a seller and no output, because either costs every `pulumi up` (design.md 10).

    No value and no rotation: those belong to `sellerkeys onboard` and the rotation function (design.md 4).
    """

    def __init__(self, name: str, args: SellerSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:SellerSecret", name, None, opts)
        place, row = args.place, args.row
        tags = naming.identity_tags(place.base, row.seller, row.region, row.application)
        paused = {naming.TAG_PAUSED: "yes"} if row.status == "paused" else {}
        aws.secretsmanager.Secret(
            name,
            name=naming.seller_secret_name(place.base, row.seller),
            description=f"SP-API credential of {row.name}.",
            kms_key_id=args.key_arn,
            policy=text(seller_secret_policy(place, row.seller, row.application)),
            recovery_window_in_days=recovery_days(place),
            tags=tags | paused,
            opts=protected(self, place),
        )
        if place.isolation == "role-per-seller":
            self._declare_reader(name, args, tags)
        self.register_outputs({})

    def _declare_reader(self, name: str, args: SellerSecretArgs, tags: dict[str, str]) -> None:
        place, row = args.place, args.row
        role = aws.iam.Role(
            name,
            name=naming.reader_role_name(place.base, row.seller),
            path=naming.reader_role_path(place.base),
            description=f"Reads the SP-API credential of the seller {row.seller}, and nothing else.",
            assume_role_policy=text(reader_trust(place.people.become_readers)),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            name,
            name="read-its-secret",
            role=role.name,
            policy=pulumi.Output.from_input(args.key_arn).apply(
                lambda key_arn: text(reader_policy(place, row.seller, key_arn))
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
