"""`sellerkeys export`: one seller's credential as a file that a client reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from provisioning.exporting.formats import FORMATS, find_format
from provisioning.operating.lending import Lender
from scripts import report
from scripts.handout import Handout
from scripts.operating import chosen
from scripts.session import Session, pass_session


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    return [name for name in FORMATS if name.startswith(begun)]


def _listed(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  Click's
    if wanted:
        report.table(("format", "for", "source"), [(name, each.whose, each.source) for name, each in FORMATS.items()])
        context.exit(0)


@click.command()
@click.argument("seller")
@click.option("--format", "name", required=True, metavar="FORMAT", shell_complete=_complete, help="Whose names.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_listed, help="List the formats.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A new file, which only you may read.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--reveal", is_flag=True, help="Print the values even on a terminal.")
@pass_session
def export(session: Session, /, seller: str, *, name: str, **options: Any) -> int:  # noqa: ANN401  Click's options
    """Write a seller's credential in the form that a client reads.

    It goes into a pipe, or with --to into a file of mode 0600. The value is read as the seller's reader role, which
    CloudTrail records.
    """
    form, handout = find_format(name), Handout(**options)
    (row,) = chosen(session.fleet, (seller,), everybody=False)
    reading = session.reading("export")
    lent = Lender(session.fleet, reading).lend(row)
    values = form.values(lent.secret, lent.fields)
    text = form.render(values)
    report.say(f"{seller}: value read as {reading.roles[seller]}")
    if form.note:
        report.say(f"{name}: {form.note}")
    about = {"seller": seller, "format": name, "for": form.whose, "read_as": reading.roles[seller]}
    if handout.to is None:
        handout.put(json.dumps(about | {"values": values}, indent=2) + "\n" if session.as_json else text)
        return 0
    handout.put(text)
    if session.as_json:
        report.document(about | {"names": list(values), "file": str(handout.to)})
    else:
        report.say(f"{handout.to}: {', '.join(values)}")
    return 0
