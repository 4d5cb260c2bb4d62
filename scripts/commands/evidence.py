"""`sellerkeys evidence`: what Amazon's policies ask and this account shows, for a program and for a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from provisioning.auditing.access import access
from provisioning.auditing.evidence import evidence as written
from provisioning.auditing.requirements import CAVEAT
from provisioning.auditing.rows import Verdict
from provisioning.errors import BadInput
from scripts import report
from scripts.evidence_page import page
from scripts.progress import counted
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_MET: Final = 1


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path), metavar="OUT")
@click.option("--dry-run", is_flag=True, help="Look and tell, and write no file.")
@pass_session
def evidence(session: Session, /, out: Path, *, dry_run: bool) -> int:
    """Write what Amazon's policies ask and this account shows.

    Writes evidence.json and evidence.html into the folder OUT. Reads roles, policies, key, logs and alarms as they are
    deployed, and no value; the same state gives the same bytes. Exits with 1 if a row that can be seen is not met; rows
    that no machine can show are named, with whom to ask.
    """
    sellers = len(session.fleet.sellers)
    account = session.auditor.look(session.fleet, lambda rows: counted(rows, sellers, "looking"))
    found = written(account, access(account))
    if not dry_run:
        _write(out, found)
    if session.as_json:
        report.document(found)
    else:
        _print(found)
    return _NOT_MET if found["summary"][str(Verdict.NOT_MET)] else 0


def _write(out: Path, found: Mapping[str, Any]) -> None:
    texts = {"evidence.json": json.dumps(found, indent=2, ensure_ascii=False) + "\n", "evidence.html": page(found)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
            report.say(f"wrote {out / name}")
    except OSError as error:
        raise BadInput(f"{out}: cannot be written to ({type(error).__name__}): name a folder of your own") from None


def _print(found: Mapping[str, Any]) -> None:
    rows = [(row["id"], row["verdict"], row["asks"], "; ".join(row["seen"]), row["ask"] or "") for row in found["rows"]]
    report.table(("row", "verdict", "asked", "seen", "whom to ask"), rows)
    counts = ", ".join(f"{number} {verdict}" for verdict, number in found["summary"].items())
    click.echo(f"\n{len(rows)} rows: {counts}\n{CAVEAT}")
