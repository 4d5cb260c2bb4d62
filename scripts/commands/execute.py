"""`sellerkeys exec`: one seller's credential in the environment of a program that takes this one's place."""

from __future__ import annotations

import sys

import click

from provisioning.errors import BadInput
from provisioning.exporting.formats import FORMATS, find_format, variables
from provisioning.operating.lending import Lender
from scripts import report
from scripts.operating import chosen
from scripts.session import Session, pass_session

#: What a shell reports for a program that is not there, or cannot be run.
_NOT_FOUND, _NOT_RUN = 127, 126
_USABLE = [name for name, each in FORMATS.items() if each.is_environment]


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    return [name for name in _USABLE if name.startswith(begun)]


@click.command(name="exec")
@click.option(
    "--format",
    "name",
    default="env",
    show_default=True,
    metavar="FORMAT",
    shell_complete=_complete,
    help="Whose names; `sellerkeys export --list` shows them.",
)
@click.argument("seller")
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- PROGRAM [ARGUMENT]...")
@pass_session
def execute(session: Session, /, name: str, seller: str, *, program: tuple[str, ...]) -> int:
    """Run a program with a seller's credential in its environment.

    The program takes the place of this command: its signals and its exit code are its own. The value is read as the
    seller's reader role, which CloudTrail records, and stands in no file.
    """
    form = find_format(name)
    if not form.is_environment:
        raise BadInput(f"{name} is a file's format; those for an environment are {', '.join(_USABLE)}")
    (row,) = chosen(session.fleet, (seller,), everybody=False)
    reading = session.reading("exec")
    lent = Lender(session.fleet, reading).lend(row)
    values = form.values(lent.secret, lent.fields)
    if unfit := [key for key, value in values.items() if "\0" in value]:
        raise BadInput(f"{', '.join(unfit)}: an environment cannot hold a value with a NUL")
    report.say(f"{seller}: value read as {reading.roles[seller]}")
    if form.note:
        report.say(f"{name}: {form.note}")
    for left in sorted(variables() & session.environment.keys() - values.keys()):
        report.say(f"{left} is set here already and stays: a client may take it instead of {seller}'s")
    return _become(session, list(program), values)


def _become(session: Session, program: list[str], values: dict[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        session.become(program, {**session.environment, **values})
    except FileNotFoundError:
        report.say(f"sellerkeys: {program[0]}: there is no such program")
        return _NOT_FOUND
    except OSError as error:
        report.say(f"sellerkeys: {program[0]}: cannot be run ({type(error).__name__})")
        return _NOT_RUN
