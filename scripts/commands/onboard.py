"""`sellerkeys onboard`: credentials in, proven, into their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from provisioning import outcomes
from provisioning.errors import BadInput
from provisioning.onboarding import DryRun, Executor, Prover, apply
from provisioning.planning import Planner
from scripts import report
from scripts.declaring import Declaring, foretold
from scripts.progress import counted
from scripts.request import Request
from scripts.row_options import row_options
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from provisioning.outcomes import Outcome


@click.command()
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--seller", metavar="SLUG", help="Onboard this one seller, asking for the credential, hidden.")
@click.option("--dry-run", is_flag=True, help="Prove the credentials, and change nothing.")
@click.option("--up", is_flag=True, help="Add the sellers to the roster and run `pulumi up` first.")
@click.option("--yes", is_flag=True, help="With --up: do not ask before `pulumi up`.")
@click.option("--from-roster", metavar="FILE|-", help="With --up: add every row of this CSV with the roster's columns.")
@row_options
@pass_session
def onboard(session: Session, /, **options: Any) -> int:  # noqa: ANN401  Click's options, checked by Request
    """Prove sellers' credentials and put them into their secrets.

    FILE is a CSV with the columns seller,refresh_token[,client_id,client_secret] or Amazon's own
    SellerId,RefreshToken,MarketplaceId,Mail; - is standard input. Each seller has to be in the roster and declared by
    `pulumi up`; --up does both first, for the rows of --from-roster or, with --seller, for the row that the "Roster"
    options describe. The same again is unchanged, so an interrupted run is simply repeated.
    """
    request = Request.of(options)
    # First of all, so that settings which cannot be used are told before anything is asked or changed.
    store, amazon = session.store, session.amazon
    declaring = _declaring(session, request) if request.up else None
    rows = declaring.foreseen.rows if declaring else session.fleet.sellers
    batch = request.credentials(session.intake, rows)
    for column in batch.dropped:
        report.say(f"column {column} was dropped: sellerkeys keeps no e-mail addresses")
    found: list[Outcome] = []
    if declaring:
        found, batch = declaring.failures, declaring.sift(batch)
        rows = declaring.up()
    fleet = session.fleet_of(rows)
    plan = Planner(fleet, store).plan(batch.rows)
    if request.up and request.dry_run:
        would, plan = foretold(plan)
        found += would
    prover = Prover(fleet, store, amazon)
    carrier = DryRun(prover) if request.dry_run else Executor(fleet, store, prover, session.now)
    try:
        for outcome in counted(apply(plan, carrier), len(plan), "onboarding"):
            found.append(outcome)
    finally:
        # Also after Ctrl-C: what was done is told.
        report.outcomes(found, batch.dropped, as_json=session.as_json)
    return outcomes.exit_code(found)


def _declaring(session: Session, request: Request) -> Declaring:
    new = request.new_rows(session.intake)
    declaring = Declaring(session, new, dry_run=request.dry_run, agreed=request.yes)
    if request.seller and declaring.failures:
        raise BadInput(f"{request.seller} {declaring.failures[0].detail}; nothing was changed")
    return declaring
