"""The driver: retries, schedules, events, on the bench's clock."""

import json
from datetime import timedelta

import pytest

TOKEN = "e" * 32


@pytest.fixture
def start(secrets, secret, deploy, tmp_path):
    """Begin a rotation that fails at a step until the file `mended` is there."""

    def start(step: str = "", **rules) -> None:
        variables = {"FAILS_AT": step, "MENDED": str(tmp_path / "mended"), "RECORD": str(tmp_path / "record")}
        arn = deploy("rotates", variables=variables)
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, ClientRequestToken=TOKEN, **rules)

    return start


@pytest.fixture
def steps(tmp_path):
    """Read the steps that ran, with the version each was for."""

    def steps() -> list[tuple[str, str]]:
        events = [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]
        return [(event["Step"], event["ClientRequestToken"]) for event in events]

    return steps


@pytest.mark.rule(13)
@pytest.mark.parametrize(
    ("step", "ran"),
    [("createSecret", 1), ("setSecret", 2), ("testSecret", 3), ("finishSecret", 4)],
)
def test_a_failed_step_ends_the_attempt(aws, start, steps, step, ran) -> None:
    """The rotation stops at the first step whose function failed (aws.md 10.1 no. 13; 2.5)."""
    start(step)
    aws.settle()

    assert len(steps()) == ran


@pytest.mark.rule(17)
def test_a_rotation_leaves_events(aws, secret, start) -> None:
    """CloudTrail gets RotationStarted, then RotationFailed or RotationSucceeded (aws.md 10.1 no. 17; 2.6)."""
    start("setSecret")
    aws.settle()

    assert [(event.name, event.detail) for event in aws.server.trail.events(secret)] == [
        ("RotationStarted", {"attempt": "1"}),
        ("RotationFailed", {"attempt": "1", "step": "setSecret", "errorType": "RuntimeError"}),
    ]


@pytest.mark.rule(16)
def test_a_retry_repeats_the_whole_rotation_with_the_same_token(aws, secrets, secret, start, steps, tmp_path) -> None:
    """Retries run every step again for the same version (aws.md 10.1 no. 16; 2.5)."""
    start("testSecret")
    aws.settle()
    (tmp_path / "mended").touch()

    aws.clock.advance(timedelta(minutes=1))
    aws.settle()

    assert [token for _, token in steps()] == [TOKEN] * 7
    assert [step for step, _ in steps()][3:] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert aws.events(secret) == ["RotationStarted", "RotationFailed", "RotationStarted", "RotationSucceeded"]
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == TOKEN


@pytest.mark.rule
def test_retries_are_bounded(aws, secret, start) -> None:
    """After the last attempt the version waits with AWSPENDING (aws.md 2.5; how many is not known)."""
    start("setSecret")
    for _ in range(5):
        aws.settle()
        aws.clock.advance(timedelta(minutes=1))

    assert aws.events(secret).count("RotationFailed") == 3


@pytest.mark.rule
def test_a_due_rotation_runs_when_the_clock_moves(aws, secrets, secret, start) -> None:
    """A schedule in days runs at midnight of the last day (aws.md 2.9)."""
    start(RotationRules={"AutomaticallyAfterDays": 30})
    aws.settle()

    aws.clock.advance(timedelta(days=28))
    aws.settle()
    early = secrets.get_secret_value(SecretId=secret)["VersionId"]
    aws.clock.advance(timedelta(days=2))
    aws.settle()

    assert early == TOKEN
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] != TOKEN
    assert aws.events(secret).count("RotationSucceeded") == 2


def test_a_jump_over_many_windows_rotates_once(aws, secret, start) -> None:
    """+120 days on a 30-day schedule is one rotation, and the next is due 30 days later (the bench's own rule)."""
    start(RotationRules={"ScheduleExpression": "rate(30 days)"})
    aws.settle()

    aws.clock.advance(timedelta(days=120))
    aws.settle()
    once = aws.events(secret).count("RotationSucceeded")
    aws.clock.advance(timedelta(days=30))
    aws.settle()

    assert (once, aws.events(secret).count("RotationSucceeded")) == (2, 3)


@pytest.mark.rule
def test_a_schedule_picks_up_an_unfinished_rotation(aws, secrets, secret, start, steps, tmp_path) -> None:
    """When the window comes while AWSPENDING still waits, the same version is tried again (aws.md 2.5, 2.7)."""
    start("setSecret", RotationRules={"AutomaticallyAfterDays": 1})
    for _ in range(3):
        aws.settle()
        aws.clock.advance(timedelta(minutes=1))
    overdue = secrets.describe_secret(SecretId=secret)["NextRotationDate"]
    (tmp_path / "mended").touch()

    aws.clock.advance(timedelta(days=2))
    aws.settle()

    assert {token for _, token in steps()} == {TOKEN}
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == TOKEN
    assert overdue < aws.clock.now()


@pytest.mark.rule
def test_the_schedule_goes_on_after_a_failed_window(aws, secrets, secret, start, tmp_path) -> None:
    """A rotation that failed in one window is tried in the next (aws.md 2.5)."""
    start("setSecret", RotationRules={"ScheduleExpression": "cron(0 8 * * ? *)"})
    for _ in range(2):
        aws.settle()
        aws.clock.advance(timedelta(days=1))
    aws.settle()
    (tmp_path / "mended").touch()

    aws.clock.advance(timedelta(days=1))
    aws.settle()

    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == TOKEN


@pytest.mark.rule
def test_a_value_by_hand_counts_as_a_rotation(aws, secrets, secret, start) -> None:
    """PutSecretValue moves the next date of AutomaticallyAfterDays (botocore RotationRulesType)."""
    start(RotationRules={"AutomaticallyAfterDays": 30})
    aws.settle()
    before = secrets.describe_secret(SecretId=secret)["NextRotationDate"]
    aws.clock.advance(timedelta(days=20))

    secrets.put_secret_value(SecretId=secret, SecretString="by hand")

    assert secrets.describe_secret(SecretId=secret)["NextRotationDate"] - before == timedelta(days=20)


@pytest.mark.rule
def test_a_deleted_secret_rotates_no_more(aws, secrets, secret, start) -> None:
    """Deletion ends the schedule; restoring brings it back (botocore RestoreSecret)."""
    start(RotationRules={"AutomaticallyAfterDays": 7})
    aws.settle()
    secrets.delete_secret(SecretId=secret)
    aws.clock.advance(timedelta(days=14))
    aws.settle()
    meanwhile = aws.events(secret).count("RotationSucceeded")

    secrets.restore_secret(SecretId=secret)
    aws.clock.advance(timedelta(days=7))
    aws.settle()

    assert (meanwhile, aws.events(secret).count("RotationSucceeded")) == (1, 2)


@pytest.mark.rule
def test_an_event_is_a_cloudtrail_record(aws, secret, start) -> None:
    """Rotation events are service events of Secrets Manager that name the secret (aws.md 2.6)."""
    start()
    aws.settle()

    record = aws.server.trail.events(secret)[-1].record()
    assert {key: record[key] for key in ("eventName", "eventSource", "eventType", "awsRegion")} == {
        "eventName": "RotationSucceeded",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventType": "AwsServiceEvent",
        "awsRegion": "eu-west-1",
    }
    assert record["additionalEventData"] == {"SecretId": secret, "VersionId": TOKEN, "attempt": "1"}
