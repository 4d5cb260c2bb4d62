"""IAM Access Analyzer asked about a fleet's documents: AWS's own word beside the proof, where it can be had."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provisioning import naming
from provisioning.errors import SellerkeysError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioning.auditing.account import Account
    from provisioning.auditing.analyzer import Analyzer, Kind
    from provisioning.auditing.identities import Identity

_READ: Final = "secretsmanager:GetSecretValue"
#: What would let a function of the fleet, or a reader, give itself more.
_MORE: Final = ("iam:PutRolePolicy", "kms:PutKeyPolicy", "secretsmanager:PutResourcePolicy")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What AWS says: `against` in sentences, `questions` how many it answered, `silent` why not all of them."""

    against: tuple[str, ...] = ()
    questions: int = 0
    silent: str | None = None


def opinion(analyzer: Analyzer, account: Account) -> Opinion:
    """Ask about each document once; those that differ in the seller's name alone are one document.

    Where AWS does not answer, that is no failure: the proof does not need it.
    """
    against: list[str] = []
    asked = 0
    try:
        for found in _answers(analyzer, account):
            asked += 1
            against += found
    except SellerkeysError as error:
        return Opinion(tuple(against), asked, str(error))
    return Opinion(tuple(against), asked)


def _answers(analyzer: Analyzer, account: Account) -> Iterator[list[str]]:
    for where, document, kind in _documents(account):
        yield list(analyzer.faults(where, document, kind))
    for where, document, actions, resources in _grants(account):
        said = analyzer.grants(where, document, actions, resources)
        yield [said] if said else []


def _documents(account: Account) -> Iterator[tuple[str, Mapping[str, Any], Kind]]:
    seen: set[str] = set()
    for slug, where, document, kind in _all_documents(account):
        shape = json.dumps(document, sort_keys=True).replace(slug, "*") if slug else where
        if shape not in seen:
            seen.add(shape)
            yield where, document, kind


def _all_documents(account: Account) -> Iterator[tuple[str, str, Mapping[str, Any], Kind]]:
    """Give each document with the seller that it is written for, if any."""
    yield "", "the key", account.key.policy, "RESOURCE_POLICY"
    others = (("the key of the queues", account.other_keys.queues), ("the key of what waits", account.other_keys.held))
    yield from (("", name, key.policy, "RESOURCE_POLICY") for name, key in others if key)
    yield from (("", each.name, each.policy, "RESOURCE_POLICY") for each in account.attached.values() if each.policy)
    if account.app.policy:
        yield "", f"secret {account.fleet.app_secret}", account.app.policy, "RESOURCE_POLICY"
    for slug, held in account.sellers.items():
        if held.policy:
            yield slug, f"secret {account.fleet.secret_of(slug)}", held.policy, "RESOURCE_POLICY"
    for slug, role in _roles(account):
        for name, document in role.policies.items():
            yield slug, f"role {role.arn.rpartition('/')[2]}, policy {name}", document, "IDENTITY_POLICY"


def _grants(account: Account) -> Iterator[tuple[str, Mapping[str, Any], tuple[str, ...], tuple[str, ...]]]:
    """Give, for each role's policy, what it must not grant, and on what."""
    seen: set[str] = set()
    for slug, role in _roles(account):
        others = tuple(held.secret.arn for other, held in sorted(account.sellers.items()) if slug and other != slug)[:1]
        for name, document in role.policies.items():
            where = f"role {role.arn.rpartition('/')[2]}, policy {name}"
            shape = json.dumps(document, sort_keys=True).replace(slug, "*") if slug else where
            if shape in seen:
                continue
            seen.add(shape)
            yield where, document, _MORE, ()
            if slug:
                yield where, document, (_READ,), (account.app.secret.arn, *others)


def _roles(account: Account) -> Iterator[tuple[str, Identity]]:
    """List the fleet's roles, each reader's with its seller; the one reader of all has none of its own."""
    number, base = account.number, account.fleet.base
    readers = {naming.reader_role_arn(number, base, slug): slug for slug in account.sellers}
    ours = (f"arn:aws:iam::{number}:role{naming.reader_role_path(base)}", naming.function_role_arn(number, base, ""))
    for identity in account.identities:
        if identity.arn.startswith(ours):
            yield readers.get(identity.arn, ""), identity
