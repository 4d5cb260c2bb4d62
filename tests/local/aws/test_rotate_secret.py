"""RotateSecret's and CancelRotateSecret's rules, over HTTP; each docstring names the rule and its source."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.local.aws.seen import labelled, refusal

TOKEN = "d" * 32
UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."


@pytest.mark.rule
def test_a_rotation_runs_four_steps_and_moves_current(aws, secrets, secret, deploy) -> None:
    """Four steps, then AWSCURRENT on the new version and AWSPENDING on none (aws.md 2.2, 2.3)."""
    before = labelled(secrets, secret)["AWSCURRENT"]

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    assert labelled(secrets, secret) == {"AWSCURRENT": TOKEN, "AWSPREVIOUS": before}
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == f"PLACEHOLDER {TOKEN}"


@pytest.mark.rule(10)
def test_the_event_has_a_rotation_token(aws, secrets, secret, deploy, tmp_path, recorded) -> None:
    """Each step's event carries the rotation's one RotationToken, 36 to 256 characters (aws.md 10.1 no. 10; 2.1)."""
    arn = deploy("rotates", variables={"RECORD": str(tmp_path / "record")})

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn)
    aws.settle()

    assert [36 <= len(source) <= 256 for source in {event["RotationToken"] for event in recorded()}] == [True]


@pytest.mark.rule(11)
def test_the_event_names_the_secret_by_its_arn(aws, secrets, secret, deploy, tmp_path, recorded) -> None:
    """The event's SecretId is the ARN, however RotateSecret named the secret (aws.md 10.1 no. 11; 2.1)."""
    arn = deploy("rotates", variables={"RECORD": str(tmp_path / "record")})

    secrets.rotate_secret(SecretId="sellers/one", RotationLambdaARN=arn, ClientRequestToken=TOKEN)
    aws.settle()

    events = [{key: event[key] for key in ("Step", "SecretId", "ClientRequestToken")} for event in recorded()]
    assert events == [
        {"Step": step, "SecretId": secret, "ClientRequestToken": TOKEN}
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret")
    ]


@pytest.mark.rule(14)
@pytest.mark.parametrize("value", [{"SecretString": "one"}, {}], ids=["a secret with a value", "an empty secret"])
def test_a_failing_function_does_not_reach_the_caller(aws, secrets, deploy, value) -> None:
    """Whatever fails in a rotation, RotateSecret has answered with its version (aws.md 10.1 no. 14; 2.5)."""
    secret = secrets.create_secret(Name="another", **value)["ARN"]
    source = "import os\ndef handler(event, context): os._exit(3)"

    answer = secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy(files={"main.py": source}))
    aws.settle()

    assert labelled(secrets, secret)["AWSPENDING"] == answer["VersionId"]


@pytest.mark.rule(15)
def test_rotate_secret_answers_before_the_first_step(aws, secrets, secret, deploy, tmp_path) -> None:
    """RotateSecret is asynchronous: it has answered while the first step still runs (aws.md 10.1 no. 15; 2.5)."""
    source = f"""
import pathlib, time
folder = pathlib.Path({str(tmp_path)!r})
def handler(event, context):
    while not (folder / "answered").exists():
        time.sleep(0.01)
    (folder / "ran").touch()
"""

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy(files={"main.py": source}))
    (tmp_path / "answered").touch()
    aws.settle()

    assert (tmp_path / "ran").exists()


@pytest.mark.rule(1)
def test_an_unfinished_rotation_is_reattempted(aws, secrets, secret, failing, mend) -> None:
    """While AWSPENDING waits on another version RotateSecret refuses, and reattempts (aws.md 10.1 no. 1; botocore)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=failing("setSecret"), ClientRequestToken=TOKEN)
    aws.settle()
    mend()

    found = refusal(secrets.rotate_secret, SecretId=secret)
    aws.settle()

    assert found == ("InvalidRequestException", UNFINISHED)
    assert labelled(secrets, secret)["AWSCURRENT"] == TOKEN


@pytest.mark.rule(2)
def test_pending_on_the_current_version_is_finished(aws, secrets, secret, deploy) -> None:
    """AWSPENDING on AWSCURRENT's own version does not stand in the way (aws.md 10.1 no. 2; botocore RotateSecret)."""
    current = labelled(secrets, secret)["AWSCURRENT"]
    secrets.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", MoveToVersionId=current)

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    assert labelled(secrets, secret)["AWSCURRENT"] == TOKEN


