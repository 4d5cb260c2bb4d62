"""`sellerkeys check`: what sellers' consumers use, proven at Amazon, with the cause in words and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from provisioning import outcomes
from provisioning.marking import look, mark
from provisioning.naming import TAG_SELLER
from provisioning.operating.checking import STAGES, Checked, Checker
from provisioning.outcomes import Outcome
from scripts import report
from scripts.operating import Desk, all_option, chosen, desk, sellers_argument
from scripts.progress import counted
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@sellers_argument
@all_option
@click.option("--permissions", is_flag=True, help="Also read a little in each of the seller's permission areas.")
@click.option("--dry-run", is_flag=True, help="Note nothing of what is found, and mark nobody.")
@pass_session
def check(session: Session, /, sellers: tuple[str, ...], *, everybody: bool, permissions: bool, dry_run: bool) -> int:
    """Prove at Amazon what sellers' consumers use, and say what mends it.

    Reads each value as the seller's own reader role, which CloudTrail records, and takes it through three stages: a
    token, a call on the regional host, the expected marketplaces. What Amazon said is noted in the state tags; with
    --all, sellers refused twice at least a day apart are then marked to authorize again, unless most of the fleet was.
    """
    at = desk(session, "check")
    rows = chosen(at.fleet, sellers, everybody=everybody)
    checker = Checker(at.fleet, at.store, session.amazon, at.reading, at.offering, session.now)
    found: list[Checked] = []
    try:
        checks = (checker.check(row, permissions=permissions, noting=not dry_run) for row in rows)
        found.extend(counted(checks, len(rows), "checking"))
    finally:
        _tell(session, found)
    if everybody and not dry_run:
        _mark(at, session)
    return outcomes.exit_code([Outcome(each.seller, each.result, "", each.exit_code) for each in found])


def _mark(at: Desk, session: Session) -> None:
    fleet = look(at.store, at.fleet.base, session.now())
    mark(at.store, fleet)
    for secret in fleet.reauthorize:
        report.say(f"{secret.tags.get(TAG_SELLER, secret.name)}: has to authorize again, and is marked so")
    if fleet.outage:
        report.say(f"{fleet.outage.sentence}; an outage, so nobody was marked for it")


def _tell(session: Session, found: Sequence[Checked]) -> None:
    if session.as_json:
        report.document({"sellers": [_document(each) for each in found]})
        return
    for each in found:
        if each.read_as:
            report.say(f"{each.seller}: value read as {each.read_as}")
    report.table(
        ("seller", "result", "passed", "permissions", "cause", "what mends it"),
        [
            (each.seller, each.result, ", ".join(each.passed), _areas(each), each.cause or "", each.mend or "")
            for each in found
        ],
    )
    click.echo(f"\n{report.counted(len(found), 'seller')}, {sum(not each.exit_code for each in found)} work")


def _document(found: Checked) -> dict[str, Any]:
    return {
        "seller": found.seller,
        "result": found.result,
        "stages": {stage: stage in found.passed for stage in STAGES},
        "cause": found.cause,
        "mend": found.mend,
        "permissions": {str(area): is_open for area, is_open in found.permissions.items()},
        "read_as": found.read_as,
        "exit_code": found.exit_code,
    }


def _areas(found: Checked) -> str:
    if not found.permissions:
        return ""
    return f"{sum(found.permissions.values())} of {len(found.permissions)}"
