"""The store: what it asks Secrets Manager for, and how each of AWS's refusals reads to an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from provisioning.store import CURRENT, OFFERED, PENDING, Secret, Store, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_secretsmanager import SecretsManagerClient

NAME = "sellerkeys/dev/sellers/berlin/sp-api"
ARN = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{NAME}-AbCdEf"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-dev-rotation"
V1, V2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
ROTATION_TOKEN = "00000000-0000-4000-8000-00000000000f"
CANARY = "Atzr|PLACEHOLDER-CANARY"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PUT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def client() -> SecretsManagerClient:
    """A real client with placeholder keys, which asks nothing twice."""
    return boto3.client(
        "secretsmanager",
        region_name="eu-west-1",
        aws_access_key_id="PLACEHOLDER",
        aws_secret_access_key="PLACEHOLDER",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def aws(client: SecretsManagerClient) -> Iterator[Stubber]:
    """What AWS is going to answer; botocore checks every request and answer against its own model."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def store(client: SecretsManagerClient) -> Store:
    """The store in front of that client."""
    return Store(client, clock=lambda: NOW)


def test_describe(aws: Stubber, store: Store) -> None:
    """DescribeSecret tells everything but the value: labels by version, rotation, tags."""
    aws.add_response(
        "describe_secret",
        {
            "ARN": ARN,
            "Name": NAME,
            "Tags": [{"Key": "sellerkeys:seller", "Value": "berlin"}],
            "VersionIdsToStages": {V1: ["AWSCURRENT"], V2: ["AWSPENDING", "SELLERKEYS_OFFER_x"]},
            "RotationEnabled": True,
            "RotationLambdaARN": FUNCTION,
            "RotationRules": {"ScheduleExpression": "rate(30 days)"},
            "NextRotationDate": NOW,
        },
        {"SecretId": NAME},
    )

    secret = store.describe(NAME)

    assert secret == Secret(
        arn=ARN,
        name=NAME,
        tags={"sellerkeys:seller": "berlin"},
        versions={V1: frozenset({"AWSCURRENT"}), V2: frozenset({"AWSPENDING", "SELLERKEYS_OFFER_x"})},
        rotation_enabled=True,
        rotation_function=FUNCTION,
        schedule="rate(30 days)",
        next_rotation=NOW,
    )
    assert (secret.account, secret.holder(PENDING), secret.holder(OFFERED)) == ("123456789012", V2, None)


def test_an_empty_secret(aws: Stubber, store: Store) -> None:
    """A secret that was only declared has no version, no rotation and no tag."""
    aws.add_response("describe_secret", {"ARN": ARN, "Name": NAME}, {"SecretId": NAME})

    assert store.describe(NAME) == Secret(arn=ARN, name=NAME, tags={}, versions={})


def test_a_schedule_in_days(aws: Stubber, store: Store) -> None:
    """A schedule that somebody set in days reads as the rate it is (aws.md 2.9)."""
    described = {"ARN": ARN, "Name": NAME, "RotationRules": {"AutomaticallyAfterDays": 7}}
    aws.add_response("describe_secret", described, {"SecretId": NAME})

    assert store.describe(NAME).schedule == "rate(7 days)"


@pytest.mark.parametrize(
    ("versions", "pending"),
    [
        ({}, False),
        ({V1: {CURRENT}}, False),
        ({V1: {CURRENT, PENDING}}, False),
        ({V1: {CURRENT}, V2: {PENDING}}, True),
        ({V2: {PENDING}}, True),
    ],
    ids=["empty", "none", "on the current version", "on another one", "without a current one"],
)
def test_when_a_rotation_is_under_way(versions: dict[str, set[str]], *, pending: bool) -> None:
    """AWSPENDING on another version than AWSCURRENT means a rotation is under way (aws.md 2.3, 2.7)."""
    labels = {version: frozenset(found) for version, found in versions.items()}

    assert Secret(arn=ARN, name=NAME, tags={}, versions=labels).is_pending is pending


def test_list(aws: Stubber, store: Store) -> None:
    """ListSecrets is asked for 100 a page, and spells the versions in its own way."""
    asked = {"Filters": [{"Key": "name", "Values": ["sellerkeys/dev/sellers/"]}], "MaxResults": 100}
    listed = {"ARN": ARN, "Name": NAME, "SecretVersionsToStages": {V1: ["AWSCURRENT"]}}
    aws.add_response("list_secrets", {"SecretList": [listed], "NextToken": "x"}, asked)
    aws.add_response("list_secrets", {"SecretList": [listed | {"DeletedDate": NOW}]}, asked | {"NextToken": "x"})

    found = list(store.list("sellerkeys/dev/sellers/"))

    assert [(secret.holder(CURRENT), secret.deleted_on) for secret in found] == [(V1, None), (V1, NOW)]


