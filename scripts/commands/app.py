"""`sellerkeys app`: the application that the fleet's sellers share, and its client secret."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from provisioning import naming
from provisioning.app import AppSetter
from provisioning.credentials import check_client_id, check_client_secret
from provisioning.operating.invoking import invoke
from provisioning.payload import App
from scripts import report
from scripts.commands.app_own import letter, note
from scripts.commands.app_redrive import redrive
from scripts.commands.app_rotate import rotate
from scripts.commands.app_status import status
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from datetime import datetime


@click.group()
def app() -> None:
    """Set and renew the fleet's shared application."""


app.add_command(rotate)
app.add_command(status)
app.add_command(redrive)
app.add_command(note)
app.add_command(letter)


@app.command("set")
@click.option("--client-id", metavar="ID", help="LWA client id; asked for where it is not given.")
@click.option(
    "--client-secret-file", metavar="FILE|-", help="Read the LWA client secret there instead of asking for it, hidden."
)
@click.option(
    "--expires-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="When the client secret expires, as the developer console says.",
)
@click.option("--dry-run", is_flag=True, help="Prove the application, and change nothing.")
@pass_session
def set_app(
    session: Session,
    client_id: str | None,
    client_secret_file: str | None,
    expires_on: datetime | None,
    *,
    dry_run: bool,
) -> int:
    """Prove the shared application at Amazon and put it into its secret.

    The same application again is unchanged. Where there is one, another client secret of it, such as one made in the
    developer console, becomes an offer: the client-secret function proves it, makes it current, and brings it to every
    seller.
    """
    intake = session.intake

    def take_up() -> dict[str, Any]:
        function = naming.function_name(session.fleet.base, naming.CLIENT_SECRET)
        return invoke(session.service("lambda"), function, {"action": "take-up"})

    setter = AppSetter(session.fleet, session.store, session.amazon, session.now, take_up)
    application = App(
        check_client_id(client_id or intake.ask("client id", "give --client-id")),
        check_client_secret(
            intake.text(client_secret_file)
            if client_secret_file
            else intake.ask_hidden("client secret", "give --client-secret-file")
        ),
    )
    outcome = setter.set(application, expires_on.date() if expires_on else None, dry_run=dry_run)
    if session.as_json:
        told = asdict(outcome)
        report.document({"application": {name: told[name] for name in ("result", "detail", "exit_code")}})
    else:
        click.echo(f"application {outcome.result}: {outcome.detail}")
    return outcome.exit_code
