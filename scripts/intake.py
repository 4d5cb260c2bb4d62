"""What a person hands in: a file, standard input, or an answer to a question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from provisioning.errors import BadInput
from scripts.words import looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable

#: What stands for standard input where a file is named.
STANDARD_INPUT: Final = "-"


class Intake:
    """Reads and asks; `is_terminal` says whether standard input is a person."""

    def __init__(self, is_terminal: Callable[[], bool]) -> None:
        self._is_terminal = is_terminal

    @property
    def has_person(self) -> bool:
        """Whether there is somebody to ask."""
        return self._is_terminal()

    def text(self, file: str) -> str:
        """Read a file, or standard input for `-`, as UTF-8 with or without BOM; raises BadInput."""
        return decoded(self._bytes(file), source(file))

    def ask(self, what: str, instead: str) -> str:
        """Ask for something that may be seen; raises BadInput that names what to do `instead` of a terminal."""
        return self._ask(what, instead, hidden=False)

    def ask_hidden(self, what: str, instead: str) -> str:
        """Ask for a secret, which the terminal does not show."""
        return self._ask(what, instead, hidden=True)

    def _bytes(self, file: str) -> bytes:
        if file == STANDARD_INPUT:
            if self.has_person:
                raise BadInput("standard input is a terminal, which would show what is typed: pipe a file into it")
            return sys.stdin.buffer.read()
        if looks_secret(file):
            raise BadInput(
                "a secret stands where a file's name belongs: it is in your shell's history now, so have it replaced"
            )
        try:
            return Path(file).read_bytes()
        except FileNotFoundError:
            raise BadInput(f"{file}: there is no such file; nothing was changed") from None
        except (OSError, ValueError) as error:
            raise BadInput(f"{file}: cannot be read ({type(error).__name__}); nothing was changed") from None

    def _ask(self, what: str, instead: str, *, hidden: bool) -> str:
        if not self.has_person:
            raise BadInput(f"there is no terminal to ask for the {what} on: {instead}")
        answer: str = click.prompt(what.capitalize(), default="", show_default=False, hide_input=hidden, err=True)
        return answer


def source(file: str) -> str:
    """Name a file in a message."""
    return "standard input" if file == STANDARD_INPUT else file


def decoded(data: bytes, name: str) -> str:
    """Read bytes as UTF-8 with or without BOM; raises BadInput."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{name}: byte {error.start + 1} is not UTF-8: save the file as UTF-8; nothing was changed"
        ) from None
