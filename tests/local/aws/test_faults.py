"""AWS goes wrong as told, at the calls it is told, as often as it is told; over HTTP, with boto3."""

import time
from datetime import timedelta

import botocore.exceptions
import pytest

from local.aws.faults.fault import Fault, FaultKind

A, B, C = ("a" * 32, "b" * 32, "c" * 32)


@pytest.fixture
def fault(aws):
    """Put a fault in force."""

    def fault(kind: str, **details) -> None:
        aws.server.faults.put(Fault(FaultKind(kind), **details))

    return fault


def outcome(call, **arguments) -> str:
    """Name what a call came to: `done`, AWS's code, or botocore's word for a broken connection."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError) as error:
        return type(error).__name__
    return "done"


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("denied", "AccessDeniedException"),
        ("throttled", "ThrottlingException"),
        ("outage", "InternalServiceError"),
        ("reset", "ConnectionClosedError"),
    ],
)
def test_a_refused_call_does_nothing(secrets, secret, fault, kind, seen) -> None:
    """The table of `fault.py`: for as many answers as told, and nothing is done."""
    fault(kind, answers=1)

    first = outcome(secrets.put_secret_value, SecretId=secret, ClientRequestToken=B, SecretString="two")
    versions = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]

    assert (first, B in versions) == (seen, False)
    assert outcome(secrets.put_secret_value, SecretId=secret, SecretString="three") == "done"


def test_a_lost_answer_took_effect(secrets, secret, fault) -> None:
    """`lost`: the value is stored, and the connection is reset instead of an answer."""
    fault("lost", operation="PutSecretValue", answers=1)

    seen = outcome(secrets.put_secret_value, SecretId=secret, ClientRequestToken=B, SecretString="two")

    assert seen == "ConnectionClosedError"
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == B


def test_a_slow_answer_comes_late(secrets, fault) -> None:
    """`slow`: the answer, so many real seconds later."""
    fault("slow", seconds=0.2)
    began = time.monotonic()

    secrets.list_secrets()

    assert time.monotonic() - began >= 0.2


def test_stopping_does_not_wait_for_a_slow_answer(aws, secrets, fault) -> None:
    """A fault of minutes does not hold the bench up."""
    fault("slow", seconds=600)
    aws.server.stop()

    assert outcome(secrets.list_secrets) == "EndpointConnectionError"


@pytest.mark.parametrize(
    ("operation", "hits"),
    [
        ("ListSecrets", (True, False, False)),
        ("secretsmanager:*", (True, False, False)),
        ("lambda:ListFunctions", (False, True, False)),
        ("sqs:*", (False, False, True)),
        ("List*", (True, True, True)),
        (None, (True, True, True)),
    ],
)
def test_a_fault_of_an_operation(aws, fault, operation, hits) -> None:
    """An operation's name hits that operation of any service, with the service before it only that one."""
    fault("throttled", operation=operation)

    calls = (
        aws.client("secretsmanager").list_secrets,
        aws.client("lambda").list_functions,
        aws.client("sqs").list_queues,
    )

    assert tuple(outcome(call) == "ThrottlingException" for call in calls) == hits


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("iam", "list_roles"),
        ("sts", "get_caller_identity"),
        ("sns", "list_topics"),
        ("kms", "list_keys"),
        ("logs", "describe_log_groups"),
        ("cloudwatch", "describe_alarms"),
        ("lambda", "list_functions"),
    ],
)
def test_a_refusal_is_in_the_services_own_form(aws, fault, service, call) -> None:
    """JSON, XML or CBOR: a client of each service reads code and message (botocore, protocols)."""
    fault("denied", operation=f"{'monitoring' if service == 'cloudwatch' else service}:*")

    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(aws.client(service), call)()

    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"].startswith("The caller is not authorized to perform: ")


@pytest.mark.parametrize("form", ["name", "ARN", "partial ARN"])
def test_a_fault_of_a_secret(secrets, secret, fault, form) -> None:
    """A secret named in any way is hit however a call names it, and no other secret is."""
    secrets.create_secret(Name="sellers/one-more", SecretString="PLACEHOLDER")
    fault("throttled", secret={"name": "sellers/one", "ARN": secret, "partial ARN": secret[:-7]}[form])

    seen = [
        outcome(secrets.get_secret_value, SecretId=named)
        for named in (secret, secret[:-7], "sellers/one", "sellers/one-more")
    ]

    assert seen == ["ThrottlingException"] * 3 + ["done"]
    assert outcome(secrets.list_secrets) == "done"


