"""What ECS's calls on services ask; the bench keeps them for consumers who redeploy (docs/events.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.access.asked import Asked

if TYPE_CHECKING:
    from local.aws.access.asked import Parameters, Where

_ON_SERVICES = {"UpdateService", "DescribeServices", "DeleteService"}


def asks(operation: str, given: Parameters, where: Where) -> list[Asked] | None:
    """List what a call asks; None for one that is not about a service."""
    if operation not in _ON_SERVICES:
        return None
    cluster = _name(given.get("cluster") or "default")
    names = [given["service"]] if given.get("service") else given.get("services") or []
    return [Asked(f"ecs:{operation}", where.arn("ecs", f"service/{cluster}/{_name(name)}")) for name in names]


def _name(name: object) -> str:
    """Take a name, or the name at an ARN's end."""
    return str(name).rpartition("/")[2]
