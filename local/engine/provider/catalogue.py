"""Which resource types there are: every `ResourceType` in `resources/`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from local.engine.provider import resources
from local.engine.provider.errors import Refused
from local.engine.provider.resource import ResourceType

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def resource_types() -> Mapping[str, ResourceType]:
    """Collect the types by name, such as `aws:kms/key:Key`."""
    modules = (
        importlib.import_module(f"{resources.__name__}.{module.name}")
        for module in pkgutil.iter_modules(resources.__path__)
    )
    classes = (item for module in modules for item in vars(module).values() if inspect.isclass(item))
    kinds = (kind for kind in classes if issubclass(kind, ResourceType) and not inspect.isabstract(kind))
    return {kind.pulumi_type: kind() for kind in kinds}


def resource_type(pulumi_type: str) -> ResourceType:
    """Look a type up by its name; raises Refused by name if the bench does not have it."""
    try:
        return resource_types()[pulumi_type]
    except KeyError:
        known = ", ".join(sorted(resource_types()))
        raise Refused(f"the bench has no resource type {pulumi_type}; it has {known}") from None
