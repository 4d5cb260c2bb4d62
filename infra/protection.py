"""What must not be lost: how secrets and key are kept from deletion, decided in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from infra.place import Place

_LONGEST_DAYS = 30
_SHORTEST_DAYS = 7


def protected(parent: pulumi.Resource, place: Place) -> pulumi.ResourceOptions:
    """Make a child's options: Pulumi refuses to delete it, unless the fleet is disposable."""
    return pulumi.ResourceOptions(parent=parent, protect=not place.disposable)


def recovery_days(place: Place) -> int:
    """Say how many days a deleted secret or key can be brought back; AWS takes 7 to 30."""
    return _SHORTEST_DAYS if place.disposable else _LONGEST_DAYS
