"""The sellers of one stack, and the guard that none of them goes away by accident.

A shard takes the key's ARN from the base stack by a StackReference: it costs no call to AWS and no permission, works
with every backend, and says so where the base stack has not been made. All else of the base stack follows from names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from infra.positions import without_source_positions
from infra.seller_secret import SellerSecret, SellerSecretArgs
from provisioning import naming
from provisioning.sharding import in_shard, misplaced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.place import Place
    from provisioning.fleet import Fleet


def declare_sellers(
    fleet: Fleet, place: Place, shard: str, key_arn: pulumi.Output[str] | None, on_aws: pulumi.ResourceOptions
) -> None:
    """Declare the sellers of a shard, the empty one being the base stack; `key_arn` is None where that one has it.

    One output names them all, because the next run has to know whom this one left: an output each would cost more. They
    are declared once the references are read, so a refusal comes before anything is planned, and once.
    """

    def declare(outputs: list[Mapping[str, Any]]) -> list[str]:
        before, base = outputs
        _refuse_misplaced(fleet, shard, before)
        arn = key_arn if key_arn is not None else _taken(fleet.base, base)
        rows = in_shard(fleet.sellers, shard)
        with without_source_positions():
            for row in rows:
                SellerSecret(row.seller, SellerSecretArgs(place=place, row=row, key_arn=arn), on_aws)
        return sorted(row.seller for row in rows)

    # Not in an update, which writes this very state meanwhile: a file backend then shows half of it (measured). That is
    # a preview's matter anyway, and `sellerkeys up` looks before it begins.
    previews = pulumi.runtime.is_dry_run()
    nothing = pulumi.Output.from_input(dict[str, Any]())
    before = _outputs(naming.stack_name(fleet.base, shard)) if previews else nothing
    base = _outputs(fleet.base) if shard else nothing
    pulumi.export("sellers", pulumi.Output.all(before, base).apply(declare))


def _outputs(stack: str) -> pulumi.Output[Mapping[str, Any]]:
    """Read what a stack's last run left, nothing before the first."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    return pulumi.StackReference(name).outputs


def _taken(base: str, outputs: Mapping[str, Any]) -> str:
    if "key_arn" not in outputs:
        raise pulumi.RunError(f"stack {base} holds what all shards need and has not been made: run `sellerkeys up`")
    return str(outputs["key_arn"])


def _refuse_misplaced(fleet: Fleet, shard: str, before: Mapping[str, Any]) -> None:
    held = before.get("sellers")
    if faults := misplaced(held if isinstance(held, list) else (), fleet.sellers, fleet.base, shard):
        raise pulumi.RunError("\n".join(faults))
