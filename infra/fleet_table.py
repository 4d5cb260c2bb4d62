"""The fleet's one table: locks, invitations, states and held credentials, each for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws

from infra.protection import protected
from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place

#: The key and the expiry of an item; the module that knows the table's shapes spells them the same.
KEY: Final = "pk"
EXPIRY: Final = "expires_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTableArgs:
    """The fleet that keeps its short-lived things in the table."""

    place: Place


class FleetTable(pulumi.ComponentResource):
    """A table paid per request, whose items expire, and that can be put back to any second of the last 35 days."""

    def __init__(self, name: str, args: FleetTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:FleetTable", name, None, opts)
        table = aws.dynamodb.Table(
            name,
            name=naming.table_name(args.place.base),
            billing_mode="PAY_PER_REQUEST",
            hash_key=KEY,
            attributes=[aws.dynamodb.TableAttributeArgs(name=KEY, type="S")],
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=EXPIRY, enabled=True),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            deletion_protection_enabled=not args.place.disposable,
            tags={naming.TAG_BASE: args.place.base},
            opts=protected(self, args.place),
        )
        self.arn: pulumi.Output[str] = table.arn
        self.name: pulumi.Output[str] = table.name
        self.register_outputs({"arn": self.arn, "name": self.name})
