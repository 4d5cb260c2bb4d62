"""RotateSecret with RotateImmediately=false, over HTTP; each docstring names the rule and its source."""

from datetime import timedelta

import pytest

from tests.local.aws.seen import labelled


@pytest.mark.rule(18)
def test_a_trial_leaves_no_version(aws, secrets, secret, deploy, tmp_path, recorded) -> None:
    """RotateImmediately=false runs testSecret alone, then removes its version (aws.md 10.1 no. 18; 2.4)."""
    arn = deploy("rotates", variables={"RECORD": str(tmp_path / "record")})
    before = labelled(secrets, secret)

    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, RotateImmediately=False)
    aws.settle()

    assert labelled(secrets, secret) == before
    assert [event["Step"] for event in recorded()] == ["testSecret"]
    assert aws.events(secret) == ["TestRotationStarted", "TestRotationSucceeded"]
    assert secrets.describe_secret(SecretId=secret)["RotationEnabled"] is True


@pytest.mark.rule
def test_a_failed_trial_is_told_and_not_retried(aws, secrets, secret, failing) -> None:
    """A trial that fails removes its version too (aws.md 2.4)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=failing("testSecret"), RotateImmediately=False)
    aws.clock.advance(timedelta(hours=1))
    aws.settle()

    assert aws.events(secret) == ["TestRotationStarted", "TestRotationFailed"]
    assert "AWSPENDING" not in labelled(secrets, secret)


def test_what_is_held_runs_afterwards(aws, secrets, secret, deploy, tmp_path, recorded) -> None:
    """A measurement may have AWS rotate later: nothing begins while it holds, and nothing is lost."""
    arn = deploy("rotates", variables={"RECORD": str(tmp_path / "record")})

    with aws.server.rotations.held():
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=arn, RotateImmediately=False)
        assert not aws.server.rotations.wait_idle(0.2)
        assert aws.events(secret) == []
    aws.settle()

    assert [event["Step"] for event in recorded()] == ["testSecret"]
