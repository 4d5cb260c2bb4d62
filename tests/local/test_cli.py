"""`python -m local`, as a person uses it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from local import running
from local.cli import main
from local.home import Home


def local(home: Home, *arguments: str) -> tuple[int, str]:
    """Run one command in this process and return its exit code and all it printed."""
    result = CliRunner().invoke(main, ["--home", str(home.folder), *arguments])
    return result.exit_code, result.output


@pytest.fixture
def detached(home):
    """Bring a bench up in a process of its own."""
    command = [sys.executable, "-m", "local", "--home", str(home.folder), "up", "--detach"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    yield home.running()
    local(home, "down")


def test_up_and_down(home, detached) -> None:
    """`up --detach` returns once the bench is ready, `down` once it has ended."""
    status = local(home, "status")
    down = local(home, "down")

    assert status[0] == 0
    assert detached.environment["AWS_ENDPOINT_URL"] in status[1]
    assert down == (0, f"the bench in {home.folder} has ended\n")
    assert home.running() is None


def test_up_twice(home, bench) -> None:
    """A second `up` says so and how to end the first; exit 1."""
    found = local(home, "up")

    assert found == (
        1,
        f"Error: a bench is up already in {bench.home.folder}; end it with: python -m local down\n",
    )


@pytest.mark.parametrize("arguments", [["status"], ["run", "--", "true"], ["clock", "advance", "1d"], ["events"]])
def test_no_bench(home, arguments) -> None:
    """What needs a bench says how to start one; exit 3, waiting for someone (design.md 8)."""
    found = local(home, *arguments)

    assert found == (3, f"Error: no bench is up in {home.folder}; start one with: python -m local up --detach\n")


def test_down_without_a_bench(home) -> None:
    """`down` with nothing up is no failure."""
    assert local(home, "down") == (0, f"no bench is up in {home.folder}\n")


def test_the_clock_moves(home, bench) -> None:
    """`clock advance 30d` moves the bench's time and tells the new one."""
    before = bench.clock.now()

    code, output = local(home, "clock", "advance", "30d")

    assert code == 0
    assert timedelta() <= datetime.fromisoformat(output.strip()) - before - timedelta(days=30) < timedelta(minutes=1)


@pytest.mark.parametrize("span", ["30", "30w", "-1d", "soon"])
def test_a_span_needs_a_unit(home, span) -> None:
    """A span that cannot be read is wrong use; exit 2."""
    code, output = local(home, "clock", "advance", "--", span)

    assert code == 2
    assert f"'{span}' is not a number with s, m, h or d, such as 30d" in output


def test_events_are_records_a_line(home, bench) -> None:
    """`events` prints one CloudTrail record a line."""
    bench.aws.trail.add("RotationAbandoned", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:one-AbCdEf", "v")

    code, output = local(home, "events")

    assert (code, [json.loads(line)["eventName"] for line in output.splitlines()]) == (0, ["RotationAbandoned"])


def test_a_terminated_bench_cleans_up(home, detached) -> None:
    """SIGTERM ends a bench as `down` does: no lock, no bench.json."""
    os.kill(detached.pid, signal.SIGTERM)
    with (home.folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)

    assert not (home.folder / "bench.json").exists()


@pytest.mark.parametrize(
    ("source", "code"),
    [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 143), ("print(1)", 0)],
    ids=["exit code", "killed", "success"],
)
def test_a_command_keeps_its_exit_code(source, code) -> None:
    """`run` ends as its command ended, as a shell would say it."""
    assert running.run([sys.executable, "-c", source], {}) == code


def test_a_signal_reaches_the_command() -> None:
    """SIGTERM to `run` ends its command, and `run` ends as the command did."""
    source = "import sys, time; print('ready', flush=True); time.sleep(60)"
    outer = f"import sys; from local import running; sys.exit(running.run([sys.executable, '-c', {source!r}], {{}}))"
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)

    assert process.returncode == 143


def test_ctrl_c_ends_a_bench_in_the_foreground(home) -> None:
    """`up` without --detach says where everything is and runs until Ctrl-C; exit 0, nothing left."""
    command = [sys.executable, "-m", "local", "--home", str(home.folder), "up"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        title = process.stdout.readline()
        process.send_signal(signal.SIGINT)

    assert f"bench up, process {process.pid}" in title
    assert (process.returncode, home.is_taken()) == (0, False)


def test_a_command_that_is_not_there(capfd) -> None:
    """A command that cannot be found is one line and 127, as in a shell."""
    assert running.run(["no-such-command"], {}) == 127
    assert capfd.readouterr().err == "no-such-command: command not found\n"


def test_nothing_of_the_users_own_aws_reaches_a_command() -> None:
    """The bench's variables replace every AWS_ one; loopback goes round a proxy."""
    own = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "x", "HOME": "/home/me", "NO_PROXY": "intranet"}

    found = running.environment(own, {"AWS_REGION": "eu-west-1"})

    assert found == {
        "HOME": "/home/me",
        "AWS_REGION": "eu-west-1",
        "NO_PROXY": "intranet,127.0.0.1",
        "no_proxy": "intranet,127.0.0.1",
    }


@pytest.mark.usefixtures("bench")
def test_run_as_an_actor(home) -> None:
    """The command has the actor's own keys, and may no more than his policy says."""
    source = (
        "import boto3\n"
        "print(boto3.client('sts').get_caller_identity()['Arn'])\n"
        "try:\n"
        "    boto3.client('iam').list_users()\n"
        "except Exception as refused:\n"
        "    print(refused.response['Error']['Code'])\n"
    )

    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "local",
            "--home",
            str(home.folder),
            "run",
            "--as",
            "onboarder",
            "--",
            sys.executable,
            "-c",
            source,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    arn = "arn:aws:sts::123456789012:assumed-role/sellerkeys-onboarder/onboarder"
    assert found.stdout.splitlines() == [arn, "AccessDenied"], found.stderr
