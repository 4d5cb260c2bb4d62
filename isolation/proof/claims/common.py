"""What several claims speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import z3

from isolation import template
from isolation.proof.askers import identity, outsiders
from isolation.proof.matching import ANY, matches
from isolation.proof.texts import ANY_SELLER, SELLER, is_secret, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isolation.proof.asked import Asked
    from isolation.proof.fleet import Fleet


CONTEXT: Final = "kms:encryptioncontext:secretarn"
VIA: Final = "kms:viaservice"
NO: Final = z3.BoolVal(val=False)


def everybody(fleet: Fleet, action: str, *, insiders: bool = True) -> Iterator[tuple[Asked, z3.BoolRef]]:
    """List everybody who could ask, the account's own principals only with `insiders`."""
    if insiders:
        yield identity("somebody", action, fleet.account, any_seller())
    yield from outsiders("somebody", action, fleet.account, any_seller())


def for_secret(fleet: Fleet, asked: Asked, good: object) -> z3.BoolRef:
    """Say that a use of the key is Secrets Manager's, for a good secret."""
    assert callable(good)  # noqa: S101
    ((via_there, via),) = asked.slot(VIA).members
    ((there, arn),) = asked.slot(CONTEXT).members
    service = literal(f"secretsmanager.{fleet.region}.amazonaws.com")
    return z3.And(via_there, via == service, there, good(arn))


def of_fleet(fleet: Fleet, arn: z3.SeqRef) -> z3.BoolRef:
    """Say that a text may stand in the encryption context of the fleet's key."""
    # Where Secrets Manager checks that a key can be used at all, no secret is named yet (aws.md 6.2).
    check = arn == literal("RequestToValidateKeyAccess")
    return z3.Or(is_a_sellers(fleet, arn), is_secret(arn, literal(fleet.app.arn)), check)


def is_a_sellers(fleet: Fleet, arn: z3.SeqRef) -> z3.BoolRef:
    """Say that it is a seller's secret, whoever the seller."""
    begin, _, end = fleet.seller_secret.partition(ANY_SELLER)
    return z3.InRe(arn, z3.Concat(z3.Re(begin), z3.Star(ANY), z3.Re(f"{end}-"), z3.Loop(ANY, 6, 6)))


def has(asked: Asked, key: str, patterns: Sequence[str]) -> z3.BoolRef:
    """Say that a condition key is there, and matches one of the patterns in each of its values."""
    slot = asked.slot(key)
    made = [template.pattern(one, variables=True) for one in patterns]
    fits = [z3.Or([matches(one, value, asked.value_of) for one in made]) for _, value in slot.members]
    every = [z3.Implies(there, fit) for (there, _), fit in zip(slot.members, fits, strict=True)]
    return z3.And(slot.present, *every)


def names_identity_tag(fleet: Fleet, asked: Asked) -> z3.BoolRef:
    """Say that one of the tags that a request changes is no state tag."""
    prefix = literal(fleet.state_tags)
    members = asked.slot("aws:tagkeys").members
    return z3.Or([z3.And(there, z3.Not(z3.PrefixOf(prefix, key))) for there, key in members])


def any_seller() -> dict[str, z3.SeqRef]:
    """Make the symbol that stands for the seller."""
    return {SELLER: z3.String("seller")}
