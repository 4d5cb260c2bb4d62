"""The store: what it asks Secrets Manager for, and how each of AWS's refusals reads to an operator."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import exceptions as boto
from botocore.config import Config
from botocore.stub import Stubber

from provisioning.errors import (
    AccessDenied,
    RotationPending,
    SecretBeingDeleted,
    SecretEmpty,
    SecretNotDeclared,
    SellerkeysError,
    Unreachable,
)
from provisioning.store import CURRENT, OFFERED, PENDING, Secret, Store, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_secretsmanager import SecretsManagerClient

NAME = "sellerkeys/dev/sellers/berlin/sp-api"
ARN = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{NAME}-AbCdEf"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-dev-rotation"
V1, V2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
ROTATION_TOKEN = "00000000-0000-4000-8000-00000000000f"
CANARY = "Atzr|PLACEHOLDER-CANARY"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

CALLS: list[Any] = [
    pytest.param("describe_secret", lambda store: store.describe(NAME), id="DescribeSecret"),
    pytest.param("get_secret_value", lambda store: store.read(NAME), id="GetSecretValue"),
    pytest.param(
        "put_secret_value", lambda store: store.put(NAME, CANARY, version=V1, labels=[PENDING]), id="PutSecretValue"
    ),
    pytest.param(
        "update_secret_version_stage",
        lambda store: store.move(NAME, CURRENT, to=V2, source=V1),
        id="UpdateSecretVersionStage",
    ),
    pytest.param(
        "rotate_secret",
        lambda store: store.rotate(NAME, function=FUNCTION, schedule="rate(30 days)", immediately=True),
        id="RotateSecret",
    ),
    pytest.param("tag_resource", lambda store: store.tag(NAME, {"a": "b"}), id="TagResource"),
    pytest.param("list_secrets", lambda store: list(store.list(NAME)), id="ListSecrets"),
]
ACTIONS = {call.values[0]: call.id for call in CALLS}


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


# What is asked.


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
        "get_secret_value", {"ARN": ARN, "VersionId": V2, "SecretString": CANARY}, {"SecretId": NAME} | asked
    )

    value = store.read(NAME, **which)

    assert value == Value(V2, CANARY)
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


# What time it is.


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


# What is refused.


@pytest.mark.parametrize(("operation", "call"), CALLS)
@pytest.mark.parametrize(
    ("code", "said", "status", "failure"),
    [
        pytest.param(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
            400,
            lambda _: SecretNotDeclared(NAME),
            id="not declared",
        ),
        pytest.param(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            400,
            lambda _: SecretEmpty(NAME),
            id="empty",
        ),
        pytest.param(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
            400,
            lambda _: SecretBeingDeleted(NAME),
            id="marked for deletion",
        ),
        pytest.param(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was deleted.",
            400,
            lambda _: SecretBeingDeleted(NAME),
            id="deleted",
        ),
        pytest.param(
            "InvalidRequestException",
            "A previous rotation isn't complete. That rotation will be reattempted.",
            400,
            lambda _: RotationPending(NAME),
            id="rotation pending",
        ),
        pytest.param(
            "AccessDeniedException",
            "User: x is not authorized to perform: y on resource: sellerkeys/dev/sellers/deleted-goods/sp-api",
            400,
            lambda action: AccessDenied(action, NAME),
            id="denied, for a seller named deleted-goods",
        ),
        pytest.param(
            "AccessDeniedException",
            "Access to KMS is not allowed",
            400,
            lambda action: AccessDenied(action, NAME),
            id="denied by KMS",
        ),
        *(
            pytest.param(
                code,
                CANARY,
                400,
                lambda _, code=code: Unreachable(
                    f"AWS does not accept these credentials ({code}): sign in again, then run this again"
                ),
                id=code,
            )
            for code in [
                "ExpiredTokenException",
                "ExpiredToken",
                "UnrecognizedClientException",
                "InvalidSignatureException",
                "InvalidClientTokenId",
                "IncompleteSignatureException",
            ]
        ),
        *(
            pytest.param(
                code,
                CANARY,
                status,
                lambda action, code=code: Unreachable(f"AWS put {action} on {NAME} off ({code}): run this again"),
                id=code,
            )
            for code, status in [
                ("ThrottlingException", 400),
                ("Throttling", 400),
                ("TooManyRequestsException", 400),
                ("InternalServiceError", 500),
                ("503", 503),
            ]
        ),
    ],
)
def test_what_aws_refuses(
    aws: Stubber,
    store: Store,
    operation: str,
    call: Callable[[Store], object],
    code: str,
    said: str,
    status: int,
    failure: Callable[[str], SellerkeysError],
) -> None:
    """Each of AWS's refusals is one of our errors, with its sentence and exit code, from every call alike."""
    aws.add_client_error(operation, code, said, http_status_code=status)

    with pytest.raises(SellerkeysError) as refusal:
        call(store)

    expected = failure(ACTIONS[operation])
    assert (type(refusal.value), str(refusal.value)) == (type(expected), str(expected))
    _assert_silent(refusal.value)