@pytest.mark.rule
def test_writes_share_one_budget(secrets, secret, fault) -> None:
    """PutSecretValue, UpdateSecret and UpdateSecretVersionStage share 50 calls a second (aws.md 5.1)."""
    fault("budget", rate=3)
    writes = [
        (secrets.put_secret_value, {"SecretString": "two"}),
        (secrets.update_secret, {"Description": "three"}),
        (secrets.update_secret_version_stage, {"VersionStage": "MINE", "MoveToVersionId": current(secrets, secret)}),
        (secrets.put_secret_value, {"SecretString": "four"}),
        (secrets.tag_resource, {"Tags": [{"Key": "k", "Value": "v"}]}),
    ]

    seen = [outcome(call, SecretId=secret, **arguments) for call, arguments in writes]

    assert seen == ["done", "done", "done", "ThrottlingException", "done"]


def test_a_read_may_be_some_changes_behind(secrets, secret, fault) -> None:
    """`stale` with `changes`: each read sees the secret as it was so many changes ago; writes see the truth."""
    first = current(secrets, secret)
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=B, SecretString="two")
    fault("stale", changes=1)

    assert current(secrets, secret) == first
    assert secrets.get_secret_value(SecretId=secret)["VersionId"] == first
    assert outcome(secrets.get_secret_value, SecretId=secret, VersionId=B) == "ResourceNotFoundException"
    assert outcome(secrets.put_secret_value, SecretId=secret, ClientRequestToken=C, SecretString="three") == "done"
    assert current(secrets, secret) == B


def test_a_read_may_be_some_time_behind(aws, secrets, secret, fault) -> None:
    """`stale` with `seconds`: each read sees the secret as it was then, by the bench's clock (aws.md 2.8)."""
    first = current(secrets, secret)
    aws.clock.advance(timedelta(minutes=10))
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=B, SecretString="two")
    secrets.tag_resource(SecretId=secret, Tags=[{"Key": "k", "Value": "v"}])
    fault("stale", seconds=300)

    behind = current(secrets, secret), "Tags" in secrets.describe_secret(SecretId=secret)
    aws.clock.advance(timedelta(minutes=6))

    assert behind == (first, False)
    assert (current(secrets, secret), "Tags" in secrets.describe_secret(SecretId=secret)) == (B, True)


def test_a_new_secret_is_not_there_yet(secrets, secret, fault) -> None:
    """A reader behind finds no new secret, in the list neither; one deleted meanwhile is still there."""
    secrets.create_secret(Name="new", SecretString="PLACEHOLDER")
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    fault("stale", changes=1)

    assert outcome(secrets.get_secret_value, SecretId="new") == "ResourceNotFoundException"
    assert [row["ARN"] for row in secrets.list_secrets()["SecretList"]] == [secret]


def test_only_reads_use_up_a_stale_fault(aws, secrets, secret, fault) -> None:
    """`stale` for one answer waits for the first read."""
    fault("stale", changes=1, answers=1)
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=B, SecretString="two")
    waiting = aws.server.faults.all()

    behind = secrets.get_secret_value(SecretId=secret)["VersionId"]

    assert [fault.answers for fault in waiting] == [1]
    assert (behind == B, secrets.get_secret_value(SecretId=secret)["VersionId"] == B) == (False, True)


def test_what_the_driver_changes_is_seen_late_too(aws, secrets, secret, deploy, fault) -> None:
    """A reader behind the end of a rotation still finds AWSPENDING on its version (aws.md 2.8)."""
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=deploy("rotates"), ClientRequestToken=B)
    aws.settle()
    fault("stale", changes=1)

    assert secrets.describe_secret(SecretId=secret)["VersionIdsToStages"][B] == ["AWSCURRENT", "AWSPENDING"]


@pytest.mark.parametrize(
    ("kind", "details", "complaint"),
    [
        ("slow", {}, "slow: needs seconds"),
        ("stale", {"seconds": 1, "changes": 1}, "stale: needs seconds or changes"),
        ("lost", {"seconds": 1}, "seconds: lost takes none"),
        ("budget", {"rate": 0}, "seconds and changes: 0 or more; rate: at least 1"),
        ("denied", {"answers": 0}, "answers: at least 1, or left out for a fault that stays"),
    ],
)
def test_a_fault_that_makes_no_sense(kind, details, complaint) -> None:
    """Numbers that a kind does not take, or lacks, are refused with a sentence."""
    with pytest.raises(ValueError, match=complaint):
        Fault(FaultKind(kind), **details)


def current(secrets, secret) -> str:
    """Tell which version DescribeSecret says is current."""
    stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    return next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
