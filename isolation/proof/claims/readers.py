"""Claim (a): the reader of one seller reads no other, each lock alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from isolation.evaluator import Policies
from isolation.proof import actions
from isolation.proof.asked import Asked
from isolation.proof.askers import EVERYTHING, delegating, identity
from isolation.proof.claims.common import (
    any_seller,
    for_secret,
)
from isolation.proof.proving import Case, Claim
from isolation.proof.texts import SELLER, SLUG, TAG, any_secret, is_secret, literal, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolation.proof.fleet import Fleet, Secret, Seller


def of_reader(fleet: Fleet, seller: Seller) -> Iterator[Claim]:
    """Claim (a), each lock alone: the role's policy, then the key's condition in it."""
    who = seller.reader.name
    read, known, mine = _session(fleet, seller, actions.READ)
    elsewhere = z3.And(any_secret(read.resource, fleet.account, fleet.region), z3.Not(is_secret(read.resource, mine)))
    cases = [Case([(read, Policies(seller.reader.identity))], [*known, elsewhere], fleet.account)]
    decrypt, known, mine = _session(fleet, seller, actions.DECRYPT)
    by_key = Policies(seller.reader.identity, key=delegating(fleet.account))
    for_another = z3.Not(for_secret(fleet, decrypt, lambda arn: is_secret(arn, mine)))
    for_another = z3.Or(for_another, decrypt.resource != literal(fleet.key_arn))
    yield Claim(f"{who} reads no other secret, by its own policy", cases)
    yield Claim(
        f"{who} decrypts for no other secret, by its own policy",
        [Case([(decrypt, by_key)], [*known, for_another], fleet.account)],
    )
    yield _reads_only(fleet, seller)
    if fleet.by_tag:
        yield _untagged(fleet, seller)
        for secret in (seller.secret, *fleet.other_secrets):
            yield _of_anothers_session(fleet, seller, secret)


def _reads_only(fleet: Fleet, seller: Seller) -> Claim:
    speaks = delegating(fleet.account)
    policies, cases = Policies(seller.reader.identity, key=speaks), []
    for action in (*actions.OF_SECRET, *actions.USE_KEY, *actions.CHANGE_PERMISSIONS):
        if action not in {actions.READ, actions.DECRYPT, "secretsmanager:DescribeSecret"}:
            asked, known, _ = _session(fleet, seller, action)
            cases.append(Case([(asked, policies)], known, fleet.account))
    return Claim(f"{seller.reader.name} reads and does nothing else", cases)


def _session(fleet: Fleet, seller: Seller, action: str) -> tuple[Asked, list[z3.BoolRef], z3.SeqRef]:
    """Make a reader's session, with what is known of it and the name of the one secret it may read."""
    markers = any_seller()
    asked = Asked("reader", action, markers=markers)
    known = [z3.InRe(markers[SELLER], SLUG), asked.account == literal(fleet.account)]
    known.append(asked.arn == text(seller.reader.arn, markers))
    if not fleet.by_tag:
        return asked, known, text(seller.secret.arn, markers)
    # Any tag that IAM takes, not only a seller's slug; and without the tag there is no own secret (see _untagged).
    there, tag = asked.slot(f"aws:principaltag/{fleet.seller_tag}").members[0]
    return asked, [*known, there, z3.InRe(tag, TAG)], text(fleet.seller_secret, {SELLER: tag})


def _untagged(fleet: Fleet, seller: Seller) -> Claim:
    cases = []
    for action in (actions.READ, actions.DECRYPT, "secretsmanager:DescribeSecret"):
        asked = Asked("untagged", action, markers=any_seller())
        there, _ = asked.slot(f"aws:principaltag/{fleet.seller_tag}").members[0]
        policies = Policies(seller.reader.identity, key=fleet.key_policy)
        is_reader = asked.arn == text(seller.reader.arn, asked.markers)
        given = [z3.Not(there), asked.account == literal(fleet.account), is_reader]
        cases.append(Case([(asked, policies)], given, fleet.account))
    return Claim(f"{seller.reader.name} without a seller's tag reads nothing", cases)


def _of_anothers_session(fleet: Fleet, seller: Seller, secret: Secret) -> Claim:
    """Say that the secret's policy alone keeps a session with another tag out, whatever its role may do."""
    markers = any_seller()
    asked, known = identity("another", actions.READ, fleet.account, markers)
    there, tag = asked.slot(f"aws:principaltag/{fleet.seller_tag}").members[0]
    given = [
        known,
        z3.InRe(markers[SELLER], SLUG),
        asked.arn == text(seller.reader.arn, markers),
        is_secret(asked.resource, text(secret.arn, markers)),
        z3.Or(z3.Not(there), tag != text(secret.seller, markers)),
    ]
    case = Case([(asked, Policies([EVERYTHING], secret.policy))], given, fleet.account)
    return Claim(f"{secret.name}: no session for another seller reads it, by its own policy", [case])