@pytest.mark.parametrize(
    ("which", "asked"),
    [
        ({}, {"VersionStage": "AWSCURRENT"}),
        ({"label": PENDING, "version": V2}, {"VersionStage": "AWSPENDING", "VersionId": V2}),
    ],
    ids=["current", "by label and version"],
)
def test_read(aws: Stubber, store: Store, which: dict[str, str], asked: dict[str, str]) -> None:
    """A value is read by label, or by label and version; printing it shows nothing."""
    aws.add_response(
        "get_secret_value",
        {"ARN": ARN, "VersionId": V2, "SecretString": CANARY, "CreatedDate": PUT},
        {"SecretId": NAME} | asked,
    )

    value = store.read(NAME, **which)

    assert value == Value(V2, CANARY, PUT)
    assert CANARY not in repr(value)


def test_find_nothing(aws: Stubber, store: Store) -> None:
    """A version without a value is no failure where one only looks."""
    said = "Secrets Manager can't find the specified secret value for VersionId: x"
    aws.add_client_error("get_secret_value", "ResourceNotFoundException", said)

    assert store.find(NAME, label=PENDING, version=V2) is None


@pytest.mark.parametrize("token", [None, ROTATION_TOKEN], ids=["outside a rotation", "inside one"])
def test_put(client: SecretsManagerClient, aws: Stubber, token: str | None) -> None:
    """A value goes with its version id, its labels and, inside a rotation, with the rotation's token (aws.md 2.1)."""
    asked: dict[str, Any] = {
        "SecretId": NAME,
        "SecretString": CANARY,
        "ClientRequestToken": V2,
        "VersionStages": [PENDING, "SELLERKEYS_OFFER_x"],
    }
    aws.add_response("put_secret_value", {}, asked | ({"RotationToken": token} if token else {}))

    Store(client, token).put(NAME, CANARY, version=V2, labels=[PENDING, "SELLERKEYS_OFFER_x"])


@pytest.mark.parametrize(
    ("to", "source", "ends"),
    [
        (V2, V1, {"MoveToVersionId": V2, "RemoveFromVersionId": V1}),
        (V2, None, {"MoveToVersionId": V2}),
        (None, V1, {"RemoveFromVersionId": V1}),
    ],
    ids=["move", "put on", "take off"],
)
def test_move(aws: Stubber, store: Store, to: str | None, source: str | None, ends: dict[str, str]) -> None:
    """A label is moved from the version that holds it, so that of two movers one fails (aws.md 2.2)."""
    aws.add_response("update_secret_version_stage", {}, {"SecretId": NAME, "VersionStage": OFFERED} | ends)

    store.move(NAME, OFFERED, to=to, source=source)


@pytest.mark.parametrize("immediately", [True, False])
def test_rotate(aws: Stubber, store: Store, *, immediately: bool) -> None:
    """RotateSecret sets function and schedule each time, and says whether to start at once (aws.md 2.4)."""
    aws.add_response(
        "rotate_secret",
        {},
        {
            "SecretId": NAME,
            "RotationLambdaARN": FUNCTION,
            "RotationRules": {"ScheduleExpression": "rate(30 days)"},
            "RotateImmediately": immediately,
        },
    )

    store.rotate(NAME, function=FUNCTION, schedule="rate(30 days)", immediately=immediately)


def test_tag(aws: Stubber, store: Store) -> None:
    """Tags are set one beside the other; those not named are left as they are."""
    aws.add_response(
        "tag_resource", {}, {"SecretId": NAME, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]}
    )

    store.tag(NAME, {"a": "1", "b": ""})


@pytest.mark.parametrize(
    ("date", "now"),
    [
        ("Tue, 24 Nov 2026 09:30:00 GMT", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        (None, NOW),
        ("yesterday", NOW),
    ],
    ids=["AWS's", "no date", "no readable date"],
)
def test_the_time_is_aws_s(aws: Stubber, store: Store, date: str | None, now: datetime) -> None:
    """The time is what AWS's last answer said, else this machine's."""
    metadata = {"HTTPHeaders": {"date": date} if date else {}}
    aws.add_response("describe_secret", {"ARN": ARN, "Name": NAME, "ResponseMetadata": metadata}, {"SecretId": NAME})
    before = store.now()
    store.describe(NAME)

    assert (before, store.now()) == (NOW, now)
