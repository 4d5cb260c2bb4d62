"""What a command needs before it can do anything: a bench that is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from local.home import Home, Running


class Waiting(click.ClickException):
    """Nothing can be done until someone starts a bench, or installs Pulumi (design.md 8)."""

    exit_code = 3


def bench_in(home: Home) -> Running:
    """Find the bench that is up in a folder; raises Waiting where none is."""
    bench = home.running()
    if bench is None:
        raise Waiting(f"no bench is up in {home.folder}; start one with: python -m local up --detach")
    return bench
