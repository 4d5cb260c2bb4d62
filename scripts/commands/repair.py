"""`sellerkeys repair`: stuck rotations, named and mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provisioning import outcomes
from provisioning.errors import SellerkeysError
from provisioning.operating.diagnosis import Ailment, Findings
from provisioning.operating.repairing import Doctor, Mender, words
from provisioning.outcomes import Outcome, failure
from provisioning.store import WAITING
from scripts import report
from scripts.operating import all_option, chosen, desk, sellers_argument, tell
from scripts.progress import counted
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from provisioning.roster import Row

_WAITING = 3
_REFUSED = 4


@click.command()
@sellers_argument
@all_option
@click.option("--dry-run", is_flag=True, help="Name what is wrong, and change nothing.")
@pass_session
def repair(session: Session, /, sellers: tuple[str, ...], *, everybody: bool, dry_run: bool) -> int:
    """Name stuck rotations and mend them.

    A pending version with a value is read as the seller's reader role and tried at Amazon first: if it holds the only
    good token it goes forward. An empty one is looked at twice, two minutes apart, so that a rotation that runs is left
    alone.
    """
    at = desk(session, "repair")
    rows = chosen(at.fleet, sellers, everybody=everybody)
    doctor = Doctor(at.fleet, at.store, at.reading, at.asking)
    mender = Mender(at.fleet, at.store, at.reading, at.asking, at.offering, session.sleep)
    examined = list(counted((_examined(doctor, row) for row in rows), len(rows), "examining"))
    found: list[Outcome] = [each for each in examined if isinstance(each, Outcome)]
    told = [each for each in examined if isinstance(each, Findings)]
    if dry_run:
        found += [_foretold(each) for each in told]
    else:
        if empty := [each for each in told if each.may_be_running]:
            report.say(f"{report.counted(len(empty), 'pending version')} without a value: looking again in two minutes")
        found += [_mended(mender, each) for each in mender.settle(told, doctor.examine)]
    found.sort(key=lambda outcome: outcome.seller)
    tell(session, found, at.reading)
    return outcomes.exit_code(found)


def _examined(doctor: Doctor, row: Row) -> Findings | Outcome:
    try:
        return doctor.examine(row)
    except SellerkeysError as error:
        return failure(row.seller, error)


def _foretold(told: Findings) -> Outcome:
    if not told.ailments:
        return _well(told)
    return Outcome(told.row.seller, "would mend", f"{', '.join(told.ailments)}: {words(told)}")


def _mended(mender: Mender, told: Findings) -> Outcome:
    seller = told.row.seller
    if not told.ailments:
        return _well(told)
    try:
        mender.mend(told)
    except SellerkeysError as error:
        return failure(seller, error)
    detail = f"{', '.join(told.ailments)}: {words(told)}"
    if Ailment.PENDING_UNDECIDED in told.ailments:
        return Outcome(seller, "refused", detail, _REFUSED)
    return Outcome(seller, "mended", detail)


def _well(told: Findings) -> Outcome:
    if told.secret.holder(WAITING):
        detail = f"a credential waits for a person: `sellerkeys approve {told.row.seller}` shows it"
        return Outcome(told.row.seller, "waiting", detail, _WAITING)
    return Outcome(told.row.seller, "well", "nothing is stuck")
