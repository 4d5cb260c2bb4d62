"""How a failure looks to a person."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from provisioning.errors import AccessDenied, BadInput, SecretNotDeclared
from scripts.failures import told

if TYPE_CHECKING:
    from tests.scripts.conftest import Desk


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (
            BadInput("roster, row 2: one\nroster, row 3: two"),
            2,
            "sellerkeys: roster, row 2: one\nsellerkeys: roster, row 3: two\n",
        ),
        (
            SecretNotDeclared("sellerkeys/dev/app"),
            3,
            "sellerkeys: secret sellerkeys/dev/app does not exist: run `pulumi up` first, then this again\n",
        ),
        (
            AccessDenied("ListSecrets", "sellerkeys/dev/sellers/"),
            5,
            (
                "sellerkeys: AWS denied ListSecrets on sellerkeys/dev/sellers/: use a role that may do this,"
                " then run it"
                " again\n"
            ),
        ),
        (click.ClickException("no"), 1, "sellerkeys: no\n"),
        (KeyboardInterrupt(), 130, "sellerkeys: interrupted: run the same command again to continue\n"),
        (click.Abort(), 130, "sellerkeys: interrupted: run the same command again to continue\n"),
        (BadInput("Atzr|PLACEHOLDER-CANARY is no seller"), 2, "sellerkeys: Atzr|*** is no seller\n"),
    ],
    ids=["two lines", "waiting", "denied", "click", "ctrl-c", "abort", "a token in the text"],
)
def test_a_failure_is_lines_and_a_code(
    failure: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line begins with the program's name and goes to standard error; nothing else is printed."""
    with pytest.raises(SystemExit) as ended, told():
        raise failure

    assert (ended.value.code, *capsys.readouterr()) == (code, "", said)


def test_a_defect_tells_its_place_and_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A foreign exception may quote a value, so only its kind and place are told."""
    with pytest.raises(SystemExit) as ended, told():
        {}["PLACEHOLDER-CANARY"]

    line = test_a_defect_tells_its_place_and_no_text.__code__.co_firstlineno + 3
    assert (ended.value.code, *capsys.readouterr()) == (
        1,
        "",
        f"sellerkeys: defect: KeyError in test_a_defect_tells_its_place_and_no_text, line {line}: please report it\n",
    )


def test_a_reader_that_leaves_early_is_no_failure_to_talk_about(desk: Desk) -> None:
    """`sellerkeys … | head -1` says nothing on standard error when the pipe is closed."""
    read, write = os.pipe()
    os.close(read)

    with os.fdopen(write, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-c", "from scripts.cli import main; main()", "roster", "list"],
            stdout=gone,
            stderr=subprocess.PIPE,
            cwd=desk.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, b"")
