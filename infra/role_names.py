"""IAM takes two role names for the same that differ in case only (aws.md 5.2); said before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning import naming
from provisioning.errors import BadInput
from provisioning.settings import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.fleet import Fleet

_FUNCTIONS = (naming.ROTATION, naming.CALENDAR, naming.CLIENT_SECRET, naming.CONSENT)


def refuse_collisions(fleet: Fleet, account: str) -> None:
    """Raise BadInput where a role that the program makes is, but for case, one that the configuration names.

    The named ones exist already, so AWS would refuse to make the others, in the middle of `pulumi up`.
    """
    source = f"Pulumi.{fleet.base}.yaml"
    known = {name.casefold(): (name, key) for name, key in _named(fleet, account)}
    faults = [
        f"{source}, {NAMESPACE}:{known[name.casefold()][1]}: role {known[name.casefold()][0]} has the name of {whose}, "
        f"{name}, which IAM compares without regard to case: name another role"
        for name, whose in _made(fleet)
        if name.casefold() in known
    ]
    if faults:
        raise BadInput("\n".join(faults))


def _made(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """List the roles that the program makes, each with whose it is."""
    for function in _FUNCTIONS:
        yield naming.function_role_name(fleet.base, function), f"the {function} function's role"
    yield naming.function_role_name(fleet.base, naming.FORWARDS), "the role that forwards changes of roles"
    if fleet.settings.isolation == "one-role":
        yield naming.one_reader_role_name(fleet.base), "the fleet's reader"
        return
    for row in fleet.sellers:
        yield naming.reader_role_name(fleet.base, row.seller), f"the reader of {row.seller}"


def _named(fleet: Fleet, account: str) -> Iterator[tuple[str, str]]:
    """List the roles of this account that the configuration names, each with its key."""
    settings = fleet.settings
    keys = ("readers", "onboarders", "on_call", "deployers")
    for key in keys:
        for arn in getattr(settings, key):
            if arn.startswith(f"arn:aws:iam::{account}:role/"):
                yield arn.rpartition("/")[2], key
