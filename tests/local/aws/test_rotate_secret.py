"""RotateSecret's and CancelRotateSecret's rules, over HTTP; each docstring names the rule and its source."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.aws.unsettled import Unsettled

TOKEN = "d" * 32
UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."


def refusal(call, **arguments) -> tuple[str, str]:
    """Return the code and the sentence of a call that AWS refuses."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def labelled(secrets, secret) -> dict[str, str]:
    """Return which label is on which version."""
    stages = secrets.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return {label: version for version, labels in stages.items() for label in labels}


@pytest.fixture
def failing(deploy, tmp_path):
    """Deploy a rotation that fails at a step until `mend` is called, and record its events."""

    def failing(step: str) -> str:
        variables = {"FAILS_AT": step, "MENDED": str(tmp_path / "mended"), "RECORD": str(tmp_path / "record")}
        return deploy("rotates", variables=variables)

    return failing


@pytest.fixture
def mend(tmp_path):
    """Let a failing rotation succeed from now on."""
    return (tmp_path / "mended").touch


@pytest.fixture
def recorded(tmp_path):
    """Read the events that a recording rotation got."""
    return lambda: [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]


def test_a_rotation_runs_four_steps_and_moves_current(aws, secrets, secret, deploy) -> None:
    """Four steps, then AWSCURRENT on the new version and AWSPENDING on none (aws.md 2.2, 2.3)."""
    before = labelled(secrets, secret)["AWSCURRENT"]

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    assert labelled(secrets, secret) == {"AWSCURRENT": TOKEN, "AWSPREVIOUS": before}
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == f"PLACEHOLDER {TOKEN}"


def test_the_event(aws, secrets, secret, deploy, tmp_path, recorded) -> None:
    """The event has step, the secret's ARN, token and RotationToken (aws.md 10.1 no. 10, 11; 2.1)."""
    arn = deploy("rotates", variables={"RECORD": str(tmp_path / "record")})

    secrets.rotate_secret(SecretId="sellers/one", RotationLambdaARN=arn, ClientRequestToken=TOKEN)
    aws.settle()

    events = recorded()
    sources = {event.pop("RotationToken") for event in events}
    assert events == [
        {"Step": step, "SecretId": secret, "ClientRequestToken": TOKEN}
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret")
    ]
    assert [36 <= len(source) <= 256 for source in sources] == [True]


def test_rotate_secret_answers_before_the_first_step(aws, secrets, secret, deploy) -> None:
    """RotateSecret is asynchronous: it has returned while the function still runs (aws.md 10.1 no. 14, 15)."""
    source = "import time\ndef handler(event, context): time.sleep(30)"

    answer = secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy(files={"main.py": source}))

    assert labelled(secrets, secret)["AWSPENDING"] == answer["VersionId"]
    assert not aws.server.rotations.wait_idle(0)


def test_an_unfinished_rotation_is_reattempted(aws, secrets, secret, failing, mend) -> None:
    """While AWSPENDING waits on another version RotateSecret refuses, and reattempts (aws.md 10.1 no. 1; 2.7)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=failing("setSecret"), ClientRequestToken=TOKEN)
    aws.settle()
    mend()

    found = refusal(secrets.rotate_secret, SecretId=secret)
    aws.settle()

    assert found == ("InvalidRequestException", UNFINISHED)
    assert labelled(secrets, secret)["AWSCURRENT"] == TOKEN


def test_pending_on_the_current_version_is_finished(aws, secrets, secret, deploy) -> None:
    """AWSPENDING on AWSCURRENT's own version does not stand in the way (aws.md 10.1 no. 2; 2.3)."""
    current = labelled(secrets, secret)["AWSCURRENT"]
    secrets.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", MoveToVersionId=current)

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    assert labelled(secrets, secret)["AWSCURRENT"] == TOKEN


