"""`sellerkeys app note` and `letter`: the client secrets of sellers' own applications, which only they can renew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provisioning import naming
from provisioning.errors import BadInput
from provisioning.operating.writing import letter_to
from provisioning.state import State
from scripts import report
from scripts.operating import chosen
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.roster import Row


@click.command()
@click.argument("seller")
@click.option(
    "--expires-on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="YYYY-MM-DD",
    help="When the client secret of the seller's own application expires, as the developer console says.",
)
@click.option("--dry-run", is_flag=True, help="Change nothing.")
@pass_session
def note(session: Session, seller: str, *, expires_on: datetime, dry_run: bool) -> int:
    """Note when the client secret of a seller's own application ends.

    The calendar then warns 30 and 7 days before.
    """
    row = _own(session, seller)
    secret = session.store.describe(session.fleet.secret_of(row.seller))
    day = expires_on.date()
    if not dry_run:
        session.store.tag(secret.arn, State(client_secret_expires_on=day).to_tags())
    result = "would note" if dry_run else "noted"
    if session.as_json:
        report.document({"seller": row.seller, "result": result, "client_secret_expires_on": day.isoformat()})
    else:
        click.echo(f"{row.seller} {result}: the client secret of its own application ends on {day}")
    return 0


@click.command()
@click.argument("seller")
@pass_session
def letter(session: Session, seller: str) -> int:
    """Write the letter that asks a seller for a new client secret of his own application."""
    row, fleet = _own(session, seller), session.fleet
    secret = session.store.describe(fleet.secret_of(row.seller))
    ends = State.from_tags(secret.tags).client_secret_expires_on
    queues = [
        naming.queue_arn(session.settings.region, secret.account, fleet.base, what)
        for what in (naming.NEW_SECRET, naming.EXPIRY)
    ]
    application = session.settings.application
    text = letter_to(row.name, ends, queues[0], queues[1], application.contact)
    if session.as_json:
        report.document({"seller": row.seller, "client_secret_expires_on": str(ends) if ends else None, "letter": text})
    else:
        click.echo(text)
    return 0


def _own(session: Session, seller: str) -> Row:
    """Find a seller who brings an application of his own; raises BadInput for another one."""
    (row,) = chosen(session.fleet, (seller,), everybody=False)
    if row.application != "own":
        raise BadInput(f"{row.seller} uses the fleet's shared application: `sellerkeys app status` is about that")
    return row
