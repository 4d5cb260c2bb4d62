"""`sellerkeys offboard`: sellers leave, and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provisioning import outcomes, roster
from provisioning.errors import BadInput, Waiting
from provisioning.offboarding import Offboarding
from scripts import report
from scripts.roster_file import RosterFile
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.outcomes import Outcome
    from provisioning.roster import Row


@click.command()
@click.argument("sellers", nargs=-1, metavar="SELLER...")
@click.option("--undo", is_flag=True, help="Bring sellers back, within the recovery window of their secrets.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@pass_session
def offboard(session: Session, /, sellers: tuple[str, ...], *, undo: bool, dry_run: bool) -> int:
    """Take sellers out of the fleet, and back within the recovery window.

    Ends each seller's rotation and marks the row, so that the next `sellerkeys up` deletes role and secret; AWS keeps
    a deleted secret for its recovery window. Nothing is revoked at Amazon, because only whoever consented can do that:
    the report says who and where. Seller by seller, so the same again completes what was interrupted.
    """
    rows = _chosen(roster.read(session.roster_path), sellers)
    file = RosterFile(session.roster_path)
    file.check_markable()
    offboarding = Offboarding(session.fleet, session.store, file.mark)
    act = offboarding.take_back if undo else offboarding.take_out
    found: list[Outcome] = []
    try:
        for row in rows:
            found.append(act(row, dry_run=dry_run))  # noqa: PERF401  what was done is told after Ctrl-C, too
    finally:
        report.outcomes(found, as_json=session.as_json)
    return outcomes.exit_code(found)


def _chosen(rows: Sequence[Row], slugs: Sequence[str]) -> list[Row]:
    if not slugs:
        raise BadInput("name one or more sellers; nothing was changed")
    if unknown := sorted(set(slugs) - {row.seller for row in rows}):
        raise Waiting(f"{', '.join(unknown)}: not in the roster; `sellerkeys roster list` shows who is")
    return [row for row in rows if row.seller in slugs]