def test_a_function_that_does_nothing_breaks_nothing(aws, secrets, secret, deploy) -> None:
    """After a function that did nothing the current value is readable and the rotation failed (aws.md 10.1 no. 3)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("idles"))
    aws.settle()

    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "PLACEHOLDER first"
    assert aws.events(secret) == ["RotationStarted", "RotationFailed"]


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


def test_rotation_needs_a_function(secrets, secret) -> None:
    """Without a function, given or stored, RotateSecret refuses and changes nothing (aws.md 10.1 no. 5)."""
    before = secrets.describe_secret(SecretId=secret)

    found = refusal(secrets.rotate_secret, SecretId=secret)

    after = secrets.describe_secret(SecretId=secret)
    assert found[0] == "InvalidRequestException"
    assert (after["VersionIdsToStages"], "RotationEnabled" in after) == (before["VersionIdsToStages"], False)


def test_rotating_an_empty_secret_gets_stuck(aws, secrets, deploy) -> None:
    """A secret without a value gets an empty AWSPENDING that blocks later calls (aws.md 10.1 no. 6; 2.7)."""
    secret = secrets.create_secret(Name="empty")["ARN"]
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("idles"), ClientRequestToken=TOKEN)
    aws.settle()

    found = refusal(secrets.rotate_secret, SecretId=secret)

    assert found == ("InvalidRequestException", UNFINISHED)
    assert labelled(secrets, secret) == {"AWSPENDING": TOKEN}


def test_a_missing_function_leaves_nothing(secrets, secret) -> None:
    """A function that does not exist: ResourceNotFoundException, nothing is set up (aws.md 10.1 no. 7)."""
    absent = "arn:aws:lambda:eu-west-1:123456789012:function:absent"

    found = refusal(secrets.rotate_secret, SecretId=secret, RotationLambdaARN=absent)

    assert found == ("ResourceNotFoundException", f"Resource not found for ARN '{absent}'.")
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=secret)
    assert "AWSPENDING" not in labelled(secrets, secret)


def test_a_function_must_let_secrets_manager_in(secrets, secret, deploy) -> None:
    """Without a permission for the service RotateSecret is denied (aws.md 6.3; 7.1, retries on AccessDenied)."""
    found = refusal(secrets.rotate_secret, SecretId=secret, RotationLambdaARN=deploy("rotates", permit=False))

    assert found[0] == "AccessDeniedException"
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=secret)


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


@pytest.mark.parametrize(
    ("unsettled", "pending"),
    [(Unsettled(any_label_abandons=False), True), (Unsettled(any_label_abandons=True), False)],
    ids=["it does not", "it does"],
)
def test_whether_an_offer_abandons_a_rotation(aws, secrets, secret, failing, unsettled, pending) -> None:
    """A version with only a custom label during a rotation: not known, so the bench does either (aws.md 2.6)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=failing("setSecret"), ClientRequestToken=TOKEN)
    aws.settle()

    secrets.put_secret_value(SecretId=secret, SecretString="an offer", VersionStages=["SELLERKEYS_OFFERED"])

    assert ("AWSPENDING" in labelled(secrets, secret)) is pending
    assert ("RotationAbandoned" in aws.events(secret)) is unsettled.any_label_abandons


@pytest.mark.parametrize(
    ("unsettled", "values"),
    [(Unsettled(trial_has_value=False), ["none"]), (Unsettled(trial_has_value=True), ["PLACEHOLDER first"])],
    ids=["no value", "a copy"],
)
@pytest.mark.usefixtures("unsettled")
def test_a_trial_runs_test_secret_alone(aws, secrets, secret, deploy, tmp_path, values) -> None:
    """RotateImmediately=false runs testSecret alone, then removes its version (aws.md 10.1 no. 18, 19; 2.4)."""
    source = f"""
import boto3
def handler(event, context):
    client = boto3.client("secretsmanager")
    try:
        pending = client.get_secret_value(SecretId=event["SecretId"], VersionId=event["ClientRequestToken"])
        value = pending["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        value = "none"
    with open({str(tmp_path / "seen")!r}, "a") as file:
        file.write(event["Step"] + " " + value)
"""
    before = labelled(secrets, secret)

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy(files={"main.py": source}), RotateImmediately=False)
    aws.settle()

    assert (tmp_path / "seen").read_text() == f"testSecret {values[0]}"
    assert labelled(secrets, secret) == before
    assert aws.events(secret) == ["TestRotationStarted", "TestRotationSucceeded"]
    assert secrets.describe_secret(SecretId=secret)["RotationEnabled"] is True


def test_a_failed_trial_is_told_and_not_retried(aws, secrets, secret, failing) -> None:
    """A trial that fails removes its version too (aws.md 2.4)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=failing("testSecret"), RotateImmediately=False)
    aws.clock.advance(timedelta(hours=1))
    aws.settle()

    assert aws.events(secret) == ["TestRotationStarted", "TestRotationFailed"]
    assert "AWSPENDING" not in labelled(secrets, secret)


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


def test_the_same_token_after_success_asks_for_nothing(aws, secrets, secret, deploy) -> None:
    """RotateSecret with the token of a finished rotation makes no second one (botocore ClientRequestToken)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    secrets.rotate_secret(SecretId=secret, ClientRequestToken=TOKEN)
    aws.settle()

    assert aws.events(secret) == ["RotationStarted", "RotationSucceeded"]


@pytest.mark.parametrize(
    ("unsettled", "expected"),
    [
        (Unsettled(pending_stays=False), ["AWSCURRENT"]),
        (Unsettled(pending_stays=True), ["AWSCURRENT", "AWSPENDING"]),
    ],
    ids=["it goes", "it stays"],
)
@pytest.mark.usefixtures("unsettled")
def test_whether_pending_stays_on_the_new_current(aws, secrets, secret, deploy, expected) -> None:
    """AWSPENDING may stay on the version that became AWSCURRENT; users saw both (aws.md 2.3)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    assert secrets.describe_secret(SecretId=secret)["VersionIdsToStages"][TOKEN] == expected


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
