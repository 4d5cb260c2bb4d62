"""`sellerkeys approve`: whose a waiting credential is, and a person's word on it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from provisioning import outcomes
from provisioning.errors import BadInput, Waiting
from provisioning.marketplaces import find_marketplace
from provisioning.operating.admitting import Admitting
from provisioning.operating.approving import Approving, Candidate
from provisioning.operating.rotating import Rotator
from provisioning.outcomes import Outcome
from provisioning.store import CURRENT
from scripts import report
from scripts.operating import chosen, desk
from scripts.session import Session, pass_session
from scripts.words import plain

if TYPE_CHECKING:
    from provisioning.roster import Row

_PATIENCE = 300


@click.command()
@click.argument("seller")
@click.option("--yes", is_flag=True, help="Approve, or reject, without being asked.")
@click.option("--reject", is_flag=True, help="Let go of what waits, unused.")
@click.option("--dry-run", is_flag=True, help="Show whose it is, and change nothing.")
@pass_session
def approve(session: Session, /, seller: str, *, yes: bool, reject: bool, dry_run: bool) -> int:
    """Show and approve a credential that waits for a person.

    What Amazon says of it is shown: store names, marketplaces, selling partner ids; never a value. Approved, it becomes
    the first value of an empty secret, else an offer that a rotation takes up.
    """
    if not (yes or dry_run or session.intake.has_person):
        raise BadInput("there is no terminal to ask on: add --yes, or --dry-run to look; nothing was changed")
    at = desk(session, "approve")
    (row,) = chosen(at.fleet, (seller,), everybody=False)
    admitting = Admitting(at.fleet, at.store, session.amazon, session.holding, session.now)
    approving = Approving(at.fleet, at.store, at.reading, at.asking, at.offering)
    is_held = at.store.describe(at.fleet.secret_of(seller)).holder(CURRENT) is None
    if reject:
        return _reject(session, row, admitting if is_held else approving, yes=yes, dry_run=dry_run)
    if is_held:
        return _admit(session, row, admitting, yes=yes, dry_run=dry_run)
    candidate = approving.candidate(row)
    if not session.as_json:
        _show(candidate)
    if dry_run:
        outcome = Outcome(seller, "would approve", "it works at Amazon; would offer it to a rotation")
    else:
        _agree(row, yes=yes)
        token = approving.approve(candidate)
        rotator = Rotator(at.fleet, at.store, at.offering, session.clock, session.sleep, _PATIENCE)
        outcome = rotator.follow(seller, candidate.secret, token)
    _tell(session, candidate, outcome, at.reading.roles[seller])
    return outcomes.exit_code([outcome])


def _admit(session: Session, row: Row, admitting: Admitting, *, yes: bool, dry_run: bool) -> int:
    """Show and admit what is held for a seller whose secret is empty."""
    held = admitting.find(row)
    if held is None:
        raise Waiting(f"nothing waits for approval at {row.seller}")
    candidate = Candidate(row.seller, held.secret, "", held.stores, held.credential.selling_partner_id, None)
    if not session.as_json:
        _show(candidate)
    outcome = Outcome(row.seller, "would approve", "it works at Amazon; would make it the first value")
    if not dry_run:
        _agree(row, yes=yes)
        admitting.admit(held)
        outcome = Outcome(row.seller, "approved", "it is the first value, and rotating")
    _tell(session, candidate, outcome, None)
    return outcomes.exit_code([outcome])


def _reject(session: Session, row: Row, where: Admitting | Approving, *, yes: bool, dry_run: bool) -> int:
    """Let go of what waits, without a look at it."""
    outcome = Outcome(row.seller, "would reject", "would let go of what waits")
    if not dry_run:
        if not yes and not click.confirm(f"Let go of what waits at {row.name}?", err=True):
            raise Waiting(f"what waits at {row.seller} goes on waiting")
        where.reject(row)
        outcome = Outcome(row.seller, "rejected", "let go of; `sellerkeys invite` makes the seller a new link")
    report.outcomes([outcome], as_json=session.as_json)
    return outcomes.exit_code([outcome])


def _agree(row: Row, *, yes: bool) -> None:
    if not yes and not click.confirm(f"Is this the store of {row.name}?", err=True):
        raise Waiting(f"what waits at {row.seller} was not approved and goes on waiting")


def _show(candidate: Candidate) -> None:
    report.say(f"waiting at {candidate.seller}:")
    for marketplace_id, store_name in candidate.stores:
        market = find_marketplace(marketplace_id)
        report.say(f"  {market.code if market else marketplace_id}  {store_name}")
    ids = f"{candidate.current_partner_id or 'none'} now, {candidate.selling_partner_id or 'none'} then"
    report.say(f"  selling partner id: {ids}")


def _tell(session: Session, candidate: Candidate, outcome: Outcome, read_as: str | None) -> None:
    if not session.as_json:
        if read_as:
            report.say(f"{candidate.seller}: value read as {read_as}")
        report.outcomes([outcome], as_json=False)
        return
    told: dict[str, Any] = {name: value for name, value in asdict(outcome).items() if name not in {"row", "cause"}}
    stores = [{"marketplace_id": market, "store_name": plain(name)} for market, name in candidate.stores]
    ids = {"current": candidate.current_partner_id, "waiting": candidate.selling_partner_id}
    report.document(told | {"stores": stores, "selling_partner_id": ids, "read_as": read_as})
