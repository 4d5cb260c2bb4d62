"""The stack's configuration and the roster it names, checked before anything is declared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from infra.people import People
from infra.policies.changes import PATTERN_LIMIT, changes
from infra.policies.document import text
from infra.policies.sellers import one_reader_trust, reader_trust
from infra.role_names import refuse_collisions
from provisioning import naming, roster, settings
from provisioning.capacity import Mode, limits
from provisioning.errors import BadInput
from provisioning.fleet import Fleet
from provisioning.stack_file import own_keys

if TYPE_CHECKING:
    from infra.place import Place

#: The source tree's folder, which functions are packed from.
PROJECT: Final = Path(__file__).resolve().parent.parent


def load() -> Fleet:
    """Read the running stack's configuration and the whole roster, whichever stack runs.

    Raises pulumi.RunError that lists every fault, without a traceback.
    """
    try:
        return _load(pulumi.get_stack())
    except BadInput as error:
        raise pulumi.RunError(str(error)) from None


def check_roles(fleet: Fleet, account: str) -> None:
    """Refuse role names that collide without regard to case; raises pulumi.RunError like `load`."""
    try:
        refuse_collisions(fleet, account)
    except BadInput as error:
        raise pulumi.RunError(str(error)) from None


def check_rules(place: Place) -> None:
    """Refuse so many deployers that a rule on changes cannot name them all; raises pulumi.RunError like `load`."""
    key = place.keys.replace("*", "00000000-0000-4000-8000-000000000000")
    sizes = {what: len(text(pattern)) for what, pattern in changes(place, [key] * 3).items()}
    what, size = max(sizes.items(), key=lambda item: item[1])
    if size > PATTERN_LIMIT:
        raise pulumi.RunError(
            f"Pulumi.{place.base}.yaml, {settings.NAMESPACE}:deployers: {len(place.people.deployers)} principals make "
            f"the pattern of the rule on changed {what} {size} characters long where EventBridge takes "
            f"{PATTERN_LIMIT}: let them share a role"
        )


def _load(stack: str) -> Fleet:
    base, shard = naming.split_stack(stack)
    if not naming.is_base(base):
        raise BadInput(
            f"stack {stack}: a fleet's stack is named with 1 to 20 of a-z, 0-9 and -, a letter or digit at both ends"
        )
    source = f"Pulumi.{base}.yaml"
    told = settings.from_config(_told_once(stack, source) if shard else _own_keys(), source)
    _check_size(told, source)
    fleet = Fleet(base, told, tuple(roster.read(_folder() / told.roster)))
    _check_quotas(fleet, source)
    return fleet


def _folder() -> Path:
    """Find the running project's folder, where `Pulumi.yaml` and the roster lie; it may link the program's."""
    running = Path(pulumi.get_root_directory() or PROJECT)
    return running if (running / "Pulumi.yaml").exists() else PROJECT


def _told_once(stack: str, source: str) -> dict[str, Any]:
    """Read the base stack's configuration for a shard, which may have none of its own: one place to change it."""
    if own := sorted(_own_keys()):
        raise BadInput(
            f"Pulumi.{stack}.yaml, {settings.NAMESPACE}:{own[0]}: a shard takes its configuration from {source}; "
            "write it there"
        )
    return own_keys(_folder() / source)


def _own_keys() -> dict[str, Any]:
    """Collect every key of our namespace, so that a misspelt one is seen; pulumi.Config only answers for known ones."""
    namespace = f"{settings.NAMESPACE}:"
    given = {**get_config_env(), **CONFIG.get()}
    return {key.removeprefix(namespace): _opened(value) for key, value in given.items() if key.startswith(namespace)}


def _opened(value: object) -> object:
    """Open a list or an object, which the engine hands over as JSON text."""
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _check_size(told: settings.Settings, source: str) -> None:
    readers, limit = People.of(told).become_readers, told.quotas.trust_policy
    trust = one_reader_trust if told.isolation == "one-role" else reader_trust
    size = len(text(trust(readers)))
    if size > limit:
        raise BadInput(
            f"{source}, {settings.NAMESPACE}:readers and on_call: {len(readers)} principals make a trust policy of "
            f"{size} characters where IAM takes {limit}: let them share a role, or have AWS raise it, then say so in "
            f"{settings.NAMESPACE}:quotas.trust_policy"
        )


def _check_quotas(fleet: Fleet, source: str) -> None:
    """Refuse a roster that AWS would stop half way, with the way out."""
    declared = sum(row.is_declared for row in fleet.sellers)
    needs = limits(Mode(fleet.settings.isolation), declared, fleet.settings.quotas.model_dump())
    faults = [f"{source}, {fleet.settings.roster}: {need}" for need in needs if need.is_passed]
    if faults:
        raise BadInput("\n".join(faults))
