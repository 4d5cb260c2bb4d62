"""`sellerkeys roster`: the list of the fleet's sellers."""

from __future__ import annotations

import click

from provisioning import outcomes
from provisioning.errors import BadInput
from provisioning.roster import Record, read, records
from scripts import report
from scripts.intake import source
from scripts.roster_file import RosterFile
from scripts.row_options import record_from, row_options, split
from scripts.session import Session, pass_session

_SHOWN = (
    "seller",
    "account_name",
    "application",
    "region",
    "marketplaces",
    "fulfillment",
    "consented_on",
    "status",
    "shard",
)


@click.group()
def roster() -> None:
    """List and add the fleet's sellers.

    The roster is a CSV without any secret, reviewed in git; `sellerkeys:roster` in the stack's configuration names it.
    """


@roster.command("list")
@pass_session
def list_sellers(session: Session) -> int:
    """List every seller of the roster."""
    sellers = read(session.roster_path)
    if session.as_json:
        report.document({"sellers": [seller.model_dump(mode="json") for seller in sellers]})
        return 0
    rows = [seller.model_dump(mode="json") for seller in sellers]
    cells = [["; ".join(c) if isinstance(c := row[name], list) else str(c or "") for name in _SHOWN] for row in rows]
    report.table([name.replace("_", " ") for name in _SHOWN], cells)
    return 0


@roster.command()
@click.option("--seller", metavar="SLUG", help="The seller's key: 1 to 32 of a-z, 0-9 and -.")
@row_options
@click.option("--from", "file", metavar="FILE|-", help="Add every row of a CSV with the roster's columns.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and change nothing.")
@pass_session
def add(session: Session, /, seller: str | None, file: str | None, *, dry_run: bool, **row: str | None) -> int:
    """Add one seller by options, or many from a CSV.

    Rows are appended, the others stay as they are; a row that stands there already is unchanged, and one that
    contradicts it is refused. A new seller is given the first stack with room. Run `sellerkeys up` afterwards, or
    `pulumi up` where the base stack holds everybody.
    """
    cells, _ = split(row)
    added = RosterFile(session.roster_path).add(_handed_in(session, seller, file, cells), dry_run=dry_run)
    report.outcomes(added.outcomes, as_json=session.as_json)
    return outcomes.exit_code(added.outcomes)


def _handed_in(session: Session, seller: str | None, file: str | None, cells: dict[str, str]) -> list[Record]:
    if file and not seller and not cells:
        return list(records(session.intake.text(file), source(file)))
    if seller and not file:
        return [record_from(seller, cells)]
    raise BadInput("give either --from with a file, or --seller with the options of its row; nothing was changed")
