"""`sellerkeys check`: what sellers' consumers use, proven at Amazon, with the cause in words and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from provisioning import outcomes
from provisioning.crowd import Crowd
from provisioning.marking import look, mark
from provisioning.naming import TAG_SELLER
from provisioning.operating.checking import STAGES, Checked, Checker
from scripts import report
from scripts.operating import Desk, all_option, chosen, desk, sellers_argument
from scripts.progress import counted
from scripts.rates import at_once_option, tokens_option
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.roster import Row

#: As many sellers as are listed whatever was found; of more, those who do not work.
_SHOWN: Final = 100


@click.command()
@sellers_argument
@all_option
@click.option("--permissions", is_flag=True, help="Also read a little in each of the seller's permission areas.")
@click.option("--dry-run", is_flag=True, help="Note nothing of what is found, and mark nobody.")
@tokens_option
@at_once_option
@pass_session
def check(session: Session, /, sellers: tuple[str, ...], *, everybody: bool, **options: Any) -> int:  # noqa: ANN401  Click's
    """Prove at Amazon what sellers' consumers use, and say what mends it.

    Reads each value as the seller's own reader role, which CloudTrail records, and takes it through three stages: a
    token, a call on the regional host, the expected marketplaces. Amazon counts calls for each seller apart, so sellers
    are checked side by side. What Amazon said is noted in the state tags; with
    --all, sellers refused twice at least a day apart are then marked to authorize again, unless most of the fleet was.
    """
    permissions, noting = options["permissions"], not options["dry_run"]
    at = desk(session, "check")
    rows = chosen(at.fleet, sellers, everybody=everybody)
    store, amazon = session.paced_store(None), session.paced_amazon(options["lwa_rate"])
    checker = Checker(at.fleet, store, amazon, at.reading, at.offering, store.now)

    def act(row: Row) -> Checked:
        return checker.check(row, permissions=permissions, noting=noting)

    crowd, found = Crowd(act, options["at_once"]), list[Checked]()
    try:
        found.extend(counted(crowd.results(rows), len(rows), "checking"))
    finally:
        # Also after Ctrl-C: what was found is told, in the roster's order.
        places = {row.seller: place for place, row in enumerate(rows)}
        _tell(session, sorted([*found, *crowd.late], key=lambda each: places[each.seller]))
    if everybody and noting:
        _mark(at, session)
    return outcomes.added_up({each.exit_code for each in found})


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
    is_short = len(found) <= _SHOWN
    for each in found if is_short else ():
        if each.read_as:
            report.say(f"{each.seller}: value read as {each.read_as}")
    if not is_short:
        report.say(f"{sum(each.read_as is not None for each in found)} values read, each as its own reader role")
    shown = found if is_short else [each for each in found if each.exit_code]
    report.table(
        ("seller", "result", "passed", "permissions", "cause", "what mends it"),
        [
            (each.seller, each.result, ", ".join(each.passed), _areas(each), each.cause or "", each.mend or "")
            for each in shown
        ],
    )
    if len(shown) < len(found):
        report.say("those that work are not listed; `--output json` has everybody")
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
