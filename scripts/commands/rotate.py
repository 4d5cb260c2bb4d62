"""`sellerkeys rotate`: rotations now, and what became of them."""

from __future__ import annotations

import click

from provisioning import outcomes
from provisioning.offering import Offering
from provisioning.operating.rotating import Rotator
from scripts.operating import all_option, chosen, sellers_argument, tell
from scripts.progress import counted
from scripts.session import Session, pass_session


@click.command()
@sellers_argument
@all_option
@click.option(
    "--timeout",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for each rotation.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be started, and change nothing.")
@pass_session
def rotate(session: Session, /, sellers: tuple[str, ...], *, everybody: bool, timeout: int, dry_run: bool) -> int:
    """Rotate sellers' credentials now, and wait for the end.

    A rotation proves the credential, brings the newest client secret and takes an outstanding offer up. Starts are
    paced to stay within Secrets Manager's write rate. One that is under way already is joined, not started twice.
    """
    fleet, store = session.fleet, session.store
    rows = chosen(fleet, sellers, everybody=everybody)
    rotator = Rotator(fleet, store, Offering(fleet, store), session.clock, session.sleep, timeout)
    if dry_run:
        found = list(rotator.foretell(rows))
        tell(session, found)
        return outcomes.exit_code(found)
    found = []
    try:
        found.extend(counted(rotator.rotate(rows), len(rows), "rotating"))
    finally:
        # Also after Ctrl-C: what ended is told, and AWS finishes the rest by itself.
        tell(session, sorted(found, key=lambda outcome: outcome.seller))
    return outcomes.exit_code(found)
