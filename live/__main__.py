"""`make live`: explain; with the account's number, do it; clean up, and say what is left."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from pathlib import Path
from typing import Final

import click

from live.account import Account, CannotRun
from live.application import Application
from live.product import Product
from live.questions import QUESTIONS, Seen, answered
from live.removing import GOES, leftovers, remove_probes
from live.telling import closing, explained, told
from live.workshop import Workshop

_VARIABLE: Final = "SELLERKEYS_LIVE"
_BASE: Final = r"live-[0-9a-f]{5}"
_WAITING: Final = 3
_CANNOT: Final = 5


@click.command(help=__doc__)
@click.option("--watch", type=click.FloatRange(1, 86_400), default=1_200, help="Seconds to watch a failing rotation.")
@click.option("--patience", type=click.FloatRange(1, 3_600), default=300, help="Seconds until AWS counts as silent.")
@click.option("--pause", type=click.FloatRange(0.1, 60), default=5, help="Seconds between two looks.")
@click.option("--home", type=click.Path(path_type=Path), default=Path(".live"), help="Where a run keeps its files.")
@click.option("--clean", default="", help="Only take away what the run of this base, live-xxxxx, left.")
def main(watch: float, patience: float, pause: float, home: Path, clean: str) -> None:
    """Run, or say why not."""
    click.echo(explained(len(QUESTIONS), watch))
    wanted = os.environ.get(_VARIABLE) or _typed()
    if not wanted:
        sys.exit(_WAITING)
    if clean and not re.fullmatch(_BASE, clean):
        raise click.BadParameter(f"{clean} is no name of a run: those are live- and five of 0-9 and a-f")
    try:
        account = _account(wanted.strip(), patience, pause)
        application = Application.told(os.environ)
    except CannotRun as why:
        click.echo(f"\nError: {why}", err=True)
        sys.exit(_CANNOT)
    base = clean or f"live-{secrets.token_hex(3)[:5]}"
    click.echo(f"\naccount {account.number}, {account.region}, base {base}, as {account.principal}")
    workshop = Workshop(account, base)
    product = Product(workshop, application, home.resolve() / base, click.echo)
    sys.exit(_run(workshop, product, watch, cleans=bool(clean)))


def _account(wanted: str, patience: float, pause: float) -> Account:
    """Look whose keys these are, and whether there is an engine; raises CannotRun before anything is done."""
    account = Account.found(patience, pause)
    if account.number != wanted:
        raise CannotRun(f"these keys are for account {account.number}, not for {wanted}: nothing was done")
    if shutil.which("pulumi") is None:
        raise CannotRun("there is no `pulumi` on PATH: https://www.pulumi.com/docs/install/")
    return account


def _typed() -> str:
    """Ask for the account's number, on a terminal only."""
    if not sys.stdin.isatty():
        return ""
    return str(click.prompt("\nThe account's twelve digits, or nothing to leave it", default="", show_default=False))


def _run(workshop: Workshop, product: Product, watch: float, *, cleans: bool) -> int:
    """Do it, and clean up whatever happens; 0 where all was done, nothing differs and nothing stays, else 1."""
    failed: str | None = None
    seen: list[Seen] = []
    left: list[str] = []
    try:
        if not cleans:
            click.echo("\nThe product")
            failed = product.run()
            click.echo("\nThe questions")
            workshop.told["events"] = workshop.listen()
            for question in QUESTIONS:
                seen.append(answered(question, workshop, watch))
                click.echo(told(question, seen[-1]))
    finally:
        click.echo("\nCleaning up")
        left = [*product.destroy(), *remove_probes(workshop)]
        left += leftovers(workshop)
        click.echo(closing(failed, seen, left, str(product.folder)))
    # What does not go by itself may cost money, and is taken away from the folder that made it.
    if any(not one.endswith(GOES) for one in left):
        return 1
    shutil.rmtree(product.folder, ignore_errors=True)
    return 0 if failed is None and all(one.agrees is not False for one in seen) else 1


if __name__ == "__main__":
    main()
