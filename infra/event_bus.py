"""The bus on which consumers learn that a seller's secret changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from provisioning import naming

if TYPE_CHECKING:
    from infra.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBusArgs:
    """The fleet whose consumers are told."""

    place: Place


class EventBus(pulumi.ComponentResource):
    """A bus of the fleet's own: rules on it see nothing but its events, and no value is ever in one."""

    def __init__(self, name: str, args: EventBusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("sellerkeys:index:EventBus", name, None, opts)
        bus = aws.cloudwatch.EventBus(
            name,
            name=naming.bus_name(args.place.base),
            tags={naming.TAG_BASE: args.place.base},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name: pulumi.Output[str] = bus.name
        self.register_outputs({"name": self.name})
