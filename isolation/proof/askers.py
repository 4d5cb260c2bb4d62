"""Everybody who could ask: identities of the account and of others, AWS's services, and anybody on the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import z3

from isolation import document
from isolation.proof.asked import Asked, Kind
from isolation.proof.matching import ANY
from isolation.proof.texts import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The policy of somebody whose account lets him do anything: what stops him is the resource's own word.
EVERYTHING: Final = document.identity(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)
_ACCOUNT: Final = z3.Loop(z3.Range("0", "9"), 12, 12)
_NAME: Final = z3.Union(z3.Re("root"), z3.Concat(z3.Union(z3.Re("role/"), z3.Re("user/")), z3.Plus(ANY)))
_SERVICE: Final = z3.Concat(
    z3.Plus(z3.Union(z3.Range("a", "z"), z3.Range("0", "9"), z3.Re("-"), z3.Re("."))), z3.Re(".amazonaws.com")
)


def delegating(account: str) -> document.Policy:
    """Make the policy of a key or role that leaves it all to the account's own policies."""
    row = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}
    return document.resource({"Version": "2012-10-17", "Statement": [row]})


def identity(name: str, action: str, account: str, markers: Mapping[str, z3.SeqRef]) -> tuple[Asked, z3.BoolRef]:
    """Make somebody of the account who asks, with what is known of him."""
    asked = Asked(name, action, markers=markers)
    arn = z3.InRe(asked.arn, z3.Concat(z3.Re(f"arn:aws:iam::{account}:"), _NAME))
    return asked, z3.And(asked.account == literal(account), arn)


def outsiders(
    name: str, action: str, account: str, markers: Mapping[str, z3.SeqRef]
) -> Iterator[tuple[Asked, z3.BoolRef]]:
    """List everybody who is not of the account."""
    foreign = Asked(f"{name}-foreign", action, markers=markers)
    other = z3.And(foreign.account != literal(account), z3.InRe(foreign.account, _ACCOUNT))
    arn = z3.And(
        z3.PrefixOf(z3.Concat(literal("arn:aws:iam::"), foreign.account, literal(":")), foreign.arn),
        z3.InRe(foreign.arn, z3.Concat(z3.Re("arn:aws:iam::"), _ACCOUNT, z3.Re(":"), _NAME)),
    )
    yield foreign, z3.And(other, arn)
    service = Asked(f"{name}-service", action, Kind.SERVICE, markers=markers)
    yield service, z3.InRe(service.service, _SERVICE)
    yield Asked(f"{name}-anybody", action, Kind.ANYBODY, markers=markers), z3.BoolVal(val=True)
