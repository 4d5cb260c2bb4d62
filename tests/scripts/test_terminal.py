"""What a person at a real (pseudo) terminal sees: drawn tables, a progress bar, and nothing of a secret."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts import report
from scripts.progress import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.scripts.conftest import Desk

#: Lines and columns.
WIDE = (24, 100)
#: Takes the terminal on its standard input as its own, then is `sellerkeys`.
SELLERKEYS = """\
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from scripts.cli import main
main()
"""
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Screen:
    """A pseudo terminal; `file` writes to it, `text` is everything that has appeared."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, WIDE)
        self.file = os.fdopen(os.dup(self.slave), "w")
        self.text = ""
        self._program: subprocess.Popen[bytes] | None = None

    def start(self, folder: Path, *argv: str) -> subprocess.Popen[bytes]:
        """Run `sellerkeys` with this as its controlling terminal, so that Ctrl-C reaches it; AWS is never asked."""
        keys = {"AWS_ACCESS_KEY_ID": "PLACEHOLDER", "AWS_SECRET_ACCESS_KEY": "PLACEHOLDER"}
        self._program = subprocess.Popen(
            [sys.executable, "-c", SELLERKEYS, *argv],
            cwd=folder,
            env={**os.environ, **keys, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
        )
        return self._program

    def read_until(self, wanted: str) -> str:
        """Read until `wanted` has appeared; at most ten seconds."""
        deadline = time.monotonic() + 10
        while wanted not in self.text:
            ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{wanted!r} did not appear after: {self.text!r}"
            self.text += os.read(self.master, 4096).decode()
        return self.text

    def type(self, text: str) -> None:
        """Let the person type."""
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Let the person press Ctrl-C, who is never as quick as to press it before the program waits for him.

        Between its last look for signals and its read, Python would notice one only at the next key: measured, twice in
        364,130 interrupts sent the moment the prompt appeared, on one busy core.
        """
        assert self._program
        deadline = time.monotonic() + 10
        while not _sleeps(self._program.pid):
            assert time.monotonic() < deadline, "the program is busy"
            time.sleep(0.01)
        self.type("\x03")

    def close(self) -> None:
        """Switch it off, and what still runs at it."""
        if self._program:
            self._program.kill()
            self._program.wait()
        self.file.close()
        os.close(self.slave)
        os.close(self.master)


def _sleeps(process: int) -> bool:
    """Whether a process waits for something; where nothing tells (no /proc), it has had time to."""
    if not Path("/proc/self/stat").exists():
        time.sleep(0.2)
        return True
    # The state stands after the name, which may hold anything (proc(5)).
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "S"


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A terminal of 100 columns."""
    made = Screen()
    yield made
    made.close()


@pytest.fixture
def drawn(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Draw a table of one row on the terminal; gives what appeared."""
    monkeypatch.setenv("TERM", "xterm")

    def draw() -> str:
        monkeypatch.setattr(sys, "stdout", screen.file)
        report.table(("seller", "detail"), [("berlin", "[red]proven[/red] \x1b[31mfor DE")])
        print("end", file=screen.file, flush=True)
        return screen.read_until("end")

    return draw


def test_a_table_is_drawn_and_cells_are_not_obeyed(drawn: Callable[[], str]) -> None:
    """On a terminal the table has lines; markup and escapes in a cell are shown, not carried out."""
    assert [line.strip() for line in ESCAPES.sub("", drawn()).splitlines()] == [
        "",
        "Seller   Detail",
        "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * 38,
        "berlin   [red]proven[/red] ?[31mfor DE",
        "",
        "end",
    ]


@pytest.mark.parametrize(("no_color", "is_coloured"), [("", True), ("1", False)], ids=["unset", "set"])
def test_no_color_is_respected(
    screen: Screen,
    monkeypatch: pytest.MonkeyPatch,
    no_color: str,
    is_coloured: bool,  # noqa: FBT001  what the row expects
) -> None:
    """With NO_COLOR set, nothing on the terminal has a colour; without, the progress bar has."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stderr", screen.file)

    list(counted(iter("a"), 1, "onboarding"))

    colours = re.findall(r"\x1b\[[0-9;]*[39][0-9]m", screen.read_until("1/1"))
    assert bool(colours) is is_coloured


def test_progress_has_count_and_rate(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal's standard error, a bar says how many of how many, and how fast."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", screen.file)

    passed = []
    for item in counted(iter("ab"), 2, "onboarding"):
        passed.append(item)
        screen.read_until(f"{len(passed) - 1}/2")

    assert passed == ["a", "b"]
    assert re.search(r"onboarding .* 2/2 .*\d/s", ESCAPES.sub("", screen.read_until("/s")))


def test_in_a_pipe_there_is_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Only the items pass."""
    assert (list(counted(iter("ab"), 2, "onboarding")), capsys.readouterr()) == (["a", "b"], ("", ""))


def test_a_secret_is_not_shown_while_it_is_typed(desk: Desk, screen: Screen) -> None:
    """At a real terminal: the client id appears as it is typed, the client secret never does."""
    program = screen.start(desk.folder, "app", "set")
    screen.read_until("Client id: ")
    screen.type("amzn1.application-oa2-client.PLACEHOLDER\n")
    screen.read_until("Client secret: ")
    screen.type("Atzr|PLACEHOLDER-CANARY\n")
    shown = screen.read_until("developer console")

    assert program.wait(timeout=10) == 2
    assert [ESCAPES.sub("", line) for line in shown.splitlines()] == [
        "Client id: amzn1.application-oa2-client.PLACEHOLDER",
        "Client secret: ",
        "sellerkeys: this is a token: the client secret stands beside the client id in the developer console",
    ]


def test_ctrl_c_at_a_prompt(desk: Desk, screen: Screen) -> None:
    """Ctrl-C at a hidden prompt is one clear line, and the terminal shows again what is typed."""
    program = screen.start(desk.folder, "onboard", "--seller", "berlin")
    screen.read_until("Refresh token: ")
    screen.interrupt()

    assert program.wait(timeout=10) == 130
    assert ESCAPES.sub("", screen.read_until("to continue")).splitlines()[-1] == (
        "sellerkeys: interrupted: run the same command again to continue"
    )
    assert termios.tcgetattr(screen.slave)[3] & termios.ECHO
