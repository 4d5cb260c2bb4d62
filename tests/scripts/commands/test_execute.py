"""`sellerkeys exec`, as the operator sees it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.scripts.conftest import Desk

ROLE = "arn:aws:iam::123456789012:role/sellerkeys/dev/sellers/sellerkeys.dev.berlin"
READ_AS = f"berlin: value read as {ROLE}\n"


#: How the program that took this one's place ended.
ENDED = 42


@dataclass
class FakeExec:
    """Remembers what this process was to become; `fails` is what the system says instead."""

    program: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    fails: OSError | None = None

    def __call__(self, name: str, program: list[str], variables: dict[str, str]) -> None:
        if self.fails:
            raise self.fails
        assert name == program[0]
        self.program, self.variables = program, variables
        sys.exit(ENDED)


@pytest.fixture
def became(onboarded_desk: Desk) -> FakeExec:
    """What the process becomes; it was started with PATH alone."""
    fake = FakeExec()
    onboarded_desk.outside = replace(onboarded_desk.outside, execute=fake, environment={"PATH": "/bin"})
    return fake


def test_the_program_takes_its_place(onboarded_desk: Desk, became: FakeExec) -> None:
    """The program gets its arguments as they are, the environment, and the secret's variables."""
    result = onboarded_desk.run("exec", "berlin", "--", "python", "sync.py", "--format", "x", "--", "-h")

    assert result.exit_code == ENDED
    assert (became.program, result.output) == (["python", "sync.py", "--format", "x", "--", "-h"], READ_AS)
    assert became.variables == {
        "PATH": "/bin",
        "SP_API_REFRESH_TOKEN": "Atzr|PLACEHOLDER-BERLIN",
        "LWA_REFRESH_TOKEN": "Atzr|PLACEHOLDER-BERLIN",
        "LWA_APP_ID": "amzn1.application-oa2-client.PLACEHOLDER-SHARED",
        "LWA_CLIENT_ID": "amzn1.application-oa2-client.PLACEHOLDER-SHARED",
        "SP_API_CLIENT_ID": "amzn1.application-oa2-client.PLACEHOLDER-SHARED",
        "LWA_CLIENT_SECRET": "PLACEHOLDER-SHARED-SECRET",
        "SP_API_CLIENT_SECRET": "PLACEHOLDER-SHARED-SECRET",
        "SP_API_REGION": "eu",
    }


def test_variables_that_would_win(onboarded_desk: Desk, became: FakeExec) -> None:
    """Variables of a credential that stay beside the chosen format's are told; those it sets are its own."""
    left = {"LWA_REFRESH_TOKEN": "x", "SP_API_REFRESH_TOKEN": "old", "SP_API_AWS_SECRET_ID": "y"}
    onboarded_desk.outside = replace(onboarded_desk.outside, environment=left)

    result = onboarded_desk.run("exec", "berlin", "--format", "saleweaver", "--", "true")

    assert result.output == (
        f"{READ_AS}"
        "LWA_REFRESH_TOKEN is set here already and stays: a client may take it instead of berlin's\n"
        "SP_API_AWS_SECRET_ID is set here already and stays: a client may take it instead of berlin's\n"
    )
    assert became.variables["SP_API_REFRESH_TOKEN"] == "Atzr|PLACEHOLDER-BERLIN"


@pytest.mark.parametrize(
    ("fails", "code", "words"),
    [
        (FileNotFoundError(), 127, "sellerkeys: nope: there is no such program\n"),
        (PermissionError(), 126, "sellerkeys: nope: cannot be run (PermissionError)\n"),
    ],
)
def test_a_program_that_cannot_be_run(
    onboarded_desk: Desk, became: FakeExec, fails: OSError, code: int, words: str
) -> None:
    """It ends as a shell would end it."""
    became.fails = fails

    result = onboarded_desk.run("exec", "berlin", "--", "nope")

    assert (result.exit_code, result.output) == (code, READ_AS + words)


def test_a_files_format(onboarded_desk: Desk, became: FakeExec) -> None:
    """A format of a file is refused, with those that fit."""
    result = onboarded_desk.run("exec", "--format", "fika", "berlin", "--", "true")

    assert (result.exit_code, result.output, became.program) == (
        2,
        (
            "sellerkeys: fika is a file's format; those for an environment are env, dotenv, saleweaver, mcp, "
            "npm-amazon-sp-api, bizon, peddler, laravel\n"
        ),
        [],
    )


def test_no_program(onboarded_desk: Desk, became: FakeExec) -> None:
    """Without a program there is nothing to run."""
    result = onboarded_desk.run("exec", "berlin")

    assert (result.exit_code, became.program) == (2, [])
    assert "Missing argument" in result.output


def test_a_seller_nobody_knows(onboarded_desk: Desk, became: FakeExec) -> None:
    """A seller who is not in the roster is one to wait for (exit 3)."""
    result = onboarded_desk.run("exec", "nobody", "--", "true")

    assert (result.exit_code, result.output, became.program) == (
        3,
        "sellerkeys: nobody: not in the roster; `sellerkeys roster list` shows who is\n",
        [],
    )
