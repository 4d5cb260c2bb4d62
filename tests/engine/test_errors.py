"""AWS's errors as sentences."""

from __future__ import annotations

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ParamValidationError

from local.engine.provider.errors import is_missing, sentence


def refusal(operation: str, code: str, message: str = "") -> ClientError:
    """An error as AWS answers it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            refusal("CreateRole", "EntityAlreadyExists", "Role with name a already exists."),
            "creating a: AWS refused CreateRole with EntityAlreadyExists: Role with name a already exists",
        ),
        (
            refusal(
                "CreateSecret",
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            ),
            (
                "creating a: AWS refused CreateSecret with InvalidRequestException: "
                "You can't create this secret because a secret with this name is already scheduled for deletion; "
                "restore it (aws secretsmanager restore-secret) and import it, "
                "or wait until its recovery window is over"
            ),
        ),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"),
            'creating a: AWS could not be reached: Could not connect to the endpoint URL: "http://127.0.0.1:1/"',
        ),
    ],
    ids=["refused", "scheduled for deletion", "unreachable"],
)
def test_one_sentence(error: ClientError | BotoCoreError, text: str) -> None:
    """It says what was being done, what AWS answered, and what helps."""
    assert sentence("creating a", error) == text


@pytest.mark.parametrize("rest", [", type: <class 'str'>, valid types: <class 'dict'>", ", valid min value: 90"])
def test_a_value_is_never_quoted(rest: str) -> None:
    """Botocore quotes a value it refuses; an argument may be a secret."""
    error = ParamValidationError(report=f"Invalid type for parameter Environment, value: PLACEHOLDER{rest}")

    assert sentence("creating a", error) == (
        f"creating a: Parameter validation failed: Invalid type for parameter Environment{rest}"
    )


@pytest.mark.parametrize("code", ["NotFoundException", "ResourceNotFoundException", "NoSuchEntity", "ResourceNotFound"])
def test_missing(code: str) -> None:
    """AWS's services have several words for what is not there."""
    assert is_missing(refusal("DescribeKey", code))


def test_refused_is_not_missing() -> None:
    """A denied look must never pass for a deleted resource."""
    assert not is_missing(refusal("DescribeKey", "AccessDeniedException"))