@pytest.mark.rule(3)
def test_a_function_that_does_nothing_breaks_nothing(aws, secrets, secret, deploy) -> None:
    """After a function that did nothing the current value is readable and the rotation failed (aws.md 10.1 no. 3)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("idles"))
    aws.settle()

    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "PLACEHOLDER first"
    assert aws.events(secret) == ["RotationStarted", "RotationFailed"]


@pytest.mark.rule(4)
def test_stored_settings_are_used_again(aws, secrets, secret, deploy) -> None:
    """RotateSecret without parameters keeps function and rules (aws.md 10.1 no. 4)."""
    arn = deploy("rotates")
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 30})
    aws.settle()

    secrets.rotate_secret(SecretId=secret, ClientRequestToken=TOKEN)
    aws.settle()

    described = secrets.describe_secret(SecretId=secret)
    assert (described["RotationLambdaARN"], described["RotationRules"]) == (arn, {"AutomaticallyAfterDays": 30})
    assert labelled(secrets, secret)["AWSCURRENT"] == TOKEN


@pytest.mark.rule(5)
def test_rotation_needs_a_function(secrets, secret) -> None:
    """Without a function, given or stored, RotateSecret refuses and changes nothing (aws.md 10.1 no. 5)."""
    before = secrets.describe_secret(SecretId=secret)

    found = refusal(secrets.rotate_secret, SecretId=secret)

    after = secrets.describe_secret(SecretId=secret)
    assert found[0] == "InvalidRequestException"
    assert (after["VersionIdsToStages"], "RotationEnabled" in after) == (before["VersionIdsToStages"], False)


@pytest.mark.rule(6)
def test_rotating_an_empty_secret_gets_stuck(aws, secrets, deploy) -> None:
    """A secret without a value gets an empty AWSPENDING that blocks later calls (aws.md 10.1 no. 6; 2.7)."""
    secret = secrets.create_secret(Name="empty")["ARN"]
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("idles"), ClientRequestToken=TOKEN)
    aws.settle()

    found = refusal(secrets.rotate_secret, SecretId=secret)

    assert found == ("InvalidRequestException", UNFINISHED)
    assert labelled(secrets, secret) == {"AWSPENDING": TOKEN}


@pytest.mark.rule(7)
def test_a_missing_function_leaves_nothing(secrets, secret) -> None:
    """A function that does not exist: ResourceNotFoundException, nothing is set up (aws.md 10.1 no. 7)."""
    absent = "arn:aws:lambda:eu-west-1:123456789012:function:absent"

    found = refusal(secrets.rotate_secret, SecretId=secret, RotationLambdaARN=absent)

    assert found == ("ResourceNotFoundException", f"Resource not found for ARN '{absent}'.")
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=secret)
    assert "AWSPENDING" not in labelled(secrets, secret)


@pytest.mark.rule
def test_a_function_must_let_secrets_manager_in(secrets, secret, deploy) -> None:
    """Without a permission for the service RotateSecret is denied (aws.md 6.3; 7.1, retries on AccessDenied)."""
    found = refusal(secrets.rotate_secret, SecretId=secret, RotationLambdaARN=deploy("rotates", permit=False))

    assert found[0] == "AccessDeniedException"
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=secret)


@pytest.mark.rule(9)
def test_a_current_version_by_hand_abandons_the_rotation(aws, secrets, secret, failing) -> None:
    """A put of a new AWSCURRENT during a rotation strips AWSPENDING (aws.md 10.1 no. 9; 2.6)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=failing("setSecret"), ClientRequestToken=TOKEN)
    aws.settle()

    by_hand = secrets.put_secret_value(SecretId=secret, SecretString="by hand")["VersionId"]
    aws.clock.advance(timedelta(minutes=5))
    aws.settle()

    assert labelled(secrets, secret)["AWSCURRENT"] == by_hand
    assert "AWSPENDING" not in labelled(secrets, secret)
    assert aws.events(secret) == ["RotationStarted", "RotationFailed", "RotationAbandoned"]


@pytest.mark.rule
def test_cancelling_stops_retries_and_leaves_labels(aws, secrets, secret, failing, mend) -> None:
    """CancelRotateSecret turns rotation off and leaves AWSPENDING behind (aws.md 2.7; botocore CancelRotateSecret)."""
    secrets.rotate_secret(
        SecretId=secret,
        RotationLambdaARN=failing("setSecret"),
        ClientRequestToken=TOKEN,
        RotationRules={"AutomaticallyAfterDays": 1},
    )
    aws.settle()
    mend()

    secrets.cancel_rotate_secret(SecretId=secret)
    aws.clock.advance(timedelta(days=3))
    aws.settle()

    described = secrets.describe_secret(SecretId=secret)
    assert labelled(secrets, secret)["AWSPENDING"] == TOKEN
    assert aws.events(secret) == ["RotationStarted", "RotationFailed"]
    assert (described["RotationEnabled"], "NextRotationDate" in described) == (False, False)


@pytest.mark.rule
def test_the_same_token_after_success_asks_for_nothing(aws, secrets, secret, deploy) -> None:
    """RotateSecret with the token of a finished rotation makes no second one (botocore ClientRequestToken)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    secrets.rotate_secret(SecretId=secret, ClientRequestToken=TOKEN)
    aws.settle()

    assert aws.events(secret) == ["RotationStarted", "RotationSucceeded"]


@pytest.mark.rule
def test_a_rotation_may_follow_at_once(aws, secrets, secret, deploy) -> None:
    """RotateSecret is accepted as soon as AWSPENDING is on the current version, and runs (botocore RotateSecret)."""
    second = "f" * 32
    source = f"""
import boto3, steps
def handler(event, context):
    steps.handler(event, context)
    if event["Step"] == "finishSecret" and event["ClientRequestToken"] == "{TOKEN}":
        boto3.client("secretsmanager").rotate_secret(SecretId=event["SecretId"], ClientRequestToken="{second}")
"""
    steps = Path(__file__).with_name("handlers") / "rotates.py"
    arn = deploy(files={"main.py": source, "steps.py": steps.read_text()})

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, ClientRequestToken=TOKEN)
    aws.settle()

    assert labelled(secrets, secret) == {"AWSCURRENT": second, "AWSPREVIOUS": TOKEN}
    assert sorted(aws.events(secret)) == [
        "RotationStarted",
        "RotationStarted",
        "RotationSucceeded",
        "RotationSucceeded",
    ]
