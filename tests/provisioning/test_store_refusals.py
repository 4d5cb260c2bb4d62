"""The store's errors: how each of AWS's refusals and botocore's failures reads to an operator."""

from __future__ import annotations

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
    Throttled,
    Unreachable,
)
from provisioning.store import CURRENT, PENDING, Store
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_secretsmanager import SecretsManagerClient

NAME = "sellerkeys/dev/sellers/berlin/sp-api"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:sellerkeys-dev-rotation"
V1, V2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
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
                lambda action, code=code, kind=kind: kind(f"AWS put {action} on {NAME} off ({code}): run this again"),
                id=code,
            )
            for code, status, kind in [
                ("ThrottlingException", 400, Throttled),
                ("Throttling", 400, Throttled),
                ("TooManyRequestsException", 400, Throttled),
                ("InternalServiceError", 500, Unreachable),
                ("503", 503, Unreachable),
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
    assert_silent(refusal.value, CANARY)


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
    assert_silent(failure.value, CANARY)
