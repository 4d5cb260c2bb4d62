"""`python -m local demo`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from local.home import Home


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep what the demo made and said in this folder; without it nothing is left.",
)
def demo_command(keep: Path | None) -> None:
    """Declare, onboard, rotate and read three sellers on a bench of its own, then shut it down."""
    # Imported late: the bench's and Pulumi's libraries take seconds, which `--help` need not wait for.
    from local.demo.recording import CommandFailed  # noqa: PLC0415
    from local.demo.story import Demo  # noqa: PLC0415
    from local.engine.bootstrap import EngineMissing  # noqa: PLC0415

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    with tempfile.TemporaryDirectory(prefix="sellerkeys-demo-") as folder:
        try:
            table = Demo(Home(keep or Path(folder)), Path.cwd(), console).run()
        except EngineMissing as missing:
            click.echo(f"Error: {missing}", err=True)
            sys.exit(3)
        except CommandFailed as failure:
            click.echo(f"Error: {failure}", err=True)
            sys.exit(1)
    console.print(table)
    console.print("The bench is down" + (f"; {keep} has what it made." if keep else "; nothing is left behind."))
