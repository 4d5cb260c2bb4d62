"""Secrets Manager's rules on values, versions and labels, over HTTP; each docstring names the rule and its source."""

from datetime import timedelta

import pytest

from tests.local.aws.seen import refusal

A, B, C = ("a" * 32, "b" * 32, "c" * 32)


def stages(secrets, secret) -> dict[str, list[str]]:
    """Return which version has which labels."""
    return secrets.describe_secret(SecretId=secret).get("VersionIdsToStages", {})


@pytest.fixture
def empty(secrets) -> str:
    """Make a secret without a value."""
    return secrets.create_secret(Name="sellers/empty")["ARN"]


@pytest.mark.rule
def test_a_declared_secret_has_no_value(secrets, empty) -> None:
    """GetSecretValue on a secret without a value: ResourceNotFoundException (aws.md 1 no. 5)."""
    found = refusal(secrets.get_secret_value, SecretId=empty)

    assert found == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    )


@pytest.mark.rule
def test_the_first_version_is_current(secrets, empty) -> None:
    """The first version gets AWSCURRENT whatever labels are asked for (botocore PutSecretValue)."""
    secrets.put_secret_value(SecretId=empty, ClientRequestToken=A, SecretString="one", VersionStages=["MINE"])

    assert stages(secrets, empty) == {A: ["AWSCURRENT", "MINE"]}


@pytest.mark.rule
def test_current_moves_and_previous_follows(secrets, empty) -> None:
    """A put moves AWSCURRENT, AWSPREVIOUS follows, other labels stay (botocore PutSecretValue)."""
    for token in (A, B, C):
        secrets.put_secret_value(SecretId=empty, ClientRequestToken=token, SecretString=f"value {token}")
        if token == A:
            secrets.update_secret_version_stage(SecretId=empty, VersionStage="MINE", MoveToVersionId=A)

    assert stages(secrets, empty) == {A: ["MINE"], B: ["AWSPREVIOUS"], C: ["AWSCURRENT"]}


@pytest.mark.rule
def test_the_same_put_again_changes_nothing(secrets, empty) -> None:
    """Same token, same value: no change, labels included (botocore PutSecretValue)."""
    secrets.put_secret_value(SecretId=empty, ClientRequestToken=A, SecretString="one")
    secrets.put_secret_value(SecretId=empty, ClientRequestToken=B, SecretString="two")

    secrets.put_secret_value(SecretId=empty, ClientRequestToken=A, SecretString="one")

    assert stages(secrets, empty) == {A: ["AWSPREVIOUS"], B: ["AWSCURRENT"]}


@pytest.mark.rule(8)
@pytest.mark.parametrize("labels", [["AWSPENDING"], ["AWSCURRENT"]])
def test_a_token_holds_one_value_for_ever(secrets, secret, labels) -> None:
    """A used token with another value, AWSPENDING included: ResourceExistsException (aws.md 10.1 no. 8; botocore)."""
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=B, SecretString="two", VersionStages=labels)

    found = refusal(secrets.put_secret_value, SecretId=secret, ClientRequestToken=B, SecretString="other")

    assert found[0] == "ResourceExistsException"


@pytest.mark.rule(21)
def test_current_is_moved_never_removed(secrets, secret) -> None:
    """AWSCURRENT cannot be removed without a move (aws.md 10.1 no. 21; 2.2)."""
    (current,) = stages(secrets, secret)

    found = refusal(
        secrets.update_secret_version_stage, SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=current
    )

    assert found == (
        "InvalidParameterException",
        "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    )
    assert stages(secrets, secret) == {current: ["AWSCURRENT"]}


@pytest.mark.rule
@pytest.mark.parametrize("removed_from", [None, C], ids=["nothing", "another version"])
def test_a_label_moves_only_from_where_it_is(secrets, empty, removed_from) -> None:
    """RemoveFromVersionId must name the version that has the label (botocore UpdateSecretVersionStage)."""
    for token in (C, A, B):
        secrets.put_secret_value(SecretId=empty, ClientRequestToken=token, SecretString=f"value {token}")
    source = {"RemoveFromVersionId": removed_from} if removed_from else {}

    found = refusal(
        secrets.update_secret_version_stage, SecretId=empty, VersionStage="AWSCURRENT", MoveToVersionId=A, **source
    )

    assert found[0] == "InvalidParameterException"
    assert stages(secrets, empty)[B] == ["AWSCURRENT"]


@pytest.mark.rule
def test_a_version_without_labels_is_deprecated(secrets, secret) -> None:
    """DescribeSecret and ListSecretVersionIds leave unlabelled versions out (botocore IncludeDeprecated)."""
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=B, SecretString="two", VersionStages=["MINE"])
    secrets.update_secret_version_stage(SecretId=secret, VersionStage="MINE", RemoveFromVersionId=B)

    listed = secrets.list_secret_version_ids(SecretId=secret)["Versions"]
    everything = secrets.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]

    assert B not in stages(secrets, secret)
    assert B not in [version["VersionId"] for version in listed]
    assert B in [version["VersionId"] for version in everything]


@pytest.mark.rule
def test_a_stage_and_a_version_that_disagree(secrets, secret) -> None:
    """VersionId and VersionStage must name the same version (botocore GetSecretValue)."""
    (current,) = stages(secrets, secret)

    found = refusal(secrets.get_secret_value, SecretId=secret, VersionId=current, VersionStage="AWSPENDING")

    assert found[0] == "InvalidRequestException"


