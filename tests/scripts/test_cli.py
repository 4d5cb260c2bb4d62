"""The program as a whole: help, options that hold for every command, and what stays unimported."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from scripts.cli import COMMANDS, sellerkeys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scripts.conftest import Desk


def every_command(group: click.Group = sellerkeys, path: str = "sellerkeys") -> Iterator[tuple[str, click.Command]]:
    """Walk all commands, groups included."""
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


EVERY_COMMAND = dict(every_command())


@pytest.mark.parametrize("command", EVERY_COMMAND.values(), ids=EVERY_COMMAND.keys())
def test_every_command_and_option_is_explained(command: click.Command) -> None:
    """A newcomer needs no other page to know what a command and each of its options do."""
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]

    assert command.help
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    """The list is written without importing a command, so its line has to be held equal."""
    assert EVERY_COMMAND[f"sellerkeys {name}"].help.splitlines()[0] == COMMANDS[name]


@pytest.mark.parametrize("path", EVERY_COMMAND)
def test_help_ends_well(path: str) -> None:
    """`--help` explains a command and exits with 0, whatever folder it is asked in."""
    result = CliRunner().invoke(sellerkeys, [*path.split()[1:], "--help"])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: {path}")


def test_help_is_quick() -> None:
    """`sellerkeys --help` imports none of the slow libraries."""
    program = (
        "import sys\n"
        "from scripts.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in ('boto3', 'botocore', 'pydantic', 'pulumi', 'rich', 'yaml')"
        " if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert "Commands:" in done.stdout


def test_the_program_knows_its_version() -> None:
    """`--version` says the package's version, for a bug report."""
    result = CliRunner().invoke(sellerkeys, ["--version"])

    assert (result.exit_code, result.output) == (0, "sellerkeys 0.1.0\n")


def test_completion_knows_the_commands() -> None:
    """A shell completes commands by the program's own answer."""
    asked = {"_SELLERKEYS_COMPLETE": "bash_complete", "COMP_WORDS": "sellerkeys o", "COMP_CWORD": "1"}

    result = CliRunner().invoke(sellerkeys, [], prog_name="sellerkeys", env=asked)

    assert result.output == "plain,onboard\nplain,offboard\n"


def test_the_stack_comes_from_the_environment_too(desk: Desk) -> None:
    """`SELLERKEYS_STACK` chooses the stack where `--stack` does not."""
    result = CliRunner().invoke(sellerkeys, ["roster", "list"], obj=desk.outside, env={"SELLERKEYS_STACK": "prod"})

    assert (result.exit_code, result.output) == (
        2,
        "sellerkeys: Pulumi.prod.yaml: there is none here: go to the project's folder, or name another --stack\n",
    )


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nope"], "sellerkeys: No such command 'nope'; `sellerkeys --help` tells more\n"),
        (
            ["--output", "xml", "status"],
            (
                "sellerkeys: Invalid value for '--output': 'xml' is not one of 'text', 'json';"
                " `sellerkeys --help` tells more\n"
            ),
        ),
        (
            ["app", "set", "--client-secret", "PLACEHOLDER"],
            (
                "sellerkeys: No such option '--client-secret'. (Did you mean one of: '--client-id',"
                " '--client-secret-file'?);"
                " `sellerkeys app set --help` tells more\n"
            ),
        ),
        (
            ["app", "set", "amzn1.oa2-cs.v1.PLACEHOLDER"],
            "sellerkeys: Got unexpected extra argument (amzn1.oa2-cs.***); `sellerkeys app set --help` tells more\n",
        ),
        (
            ["--stack", "../prod", "status"],
            "sellerkeys: --stack has to be 1 to 20 of a-z, 0-9 and -, with a letter or digit at both ends\n",
        ),
    ],
    ids=["command", "output", "option", "secret", "stack"],
)
def test_wrong_use_is_one_line(desk: Desk, argv: list[str], said: str) -> None:
    """What the program cannot understand exits with 2, says what, and quotes no secret."""
    result = desk.run(*argv)

    assert (result.exit_code, result.output) == (2, said)


def test_no_command_at_all_gets_the_help() -> None:
    """Whoever types only the name is shown what there is."""
    result = CliRunner().invoke(sellerkeys, [])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == CliRunner().invoke(sellerkeys, ["--help"]).stdout
