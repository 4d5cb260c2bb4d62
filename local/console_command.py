"""`python -m local subscribe` and `new-secret`: client secrets in Amazon's developer console, by hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.consent_command import ask, newest_public
from local.waiting import bench_in
from provisioning import naming

if TYPE_CHECKING:
    from local.home import Home

#: The one account that moto's AWS has.
_ACCOUNT = "123456789012"


@click.command("subscribe")
@click.option("--client-id", help="The application; without it the newest public one.")
@click.option("--stack", default="dev", show_default=True, help="The fleet whose queues are told.")
@click.option("--notice-days", type=int, multiple=True, help="Days ahead of the expiry it is told; may be repeated.")
@click.pass_obj
def subscribe_command(home: Home, *, client_id: str | None, stack: str, notice_days: tuple[int, ...]) -> None:
    """Subscribe a fleet's two queues to the notices about an application's client secret."""
    bench = bench_in(home)
    region = bench.environment["AWS_REGION"]
    new_secret, expiry = (
        naming.queue_arn(region, _ACCOUNT, stack, what) for what in (naming.NEW_SECRET, naming.EXPIRY)
    )
    wanted = {
        "client_id": client_id or newest_public(bench),
        "new_secret_queue_arn": new_secret,
        "expiry_queue_arn": expiry,
        **({"notice_days": list(notice_days)} if notice_days else {}),
    }
    ask(bench, "PUT", "subscriptions", wanted)
    click.echo(f"Application Client New Secret: {new_secret}\nApplication Client Secret Expiry: {expiry}")


@click.command("new-secret")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--client-id", help="The application; without it the newest public one.")
@click.option("--message", is_flag=True, help="Have the queues told as well; whether Amazon does is not documented.")
@click.pass_obj
def new_secret_command(home: Home, *, file: Path, client_id: str | None, message: bool) -> None:
    """Replace an application's client secret by hand, and write the new one into FILE; the old one works 7 days."""
    bench = bench_in(home)
    wanted = {"client_id": client_id or newest_public(bench), "message": message}
    made = ask(bench, "POST", "client-secrets", wanted)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as text:
        text.write(f"{made['client_secret']}\n")
    click.echo(f"{file}: the new client secret; the one before works 7 more days")
