"""A rotation that is due or promised happens, whatever else is going on; the bench's own rule."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from local.aws.functions.answer import Answer
from local.aws.rotation import Retries, Rotation, Rotations
from local.aws.trail import Trail
from local.clock import Clock

TOKEN = "d" * 32
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:one-AbCdEf"

# Waits in the step named by AT until the file `go` is there, and fails in that step the first time.
GATED = """
import os, pathlib, time
import steps
folder = pathlib.Path(os.environ["FOLDER"])
def handler(event, context):
    if event["Step"] == os.environ["AT"] and not (folder / "once").exists():
        (folder / "once").touch()
        while not (folder / "go").exists():
            time.sleep(0.01)
        if os.environ.get("FAILS"):
            raise RuntimeError("the first time")
    steps.handler(event, context)
"""


class OpenBook:
    """Keeps one secret whose rotation may always go on until it is finished."""

    def __init__(self) -> None:
        self.finished = False

    def waits(self, _rotation: Rotation) -> bool:
        """Tell whether it is unfinished."""
        return not self.finished

    def finish(self, _rotation: Rotation) -> bool:
        """Finish it."""
        self.finished = True
        return True

    def drop_trial(self, _rotation: Rotation) -> None:
        """Finish a trial."""
        self.finished = True


@pytest.fixture
def clock():
    """Run a clock."""
    clock = Clock()
    yield clock
    clock.stop()


@pytest.fixture
def driver(clock):
    """Make a driver whose function is `invoke`, on that clock."""
    made = []

    def driver(invoke) -> tuple[Rotations, Trail]:
        trail = Trail(clock)
        made.append(Rotations(clock, invoke, trail, Retries(attempts=3, interval=timedelta(minutes=10))))
        return made[-1], trail

    yield driver
    for rotations in made:
        rotations.close()
        rotations.join()


@pytest.fixture
def gated(deploy, tmp_path):
    """Deploy the function above; the file `go` opens its gate."""

    def gated(at: str, *, fails: bool) -> str:
        variables = {"AT": at, "FOLDER": str(tmp_path), **({"FAILS": "yes"} if fails else {})}
        steps = Path(__file__).with_name("handlers") / "rotates.py"
        return deploy(files={"main.py": GATED, "steps.py": steps.read_text()}, variables=variables)

    return gated


def test_what_comes_due_during_a_trial_follows_it(aws, secrets, secret, gated, tmp_path) -> None:
    """A window that opens while testSecret still tries the settings is not forgotten: the rotation comes after it."""
    arn = gated("testSecret", fails=False)
    rules = {"AutomaticallyAfterDays": 1}
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, RotationRules=rules, RotateImmediately=False)
    aws.clock.advance(timedelta(days=2))
    all_is_due(aws)

    (tmp_path / "go").touch()
    aws.settle()

    assert aws.events(secret).count("RotationSucceeded") == 1


def test_what_was_promised_during_an_attempt_follows_it(aws, secrets, secret, gated, tmp_path) -> None:
    """RotateSecret says that the unfinished rotation will be reattempted; so it is, once the attempt has failed."""
    arn = gated("setSecret", fails=True)
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, ClientRequestToken=TOKEN)
    with pytest.raises(secrets.exceptions.InvalidRequestException):
        secrets.rotate_secret(SecretId=secret)

    (tmp_path / "go").touch()
    aws.settle()

    assert aws.events(secret) == ["RotationStarted", "RotationFailed", "RotationStarted", "RotationSucceeded"]
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == TOKEN


def test_a_window_during_a_rotation_is_served_by_it(aws, secrets, secret, gated, tmp_path) -> None:
    """A rotation that is under way when the window opens, and succeeds, is the one that was due."""
    arn = gated("testSecret", fails=False)
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 1})
    aws.clock.advance(timedelta(days=2))
    all_is_due(aws)

    (tmp_path / "go").touch()
    aws.settle()

    assert aws.events(secret) == ["RotationStarted", "RotationSucceeded"]


def test_a_function_that_cannot_be_started_fails_the_attempt(clock, driver) -> None:
    """Where the machine cannot start a process, the attempt fails, is told, and is retried like any other."""
    troubles = [OSError("no memory")]

    def invoke(_function: str, _event: bytes) -> Answer:
        if troubles:
            raise troubles.pop()
        return Answer(b"null")

    rotations, trail = driver(invoke)

    rotations.start(Rotation(ARN, TOKEN, "function"), OpenBook())
    assert rotations.wait_idle(10)
    clock.advance(timedelta(minutes=10))
    assert rotations.wait_idle(10)

    assert [(event.name, event.detail.get("errorType")) for event in trail.events()] == [
        ("RotationStarted", None),
        ("RotationFailed", "OSError"),
        ("RotationStarted", None),
        ("RotationSucceeded", None),
    ]


def test_idle_means_that_nothing_is_left_to_follow(driver) -> None:
    """What follows a rotation counts as running while the rotation runs, and after it."""
    entered, leave, followed = threading.Event(), threading.Event(), threading.Event()

    def invoke(_function: str, event: bytes) -> Answer:
        entered.set()
        assert json.loads(event)["Step"] == "testSecret"
        leave.wait(10)
        return Answer(b"null")

    rotations, _ = driver(invoke)
    rotations.start(Rotation(ARN, TOKEN, "function", trial=True), OpenBook())
    entered.wait(10)

    kept = rotations.after("schedule", ARN, followed.set)
    busy = rotations.wait_idle(0)
    leave.set()

    assert (kept, busy) == (True, False)
    assert rotations.wait_idle(10)
    assert followed.is_set()
    assert not rotations.after("schedule", ARN, followed.set)


def all_is_due(aws) -> None:
    """Wait until what is due by now has been looked at: the clock's thread and the driver's take it in order."""
    looked = threading.Event()
    aws.server.rotations.schedule("the last in the queue", aws.clock.now(), looked.set)
    assert looked.wait(10)
