"""What a person hands in: files, standard input, answers."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from provisioning.errors import BadInput
from scripts.intake import Intake

if TYPE_CHECKING:
    from pathlib import Path

AT_TERMINAL = Intake(lambda: True)
IN_A_PIPE = Intake(lambda: False)


def test_a_file_may_begin_with_a_bom(tmp_path: Path) -> None:
    """Amazon's own sample and every spreadsheet write one; it is no part of the text."""
    (tmp_path / "sellers.csv").write_bytes(b"\xef\xbb\xbfseller\r\n")

    assert IN_A_PIPE.text(str(tmp_path / "sellers.csv")) == "seller\r\n"


def test_a_hyphen_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` stands for standard input, byte for byte."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("naïve\r\n".encode())))

    assert IN_A_PIPE.text("-") == "naïve\r\n"


def test_unreadable_files_are_one_sentence(tmp_path: Path) -> None:
    """A missing file, a folder, a file of other letters and a secret in a file's place are each told apart."""
    (tmp_path / "latin").write_bytes("caf\xe9".encode("latin-1"))
    said = {}

    for name in ("missing", ".", "latin", "Atzr|PLACEHOLDER-CANARY"):
        with pytest.raises(BadInput) as refusal:
            IN_A_PIPE.text(name if "|" in name else str(tmp_path / name))
        said[name] = str(refusal.value).removeprefix(f"{tmp_path}").removeprefix("/")

    assert said == {
        "missing": "missing: there is no such file; nothing was changed",
        ".": ": cannot be read (IsADirectoryError); nothing was changed",
        "latin": "latin: byte 4 is not UTF-8: save the file as UTF-8; nothing was changed",
        "Atzr|PLACEHOLDER-CANARY": "a secret stands where a file's name belongs: it is in your shell's history now,"
        " so have it replaced",
    }


@pytest.mark.parametrize("ask", [IN_A_PIPE.ask, IN_A_PIPE.ask_hidden], ids=["seen", "hidden"])
def test_nobody_is_asked_where_nobody_is(ask: object) -> None:
    """Without a terminal a question would hang or read the wrong thing, so it says what to do instead."""
    with pytest.raises(BadInput, match="there is no terminal to ask for the client id on: give --client-id"):
        ask("client id", "give --client-id")


def test_a_terminal_is_no_file() -> None:
    """`-` at a terminal would show a secret while it is typed."""
    with pytest.raises(BadInput, match="standard input is a terminal, which would show what is typed"):
        AT_TERMINAL.text("-")
