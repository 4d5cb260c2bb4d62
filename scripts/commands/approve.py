"""`sellerkeys approve`: whose a waiting credential is, and a person's word on it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from provisioning import outcomes
from provisioning.errors import BadInput, Waiting
from provisioning.marketplaces import find_marketplace
from provisioning.operating.approving import Approving, Candidate
from provisioning.operating.rotating import Rotator
from provisioning.outcomes import Outcome
from scripts import report
from scripts.operating import chosen, desk
from scripts.session import Session, pass_session
from scripts.words import plain

if TYPE_CHECKING:
    from provisioning.operating.reading import Reading

_PATIENCE = 300


@click.command()
@click.argument("seller")
@click.option("--yes", is_flag=True, help="Approve without being asked.")
@click.option("--dry-run", is_flag=True, help="Show whose it is, and change nothing.")
@pass_session
def approve(session: Session, /, seller: str, *, yes: bool, dry_run: bool) -> int:
    """Show and approve a credential that waits for a person.

    What Amazon says of it is shown: store names, marketplaces, selling partner ids; never a value. Approved, it becomes
    an offer that a rotation takes up.
    """
    if not (yes or dry_run or session.intake.has_person):
        raise BadInput("there is no terminal to ask on: add --yes, or --dry-run to look; nothing was changed")
    at = desk(session, "approve")
    (row,) = chosen(at.fleet, (seller,), everybody=False)
    approving = Approving(at.fleet, at.store, at.reading, at.asking, at.offering)
    candidate = approving.candidate(row)
    if not session.as_json:
        _show(candidate)
    if dry_run:
        outcome = Outcome(seller, "would approve", "it works at Amazon; would offer it to a rotation")
    else:
        if not yes and not click.confirm(f"Is this the store of {row.name}?", err=True):
            raise Waiting(f"what waits at {seller} was not approved and goes on waiting")
        token = approving.approve(candidate)
        rotator = Rotator(at.fleet, at.store, at.offering, session.clock, session.sleep, _PATIENCE)
        outcome = rotator.follow(seller, candidate.secret, token)
    _tell(session, candidate, outcome, at.reading)
    return outcomes.exit_code([outcome])


def _show(candidate: Candidate) -> None:
    report.say(f"waiting at {candidate.seller}:")
    for marketplace_id, store_name in candidate.stores:
        market = find_marketplace(marketplace_id)
        report.say(f"  {market.code if market else marketplace_id}  {store_name}")
    ids = f"{candidate.current_partner_id or 'none'} now, {candidate.selling_partner_id or 'none'} then"
    report.say(f"  selling partner id: {ids}")


def _tell(session: Session, candidate: Candidate, outcome: Outcome, reading: Reading) -> None:
    if not session.as_json:
        report.say(f"{candidate.seller}: value read as {reading.roles[candidate.seller]}")
        report.outcomes([outcome], as_json=False)
        return
    told: dict[str, Any] = {name: value for name, value in asdict(outcome).items() if name != "row"}
    stores = [{"marketplace_id": market, "store_name": plain(name)} for market, name in candidate.stores]
    ids = {"current": candidate.current_partner_id, "waiting": candidate.selling_partner_id}
    report.document(told | {"stores": stores, "selling_partner_id": ids, "read_as": reading.roles[candidate.seller]})
