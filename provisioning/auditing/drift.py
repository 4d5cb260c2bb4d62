"""What was changed by hand since `pulumi up`: the documents as they should be, beside those that are deployed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from provisioning import naming
from provisioning.auditing.comparing import differences, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.auditing.account import Account
    from provisioning.auditing.attached import Attached
    from provisioning.auditing.identities import Identity
    from provisioning.auditing.keys import Key

Document: TypeAlias = "Mapping[str, Any]"

_MISSING: Final = "is not there: run `pulumi up`"
_UNDECLARED: Final = "is there, and the configuration declares none"
_UNSET: Final = "not set"


@dataclass(frozen=True, slots=True)
class Role:
    """A role as the program declares it: its policies, and who may become it."""

    policies: tuple[Document, ...]
    trust: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Every document of a fleet as the program declares it; roles by ARN, secrets by name, what else there is by ARN.

    `held_key` is None where nothing waits for a person, because there are no pages.
    """

    roles: Mapping[str, Role]
    secrets: Mapping[str, Document]
    key: Document
    queues_key: Document
    held_key: Document | None
    attached: Mapping[str, Attached]


def drift(account: Account, declared: Declared) -> tuple[str, ...]:
    """Say, in a sentence each, what is not as the program declares it."""
    return (
        *_secrets(account, declared),
        *_key("the key", declared.key, account.key),
        *_key("the key of the queues", declared.queues_key, account.other_keys.queues),
        *_key("the key of what waits", declared.held_key, account.other_keys.held),
        *_roles(account, declared),
        *_attached(account, declared),
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


def _key(where: str, wanted: Document | None, found: Key | None) -> Iterator[str]:
    if found is None:
        if wanted is not None:
            yield f"{where}: {_MISSING}"
        return
    if wanted is None:
        yield f"{where}: {_UNDECLARED}"
        return
    yield from differences(where, wanted, found.policy)
    yield from (f"{where}: a grant was given to {name}" for name in found.grantees)


def _attached(account: Account, declared: Declared) -> Iterator[str]:
    for arn, wanted in declared.attached.items():
        found = account.attached.get(arn)
        if found is None:
            yield f"{wanted.name}: {_MISSING}"
            continue
        yield from differences(found.name, wanted.policy, found.policy)
        for what in sorted({*wanted.settings, *found.settings}):
            was, now = wanted.settings.get(what, _UNSET), found.settings.get(what, _UNSET)
            if was != now:
                yield f"{found.name}: {what} is {now}, and was declared as {was}"
    for arn, found in account.attached.items():
        if arn not in declared.attached:
            yield f"{found.name}: {_UNDECLARED}"


def _roles(account: Account, declared: Declared) -> Iterator[str]:
    number, base = account.number, account.fleet.base
    ours = (f"arn:aws:iam::{number}:role{naming.reader_role_path(base)}", naming.function_role_arn(number, base, ""))
    found = {identity.arn: identity for identity in account.identities if identity.is_role}
    for arn, wanted in declared.roles.items():
        if arn in found:
            yield from _role(found[arn], wanted)
        else:
            yield f"role {_name(arn)}: {_MISSING}"
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
