"""`sellerkeys rollback`: the refresh token before the present one, on offer again."""

from __future__ import annotations

import click

from provisioning import outcomes
from provisioning.consented import gone_back_to
from provisioning.operating.rollback import Rollback
from provisioning.operating.rotating import Rotator
from provisioning.outcomes import Outcome
from scripts.operating import chosen, desk, tell
from scripts.session import Session, pass_session

_PATIENCE = 300


@click.command()
@click.argument("seller")
@click.option("--dry-run", is_flag=True, help="Prove the previous refresh token, and change nothing.")
@pass_session
def rollback(session: Session, /, seller: str, *, dry_run: bool) -> int:
    """Go back to a seller's previous refresh token.

    It is read as the seller's reader role, joined with the newest client secret and proven; a rotation then takes it
    up. Refused if it no longer works.
    """
    at = desk(session, "rollback")
    (row,) = chosen(at.fleet, (seller,), everybody=False)
    rollback = Rollback(at.fleet, at.store, at.reading, at.asking)
    secret, offer = rollback.plan(row)
    if offer is None:
        outcome = Outcome(seller, "unchanged", "the previous version holds the same refresh token as the present one")
    elif dry_run:
        outcome = Outcome(seller, "would roll back", "the previous refresh token works; would offer it to a rotation")
    else:
        token = at.offering.offer(secret.arn, offer, gone_back_to(secret))
        rotator = Rotator(at.fleet, at.store, at.offering, session.clock, session.sleep, _PATIENCE)
        outcome = rotator.follow(seller, secret, token)
    tell(session, [outcome], at.reading)
    return outcomes.exit_code([outcome])
