"""Where AWS's behaviour is not known the bench can do either; each docstring names the question and its source."""

import pytest

from local.aws.unsettled import Unsettled
from tests.local.aws.seen import labelled

TOKEN = "d" * 32
PUTS = """
import boto3
def handler(event, context):
    if event["Step"] == "createSecret":
        given = {{"RotationToken": event["RotationToken"]}} if {passed_on} else {{}}
        boto3.client("secretsmanager").put_secret_value(
            SecretId=event["SecretId"],
            ClientRequestToken=event["ClientRequestToken"],
            SecretString="PLACEHOLDER",
            VersionStages=["AWSPENDING"],
            **given,
        )
"""


@pytest.mark.rule
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


@pytest.mark.rule(19)
@pytest.mark.parametrize(
    ("unsettled", "values"),
    [(Unsettled(trial_has_value=False), ["none"]), (Unsettled(trial_has_value=True), ["PLACEHOLDER first"])],
    ids=["no value", "a copy"],
)
@pytest.mark.usefixtures("unsettled")
def test_whether_a_trial_sees_a_value(aws, secrets, secret, deploy, tmp_path, values) -> None:
    """What testSecret finds under RotateImmediately=false, nothing or a copy, is not known (aws.md 10.1 no. 19; 11)."""
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
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy(files={"main.py": source}), RotateImmediately=False)
    aws.settle()

    assert (tmp_path / "seen").read_text() == f"testSecret {values[0]}"


@pytest.mark.rule
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
    """Whether AWSPENDING stays on the version that became AWSCURRENT is not known; users saw both (aws.md 2.3)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=TOKEN)
    aws.settle()

    assert secrets.describe_secret(SecretId=secret)["VersionIdsToStages"][TOKEN] == expected


@pytest.mark.rule
@pytest.mark.parametrize("passed_on", [False, True], ids=["left out", "passed on"])
@pytest.mark.parametrize(
    "unsettled",
    [Unsettled(rotation_token_required=False), Unsettled(rotation_token_required=True)],
    ids=["not required", "required"],
)
def test_whether_a_put_needs_the_rotation_token(aws, secrets, secret, deploy, unsettled, passed_on) -> None:
    """Whether a rotation's PutSecretValue must carry its RotationToken is not known (aws.md 2.1, 11 no. 6)."""
    arn = deploy(files={"main.py": PUTS.format(passed_on=passed_on)})

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, ClientRequestToken=TOKEN)
    aws.settle()

    listed = secrets.list_secret_version_ids(SecretId=secret)["Versions"]
    stored = TOKEN in [version["VersionId"] for version in listed]
    assert stored is (passed_on or not unsettled.rotation_token_required)
