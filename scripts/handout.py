"""Where an exported credential may go: a pipe, or a file that only its owner reads; a terminal only if told so."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from provisioning.errors import BadInput

_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """What was asked: a file `to` write, with `force` over what is there, or standard output; raises BadInput."""

    to: Path | None
    force: bool
    reveal: bool

    def __post_init__(self) -> None:
        if self.to is None and self.force:
            raise BadInput("--force goes with --to; nothing was written")
        if self.to is not None and self.to.exists() and not self.force:
            raise BadInput(f"{self.to}: exists already; --force replaces it")
        if self.to is None and sys.stdout.isatty() and not self.reveal:
            raise BadInput("the values would stand on the terminal: pipe them, write them with --to, or give --reveal")

    def put(self, text: str) -> None:
        """Hand the text out; raises BadInput where the file cannot be written."""
        if self.to is None:
            click.echo(text, nl=False)
        else:
            write(self.to, text, replace=self.force)


def write(path: Path, text: str, *, replace: bool) -> None:
    """Write a new file of mode 0600, whole or not at all; raises BadInput where one exists, unless `replace`.

    The text lies in a file of that mode from its first byte on, and takes its name last.
    """
    try:
        descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(draft).chmod(_OWNER_ONLY)
            if replace:
                Path(draft).replace(path)
            else:
                # A hard link, unlike a rename, never takes the place of what is there.
                path.hardlink_to(draft)
        finally:
            Path(draft).unlink(missing_ok=True)
    except FileExistsError:
        raise BadInput(f"{path}: exists already; --force replaces it") from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({type(error).__name__})") from None
