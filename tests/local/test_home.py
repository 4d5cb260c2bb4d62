"""The bench's folder."""

import json
import signal
import subprocess
import sys

import pytest

from local.home import Home, HomeBusy, Running

RUNNING = Running(7, "http://127.0.0.1:9", {"AWS_REGION": "eu-west-1"})


def test_a_bench_tells_where_it_is(home) -> None:
    """What a bench publishes, another process reads."""
    home.claim()
    home.publish(RUNNING)

    assert Home(home.folder).running() == RUNNING
    home.release()


def test_a_folder_holds_one_bench(home) -> None:
    """A second bench in a folder is refused with a sentence."""
    home.claim()

    with pytest.raises(HomeBusy, match=r"a bench is up already in .*; end it with: python -m local down"):
        Home(home.folder).claim()
    home.release()


def test_a_released_folder_is_free(home) -> None:
    """After release nothing runs there, and the folder can be claimed again."""
    home.claim()
    home.publish(RUNNING)
    home.release()

    assert (home.is_taken(), home.running()) == (False, None)
    home.claim()
    home.release()


def test_what_a_killed_bench_left_does_not_count(home) -> None:
    """A bench.json whose process was killed is no bench; the next one replaces it."""
    source = f"from local.home import *; from pathlib import Path; h = Home(Path({str(home.folder)!r})); h.claim();"
    source += "h.publish(Running(1, 'http://127.0.0.1:9', {})); print('up', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    while_up = home.running()
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert (while_up is None, (home.folder / "bench.json").exists(), home.running()) == (False, True, None)
    home.claim()
    assert not (home.folder / "bench.json").exists()
    home.release()


def test_a_new_bench_starts_with_an_empty_account(home) -> None:
    """Functions and Pulumi's state of an earlier bench are gone, since its account is; logs stay."""
    for folder in (home.pulumi, home.functions, home.logs):
        folder.mkdir(parents=True)
        (folder / "old").touch()

    home.claim()

    assert (home.pulumi.exists(), home.functions.exists(), (home.logs / "old").exists()) == (False, False, True)
    home.release()


def test_the_published_file(home) -> None:
    """bench.json has the process, the control API and the environment."""
    home.claim()
    home.publish(RUNNING)

    assert json.loads((home.folder / "bench.json").read_text()) == {
        "pid": 7,
        "control": "http://127.0.0.1:9",
        "environment": {"AWS_REGION": "eu-west-1"},
    }
    home.release()
