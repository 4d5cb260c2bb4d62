"""`sellerkeys onboard`: credentials in, proven, into their secrets; one seller or ten thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from provisioning.errors import BadInput
from scripts import report
from scripts.bulk import Bulk
from scripts.declaring import Declaring
from scripts.ledger import Ledger, report_option
from scripts.rates import Rates, rate_options
from scripts.request import Request
from scripts.row_options import row_options
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provisioning.credentials import HandedIn, Unreadable

    Rows = Iterable[HandedIn | Unreadable]


@click.command()
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--seller", metavar="SLUG", help="Onboard this one seller, asking for the credential, hidden.")
@click.option("--dry-run", is_flag=True, help="Prove the credentials, and change nothing.")
@report_option
@rate_options
@click.option("--up", is_flag=True, help="Add the sellers to the roster and run `pulumi up` first.")
@click.option("--yes", is_flag=True, help="With --up: do not ask before `pulumi up`.")
@click.option("--from-roster", metavar="FILE|-", help="With --up: add every row of this CSV with the roster's columns.")
@row_options
@pass_session
def onboard(session: Session, /, reports: Sequence[str], **options: Any) -> int:  # noqa: ANN401  Click's, see Request
    """Prove sellers' credentials and put them into their secrets.

    FILE is a CSV with the columns seller,refresh_token[,client_id,client_secret] or Amazon's own
    SellerId,RefreshToken,MarketplaceId,Mail; - is standard input. Each seller has to be in the roster and declared by
    `pulumi up`; --up does both first, for the rows of --from-roster or, with --seller, for the row that the "Roster"
    options describe. Many sellers are onboarded side by side, as fast as AWS takes writes. A bad row stops no good one.
    The same again is unchanged, so an interrupted run is simply repeated.
    """
    rates = Rates.of(options)
    request = Request.of(options)
    # First of all, so that settings which cannot be used are told before anything is asked or changed.
    _ = session.store, session.amazon
    declaring = _declaring(session, request) if request.up else None
    batch = request.credentials(session.intake, declaring.foreseen.rows if declaring else session.fleet.sellers)
    for column in batch.dropped:
        report.say(f"column {column} was dropped: sellerkeys keeps no e-mail addresses")
    with Ledger(reports, batch.dropped, as_json=session.as_json) as ledger:
        fleet = session.fleet_of(declaring.up()) if declaring else session.fleet
        bulk = Bulk(session, fleet, rates, dry_run=request.dry_run, foretells=request.up and request.dry_run)
        bulk.run(lambda: _sifted(batch, declaring), ledger, declaring.failures if declaring else (), "onboarding")
    return ledger.exit_code


def _sifted(batch: Rows, declaring: Declaring | None) -> Rows:
    return declaring.without_contradicted(batch) if declaring else batch


def _declaring(session: Session, request: Request) -> Declaring:
    new = request.new_rows(session.intake)
    declaring = Declaring(session, new, dry_run=request.dry_run, agreed=request.yes)
    if request.seller and declaring.failures:
        raise BadInput(f"{request.seller} {declaring.failures[0].detail}; nothing was changed")
    return declaring
