"""Programs under our language host: what they print, how they fail, how they end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project


def diagnostics(text: str) -> str:
    """The part of Pulumi's output that tells messages and errors."""
    return text.partition("Diagnostics:\n")[2].partition("\nResources:")[0]


def test_what_a_program_prints_is_seen(project: Project) -> None:
    """Standard output and standard error both reach Pulumi's output."""
    project.declare("""
        import sys
        print("one")
        print("two", file=sys.stderr)
    """)

    assert diagnostics(project.pulumi("preview").text) == ("  pulumi:pulumi:Stack (trial-dev):\n    one\n    two\n")


def test_a_run_error_is_its_message(project: Project) -> None:
    """`pulumi.RunError` is how a program says what is wrong with what it was given: no traceback."""
    project.declare("""
        import pulumi
        raise pulumi.RunError("rosters/dev.csv, row 3, column region: XX is none of NA, EU, FE")
    """)

    preview = project.pulumi("preview")

    assert preview.code != 0
    assert diagnostics(preview.text) == (
        "  pulumi:pulumi:Stack (trial-dev):\n"
        "    error: rosters/dev.csv, row 3, column region: XX is none of NA, EU, FE\n"
    )


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [("sys.exit()", 0, ""), ("sys.exit('enough')", 255, "error: the program ended itself: enough")],
    ids=["quietly", "with a reason"],
)
def test_a_program_may_end_itself(project: Project, statement: str, code: int, text: str) -> None:
    """`sys.exit` ends a run well or badly, as it does everywhere."""
    project.declare(f"""
        import sys
        {statement}
    """)

    preview = project.pulumi("preview")

    assert (preview.code, text in preview.text) == (code, True)


@pytest.mark.parametrize(
    "place",
    ["def fail(): return 1 / 0\nfail()", "pulumi.Output.from_input(1).apply(lambda one: one / 0)"],
    ids=["in its own lines", "in an apply"],
)
def test_a_bug_shows_its_place(project: Project, place: str) -> None:
    """Anything else that is raised is shown with a traceback that begins in the program."""
    (project.folder / "__main__.py").write_text(f"import pulumi\n{place}\n")

    told = diagnostics(project.pulumi("preview").text)

    assert "error: the program failed:\n    Traceback (most recent call last):\n" in told
    assert f'File "{project.folder}/__main__.py", line 2' in told
    assert "ZeroDivisionError" in told
    assert "runpy" not in told


def test_an_edit_is_seen(project: Project) -> None:
    """Each run reads the program anew, the modules beside it included."""
    project.declare("""
        import pulumi
        import settings
        pulumi.export("value", settings.VALUE)
    """)
    (project.folder / "settings.py").write_text("VALUE = 'first'\n")
    first = project.up()
    (project.folder / "settings.py").write_text("VALUE = 'second, and longer'\n")
    second = project.up()

    assert 'value: "first"' in first.text
    assert 'value: "first" => "second, and longer"' in second.text


def test_configuration_reaches_the_program(project: Project) -> None:
    """Configuration arrives with its namespace, and a secret one stays a secret."""
    project.declare("""
        import pulumi
        config = pulumi.Config()
        pulumi.export("plain", config.require("plain"))
        pulumi.export("hidden", config.require_secret("hidden"))
    """)
    project.pulumi("config", "set", "plain", "a")
    project.pulumi("config", "set", "--secret", "hidden", "PLACEHOLDER")

    up = project.up()

    assert 'plain : "a"' in up.text
    assert "hidden: [secret]" in up.text


def test_an_interrupt_ends_the_program(project: Project) -> None:
    """Ctrl-C ends Pulumi and the program's process, however deep that sleeps."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        project.declare(f"""
            import socket
            with socket.create_connection(("127.0.0.1", {port})) as line:
                line.recv(1)  # for ever
        """)
        command = project.command("preview")
        with subprocess.Popen(command, env=project.environment, stdout=subprocess.PIPE) as pulumi:
            line, _ = listener.accept()
            os.kill(pulumi.pid, signal.SIGINT)
            with line:
                line.settimeout(30)

                assert line.recv(1) == b""  # the other end was closed: the process is gone
            pulumi.communicate(timeout=30)

    assert pulumi.returncode != 0