@pytest.mark.parametrize(("operation", "call"), CALLS)
def test_what_we_did_not_foresee(aws: Stubber, store: Store, operation: str, call: Callable[[Store], object]) -> None:
    """Any other refusal is told in AWS's words; not for PutSecretValue, where they may quote the value."""
    aws.add_client_error(operation, "InvalidParameterException", f"Value '{CANARY}' is wrong.")

    with pytest.raises(SellerkeysError) as refusal:
        call(store)

    action = ACTIONS[operation]
    told = "CloudTrail has the reason" if action == "PutSecretValue" else f"Value '{CANARY}' is wrong."
    assert str(refusal.value) == f"AWS refused {action} on {NAME}: InvalidParameterException: {told}"
    assert refusal.value.exit_code == 1
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(("operation", "call"), CALLS)
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(
            boto.EndpointConnectionError(endpoint_url=CANARY),
            "AWS could not be reached for ACTION on NAME (EndpointConnectionError): run this again",
            id="no connection",
        ),
        pytest.param(
            boto.ReadTimeoutError(endpoint_url=CANARY),
            "AWS could not be reached for ACTION on NAME (ReadTimeoutError): run this again",
            id="timeout",
        ),
        pytest.param(
            boto.SSLError(endpoint_url="x", error=CANARY),
            "AWS could not be reached for ACTION on NAME (SSLError): run this again",
            id="TLS",
        ),
        pytest.param(
            boto.NoCredentialsError(),
            "no AWS credentials were found: set AWS_PROFILE, or sign in, then run this again",
            id="no credentials",
        ),
        *(
            pytest.param(
                error,
                f"AWS credentials could not be had ({type(error).__name__}): sign in again, then run this again",
                id=type(error).__name__,
            )
            for error in [
                boto.PartialCredentialsError(provider="env", cred_var=CANARY),
                boto.CredentialRetrievalError(provider="process", error_msg=CANARY),
                boto.UnauthorizedSSOTokenError(),
                boto.TokenRetrievalError(provider="sso", error_msg=CANARY),
            ]
        ),
        pytest.param(
            boto.ParamValidationError(report=f"Invalid type for parameter SecretString, value: {CANARY}"),
            "boto3 did not take ACTION on NAME as it was asked: this is a defect of sellerkeys; report it",
            id="our own mistake",
        ),
    ],
)
def test_what_never_reaches_aws(
    client: SecretsManagerClient,
    store: Store,
    operation: str,
    call: Callable[[Store], object],
    error: boto.BotoCoreError,
    sentence: str,
) -> None:
    """What botocore itself fails with is told by its kind; its text, which may quote anything, is not."""

    def fail(**_: object) -> None:
        raise error

    client.meta.events.register("before-send", fail)

    with pytest.raises(SellerkeysError) as failure:
        call(store)

    assert str(failure.value) == sentence.replace("ACTION", ACTIONS[operation]).replace("NAME", NAME)
    assert isinstance(failure.value, Unreachable) is not isinstance(error, boto.ParamValidationError)
    _assert_silent(failure.value)


def _assert_silent(error: BaseException) -> None:
    """Neither the text nor a printed traceback with its chain hold the canary."""
    assert CANARY not in "".join((repr(error), *traceback.format_exception(error)))
    assert error.__cause__ is None
    assert error.__suppress_context__
