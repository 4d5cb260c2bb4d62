"""What a person hands in: a file, standard input, or an answer to a question."""

from __future__ import annotations

import io
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from provisioning import sheet
from provisioning.credentials import dropped_columns, read_rows
from provisioning.errors import BadInput
from scripts.words import looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO, TextIO

    from provisioning.credentials import HandedIn, Unreadable

T = TypeVar("T")

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

    def batch(self, file: str) -> BatchFile:
        """Take a file of credentials, or standard input for `-`, that is gone through row by row; raises BadInput."""
        name = source(file)
        if file != STANDARD_INPUT and not looks_secret(file) and Path(file).is_file():
            _read(Path(file).open, file).close()
            return BatchFile(lambda: Path(file).open("rb"), name)
        # What can be read only once, such as a pipe, is kept.
        data = self._bytes(file)
        return BatchFile(lambda: io.BytesIO(data), name)

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
        return _read(Path(file).read_bytes, file)

    def _ask(self, what: str, instead: str, *, hidden: bool) -> str:
        if not self.has_person:
            raise BadInput(f"there is no terminal to ask for the {what} on: {instead}")
        answer: str = click.prompt(what.capitalize(), default="", show_default=False, hide_input=hidden, err=True)
        return answer


class BatchFile:
    """Credentials in a CSV that never lies in memory: each time it is gone through it is read anew, by `open_bytes`."""

    def __init__(self, open_bytes: Callable[[], BinaryIO], name: str) -> None:
        self._open = open_bytes
        self._name = name

    @cached_property
    def dropped(self) -> tuple[str, ...]:
        """The columns that are read and not kept; raises BadInput where the file is no CSV of credentials."""
        with self._text() as text:
            return dropped_columns(sheet.lines_of(text), self._name)

    def __iter__(self) -> Iterator[HandedIn | Unreadable]:
        """Read it row by row, good and bad ones; raises BadInput like `dropped`."""
        with self._text() as text:
            yield from read_rows(sheet.lines_of(text), self._name)

    def _text(self) -> TextIO:
        # What is not UTF-8 becomes a lone surrogate, which makes its row a bad one and no other.
        return io.TextIOWrapper(self._open(), encoding="utf-8", errors="surrogateescape", newline="")


def _read(act: Callable[[], T], file: str) -> T:
    try:
        return act()
    except FileNotFoundError:
        raise BadInput(f"{file}: there is no such file; nothing was changed") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{file}: cannot be read ({type(error).__name__}); nothing was changed") from None


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
