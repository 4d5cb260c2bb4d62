"""Runs `python -m local`."""

import sys

import click

from local.cli import main
from local.control import ControlFailed

if __name__ == "__main__":
    try:
        main(prog_name="python -m local")
    except ControlFailed as failure:
        click.echo(f"Error: {failure}", err=True)
        sys.exit(1)
