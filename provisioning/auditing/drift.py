"""What was changed by hand since `pulumi up`: the documents as they should be, beside those that are deployed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from provisioning import naming
from provisioning.auditing.comparing import differences, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.auditing.account import Account
    from provisioning.auditing.identities import Identity

Document: TypeAlias = "Mapping[str, Any]"


@dataclass(frozen=True, slots=True)
class Role:
    """A role as the program declares it: its policies, and who may become it."""

    policies: tuple[Document, ...]
    trust: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Every document of a fleet as the program declares it; roles by ARN, secrets by name."""

    roles: Mapping[str, Role]
    secrets: Mapping[str, Document]
    key: Document


def drift(account: Account, declared: Declared) -> tuple[str, ...]:
    """Say, in a sentence each, what is not as the program declares it."""
    return (
        *_secrets(account, declared),
        *differences("the key", declared.key, account.key.policy),
        *(f"the key: a grant was given to {name}" for name in account.key.grantees),
        *_roles(account, declared),
    )


def as_declared(account: Account, declared: Declared, seller: str) -> bool:
    """Whether all that keeps a seller apart is as the program declares it: his secret's policy, and his reader."""
    name, fleet = account.fleet.secret_of(seller), account.fleet
    role = fleet.reader_of(seller, account.number).role
    held = account.sellers[seller]
    found = next((identity for identity in account.identities if identity.arn == role), None)
    wanted = declared.roles[role]
    return (
        held.policy is not None
        and same(declared.secrets[name], held.policy)
        and found is not None
        and not list(_role(found, wanted))
    )


def _secrets(account: Account, declared: Declared) -> Iterator[str]:
    held = {account.fleet.app_secret: account.app}
    held |= {account.fleet.secret_of(seller): each for seller, each in account.sellers.items()}
    for name, each in held.items():
        yield from differences(f"secret {name}", declared.secrets[name], each.policy)
        if each.secret.key not in {account.key.arn, account.key.arn.rpartition("/")[2]}:
            yield f"secret {name}: is encrypted with another key than the fleet's: {each.secret.key or 'of AWS'}"


def _roles(account: Account, declared: Declared) -> Iterator[str]:
    number, base = account.number, account.fleet.base
    ours = (f"arn:aws:iam::{number}:role{naming.reader_role_path(base)}", naming.function_role_arn(number, base, ""))
    found = {identity.arn: identity for identity in account.identities if identity.is_role}
    for arn, wanted in declared.roles.items():
        if arn in found:
            yield from _role(found[arn], wanted)
        else:
            yield f"role {_name(arn)}: is not there: run `pulumi up`"
    for arn in found:
        if arn.startswith(ours) and arn not in declared.roles:
            yield f"role {_name(arn)}: no seller of the roster and no function of the fleet has such a role"


def _role(found: Identity, wanted: Role) -> Iterator[str]:
    where = f"role {_name(found.arn)}"
    yield from differences(f"{where}, who may become it", wanted.trust, found.trust)
    if found.boundary is not None:
        yield f"{where}: a permissions boundary was set"
    rest = dict(found.policies)
    missing = []
    for document in wanted.policies:
        equal = next((name for name, live in rest.items() if same(document, live)), None)
        if equal is None:
            missing.append(document)
        else:
            del rest[equal]
    for document in missing:
        name = next(iter(rest), None)
        yield from differences(f"{where}, policy {name}" if name else where, document, rest.pop(name) if name else None)
    for name in rest:
        yield f"{where}: policy {name} was added by hand"


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
