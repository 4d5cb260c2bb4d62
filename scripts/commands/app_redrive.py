"""`sellerkeys app redrive`: have Amazon's messages that were set aside tried again."""

from __future__ import annotations

import click

from provisioning import naming
from provisioning.operating.invoking import invoke
from scripts import report
from scripts.session import Session, pass_session


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what was set aside, and move nothing.")
@pass_session
def redrive(session: Session, *, dry_run: bool) -> int:
    """Have Amazon's messages that were set aside tried again, once what kept them from being used is mended.

    The client-secret function moves them from the dead-letter queues back to their own: nobody else may receive them.
    """
    function = naming.function_name(session.fleet.base, naming.CLIENT_SECRET)
    answer = invoke(session.service("lambda"), function, {"action": "redrive", "dry_run": dry_run})
    counts = {str(what): int(number) for what, number in dict(answer.get("set_aside") or {}).items()}
    if session.as_json:
        report.document({"result": "would redrive" if dry_run else "redriven", "messages": counts})
        return 0
    if not any(counts.values()):
        click.echo("nothing was set aside")
        return 0
    what = "lies set aside" if dry_run else "goes back to its queue, and is tried again at once"
    several = "lie set aside" if dry_run else "go back to their queue, and are tried again at once"
    for queue, number in counts.items():
        if number:
            click.echo(f"{queue}: {report.counted(number, 'message')} {what if number == 1 else several}")
    return 0