@pytest.mark.rule(22)
@pytest.mark.parametrize("value", ["x" * 65_537, "é" * 32_769], ids=["characters", "bytes"])
def test_a_value_has_at_most_65536_bytes(secrets, secret, value) -> None:
    """A value of 65,537 bytes is refused, whatever its characters (aws.md 10.1 no. 22; 5.1)."""
    found = refusal(secrets.put_secret_value, SecretId=secret, SecretString=value)

    assert found[0] == "ValidationException"
    assert value not in found[1]


@pytest.mark.rule
def test_a_value_of_65536_bytes_fits(secrets, secret) -> None:
    """A value of 65,536 bytes is taken (aws.md 5.1)."""
    secrets.put_secret_value(SecretId=secret, SecretString="x" * 65_536)

    assert len(secrets.get_secret_value(SecretId=secret)["SecretString"]) == 65_536


@pytest.mark.rule
def test_a_version_holds_at_most_20_labels(secrets, secret) -> None:
    """The 21st label of a version is refused (aws.md 2.2)."""
    (current,) = stages(secrets, secret)
    for number in range(19):
        secrets.update_secret_version_stage(SecretId=secret, VersionStage=f"L{number}", MoveToVersionId=current)

    found = refusal(secrets.update_secret_version_stage, SecretId=secret, VersionStage="L19", MoveToVersionId=current)

    assert found[0] == "LimitExceededException"


@pytest.mark.rule(23)
def test_old_versions_go_young_ones_stay(aws, secrets, secret) -> None:
    """The newest 100 versions stay, and all of the last 24 hours (aws.md 10.1 no. 23; botocore PutSecretValue)."""
    for number in range(120):
        secrets.put_secret_value(SecretId=secret, SecretString=f"value {number}")
    young = secrets.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    aws.clock.advance(timedelta(hours=25))

    secrets.put_secret_value(SecretId=secret, SecretString="the next day")

    kept = secrets.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]
    assert (len(young), len(kept)) == (121, 100)


def test_too_many_versions_in_a_day(secrets, secret) -> None:
    """A loop of puts runs into LimitExceededException (aws.md 2.10); at how many is not documented."""
    for number in range(249):
        secrets.put_secret_value(SecretId=secret, SecretString=f"value {number}")

    found = refusal(secrets.put_secret_value, SecretId=secret, SecretString="one too many")

    assert found[0] == "LimitExceededException"


@pytest.mark.rule(27)
def test_a_name_is_taken_during_recovery(aws, secrets, secret) -> None:
    """Re-creating a deleted secret: InvalidRequestException until its recovery window ends (aws.md 10.1 no. 27)."""
    secrets.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    found = refusal(secrets.create_secret, Name="sellers/one")
    aws.clock.advance(timedelta(days=7, seconds=1))

    again = secrets.create_secret(Name="sellers/one")["ARN"]

    assert found == (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
    assert again != secret


@pytest.mark.rule
@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_secret_value", {}),
        ("put_secret_value", {"SecretString": "two"}),
        ("update_secret", {"SecretString": "two"}),
        ("rotate_secret", {}),
        ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
        ("delete_secret", {}),
    ],
)
def test_a_deleted_secret_is_out_of_reach(secrets, secret, operation, arguments) -> None:
    """A secret scheduled for deletion can be described and restored, nothing else (botocore DescribeSecretResponse)."""
    secrets.delete_secret(SecretId=secret)

    found = refusal(getattr(secrets, operation), SecretId=secret, **arguments)
    described = secrets.describe_secret(SecretId=secret)
    secrets.restore_secret(SecretId=secret)

    assert found[0] == "InvalidRequestException"
    assert "DeletedDate" in described
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "PLACEHOLDER first"


@pytest.mark.rule
@pytest.mark.usefixtures("secret")
def test_an_existing_name_is_refused(secrets) -> None:
    """CreateSecret of a name in use: ResourceExistsException (botocore CreateSecret)."""
    found = refusal(secrets.create_secret, Name="sellers/one", SecretString="two")

    assert found == ("ResourceExistsException", "The operation failed because the secret sellers/one already exists.")


@pytest.mark.rule
def test_a_batch_answers_for_each_secret(secrets, secret, empty) -> None:
    """BatchGetSecretValue tells values and errors apart, at most 20 (aws.md 5.1; botocore BatchGetSecretValue)."""
    answer = secrets.batch_get_secret_value(SecretIdList=[secret, empty])

    assert [found["ARN"] for found in answer["SecretValues"]] == [secret]
    assert [(error["SecretId"], error["ErrorCode"]) for error in answer["Errors"]] == [
        (empty, "ResourceNotFoundException")
    ]


def test_dates_are_the_benchs(aws, secrets) -> None:
    """Secrets live on the bench's clock (design.md 9)."""
    aws.clock.advance(timedelta(days=40))
    secrets.create_secret(Name="later", SecretString="one")

    made = secrets.describe_secret(SecretId="later")["CreatedDate"]

    assert abs(made - aws.clock.now()) < timedelta(minutes=1)


@pytest.mark.rule
def test_a_partial_arn_and_a_name_find_the_secret(secrets, secret) -> None:
    """SecretId may be a name, an ARN or an ARN without its six characters (botocore SecretIdType)."""
    found = {secrets.describe_secret(SecretId=key)["ARN"] for key in (secret, secret[:-7], "sellers/one")}

    assert found == {secret}
