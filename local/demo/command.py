"""`python -m local demo`."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from local.home import Home

if TYPE_CHECKING:
    from provisioning.settings import Isolation

_WIDTH = 180


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep what the demo made and said in this folder; without it nothing is left.",
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw what the demo says into this SVG file.",
)
@click.option(
    "--isolation",
    type=click.Choice(["role-per-seller", "one-role"]),
    default="role-per-seller",
    show_default=True,
    help="How sellers' readers are kept apart.",
)
def demo_command(keep: Path | None, picture: Path | None, isolation: Isolation) -> None:
    """Declare, onboard, rotate and read three sellers on a bench of its own, then shut it down."""
    # Imported late: the bench's and Pulumi's libraries take seconds, which `--help` need not wait for.
    from local.demo.recording import CommandFailed  # noqa: PLC0415
    from local.demo.story import Demo  # noqa: PLC0415
    from local.engine.bootstrap import EngineMissing  # noqa: PLC0415

    wide = picture is not None or not sys.stdout.isatty()
    console = Console(highlight=False, width=_WIDTH if wide else None, record=picture is not None)
    with tempfile.TemporaryDirectory(prefix="sellerkeys-demo-") as folder:
        try:
            table = Demo(Home(keep or Path(folder)), Path.cwd(), console, isolation).run()
        except EngineMissing as missing:
            click.echo(f"Error: {missing}", err=True)
            sys.exit(3)
        except CommandFailed as failure:
            click.echo(f"Error: {failure}", err=True)
            sys.exit(1)
    console.print(table)
    console.print("The bench is down" + (f"; {keep} has what it made." if keep else "; nothing is left behind."))
    if picture:
        # Rich's own picture would fetch a font from somebody else's host.
        without_fonts = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        console.save_svg(str(picture), title="make demo", code_format=without_fonts)
