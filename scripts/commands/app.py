"""`sellerkeys app`: the application that the fleet's sellers share."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from provisioning.app import AppSetter
from provisioning.credentials import check_client_id, check_client_secret
from provisioning.payload import App
from scripts import report
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from datetime import datetime


@click.group()
def app() -> None:
    """Set the fleet's shared application."""


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

    The same application again is unchanged; another one is not taken while there is one.
    """
    intake = session.intake
    setter = AppSetter(session.fleet, session.store, session.amazon, session.now)
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
