"""Secrets Manager in eleven calls: the one module that knows boto3's shapes of a secret.

It takes a boto3 client, returns our types and raises our errors; only `Value` ever holds a secret's value.
Needs botocore and the standard library only: this module ships in every function's zip.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from provisioning.errors import (
    AccessDenied,
    LabelMoved,
    RotationPending,
    SecretBeingDeleted,
    SecretEmpty,
    SecretNotDeclared,
    SellerkeysError,
    Throttled,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from types_boto3_secretsmanager import SecretsManagerClient

CURRENT: Final = "AWSCURRENT"
PENDING: Final = "AWSPENDING"
PREVIOUS: Final = "AWSPREVIOUS"
#: Holds what a rotation is to lay over AWSCURRENT (design.md 4).
OFFERED: Final = "SELLERKEYS_OFFERED"
#: The same, but no rotation touches it until a person has approved it (design.md 2).
WAITING: Final = "SELLERKEYS_WAITING"
#: Beside OFFERED: a person has approved that the offer brings another selling partner id.
APPROVED: Final = "SELLERKEYS_APPROVED"
#: Holds an offer that nobody takes up by himself: a refresh token that would otherwise be lost.
KEPT: Final = "SELLERKEYS_KEPT"
#: Put on a first value: it becomes AWSCURRENT by itself only if nobody else was first (botocore, PutSecretValue).
FIRST: Final = "SELLERKEYS_FIRST"

_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_BAD_KEYS = frozenset(
    {
        "ExpiredTokenException",
        "ExpiredToken",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "InvalidClientTokenId",
        "IncompleteSignatureException",
    }
)
_NO_CREDENTIALS = (CredentialRetrievalError, PartialCredentialsError, SSOError, TokenRetrievalError)
#: What AWS answers where the secret's state forbids the call; only its text says which.
_WRONG_STATE = "InvalidRequestException"
_TAKES_VALUE = "PutSecretValue"
_MOVES_LABEL = "UpdateSecretVersionStage"
_FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Secret:
    """What DescribeSecret and ListSecrets tell: everything about a secret but its value.

    `versions` maps a version id to its staging labels; `schedule` is the rotation's schedule expression;
    `deleted_on` the day on which a secret in its recovery window is to go; `key` the key it is encrypted with, None for
    AWS's own; `replicas` the regions it is copied to.
    """

    arn: str
    name: str
    tags: Mapping[str, str]
    versions: Mapping[str, frozenset[str]]
    rotation_enabled: bool = False
    rotation_function: str | None = None
    schedule: str | None = None
    last_rotated: datetime | None = None
    next_rotation: datetime | None = None
    deleted_on: datetime | None = None
    key: str | None = None
    replicas: tuple[str, ...] = ()

    def holder(self, label: str) -> str | None:
        """Name the version that holds `label`; None if none does."""
        for version, labels in self.versions.items():
            if label in labels:
                return version
        return None

    @property
    def account(self) -> str:
        """The AWS account the secret lies in."""
        return self.arn.split(":")[4]

    @property
    def is_pending(self) -> bool:
        """Whether a rotation is under way: AWSPENDING stands on another version than AWSCURRENT (aws.md 2.3)."""
        pending = self.holder(PENDING)
        return pending is not None and pending != self.holder(CURRENT)


@dataclass(frozen=True, slots=True)
class Value:
    """One version of a secret, value included, and when it was put."""

    version: str
    text: str = field(repr=False)
    created_at: datetime


class Store:
    """Reads and writes secrets through a boto3 Secrets Manager client.

    Every method raises SecretNotDeclared, SecretBeingDeleted, AccessDenied or Unreachable; others are named where they
    arise. `rotation_token` goes with every value put, as AWS asks of a function that acts for a rotation (aws.md 2.1).
    """

    def __init__(
        self,
        client: SecretsManagerClient,
        rotation_token: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._rotation_token = rotation_token
        self._clock = clock
        self._date: str | None = None

    def now(self) -> datetime:
        """Tell the time as AWS's last answer did, so that no machine's clock gets into a tag; else the local one's."""
        try:
            return parsedate_to_datetime(self._date) if self._date else self._clock()
        except ValueError:
            return self._clock()

    def describe(self, secret_id: str) -> Secret:
        """Tell all about a secret but its value."""
        return _secret(self._ask("DescribeSecret", secret_id, self._client.describe_secret))

    def list(self, prefix: str) -> Iterator[Secret]:
        """List the secrets whose name begins with `prefix`, 100 a page; may lag by five minutes (aws.md 2.8)."""
        pages = self._client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [prefix]}], PaginationConfig={"PageSize": 100}
        )
        with aws_errors("ListSecrets", prefix):
            for page in pages:
                yield from (_secret(entry) for entry in page["SecretList"])

    def policy(self, secret_id: str) -> dict[str, Any] | None:
        """Read the policy that is attached to a secret; None where there is none."""
        text = self._ask("GetResourcePolicy", secret_id, self._client.get_resource_policy).get("ResourcePolicy")
        return dict(json.loads(text)) if text else None

    def read(self, secret_id: str, *, label: str = CURRENT, version: str | None = None) -> Value:
        """Read a value by label, or by label and version; raises SecretEmpty if there is none."""
        which = {"VersionStage": label} | ({"VersionId": version} if version else {})
        answer = self._ask("GetSecretValue", secret_id, self._client.get_secret_value, **which)
        return Value(answer["VersionId"], answer.get("SecretString", ""), answer["CreatedDate"])

    def find(self, secret_id: str, *, label: str, version: str) -> Value | None:
        """Read a value like `read`, but give None where there is none."""
        try:
            return self.read(secret_id, label=label, version=version)
        except SecretEmpty:
            return None

    def put(self, secret_id: str, text: str, *, version: str, labels: Sequence[str]) -> frozenset[str]:
        """Put a new version under `labels`, and tell the labels it now has; the same again does nothing."""
        asked: dict[str, Any] = {"SecretString": text, "ClientRequestToken": version, "VersionStages": list(labels)}
        if self._rotation_token:
            asked["RotationToken"] = self._rotation_token
        answer = self._ask(_TAKES_VALUE, secret_id, self._client.put_secret_value, **asked)
        return frozenset((answer or {}).get("VersionStages", ()))

    def move(self, secret_id: str, label: str, *, to: str | None, source: str | None) -> None:
        """Move `label` from version `source` to version `to`; `to` None takes it off, `source` None expects it nowhere.

        A compare-and-swap: raises LabelMoved where the label is not on `source` (botocore, UpdateSecretVersionStage).
        """
        ends = {"MoveToVersionId": to, "RemoveFromVersionId": source}
        asked = {end: version for end, version in ends.items() if version}
        call = self._client.update_secret_version_stage
        self._ask(_MOVES_LABEL, secret_id, call, VersionStage=label, **asked)

    def rotate(self, secret_id: str, *, function: str, schedule: str, immediately: bool) -> str:
        """Set the rotation's function and schedule, and start one if `immediately`; raises RotationPending.

        Returns the id of the version that the rotation, or its trial, makes.
        """
        answer = self._ask(
            "RotateSecret",
            secret_id,
            self._client.rotate_secret,
            RotationLambdaARN=function,
            RotationRules={"ScheduleExpression": schedule},
            RotateImmediately=immediately,
        )
        return str(answer.get("VersionId", ""))

    def cancel_rotation(self, secret_id: str) -> None:
        """Turn rotation off and stop one that runs; its labels stay where they are (botocore, CancelRotateSecret)."""
        self._ask("CancelRotateSecret", secret_id, self._client.cancel_rotate_secret)

    def restore(self, secret_id: str) -> None:
        """Bring a secret back within its recovery window."""
        self._ask("RestoreSecret", secret_id, self._client.restore_secret)

    def tag(self, secret_id: str, tags: Mapping[str, str]) -> None:
        """Set tags, leaving the others as they are."""
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._ask("TagResource", secret_id, self._client.tag_resource, Tags=listed)

    def _ask(self, action: str, secret_id: str, call: Callable[..., Any], **asked: Any) -> Any:  # noqa: ANN401 - boto3's
        with aws_errors(action, secret_id):
            answer = call(SecretId=secret_id, **asked)
        headers = (answer or {}).get("ResponseMetadata", {}).get("HTTPHeaders", {})
        self._date = headers.get("date", self._date)
        return answer


def _secret(answer: Mapping[str, Any]) -> Secret:
    # DescribeSecret and ListSecrets spell the versions differently.
    versions = answer.get("VersionIdsToStages") or answer.get("SecretVersionsToStages") or {}
    rules = answer.get("RotationRules") or {}
    days = rules.get("AutomaticallyAfterDays")
    return Secret(
        arn=answer["ARN"],
        name=answer["Name"],
        tags={tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])},
        versions={version: frozenset(labels) for version, labels in versions.items()},
        rotation_enabled=answer.get("RotationEnabled", False),
        rotation_function=answer.get("RotationLambdaARN"),
        schedule=rules.get("ScheduleExpression") or (f"rate({days} days)" if days else None),
        last_rotated=answer.get("LastRotatedDate"),
        next_rotation=answer.get("NextRotationDate"),
        deleted_on=answer.get("DeletedDate"),
        key=answer.get("KmsKeyId"),
        replicas=tuple(sorted(copy["Region"] for copy in answer.get("ReplicationStatus", []))),
    )


@contextmanager
def aws_errors(action: str, target: str) -> Iterator[None]:
    """Turn botocore's errors about `action` on `target` into ours."""
    try:
        yield
    except ClientError as error:
        raise _translated(error, action, target) from None
    except NoCredentialsError:
        raise Unreachable("no AWS credentials were found: set AWS_PROFILE, or sign in, then run this again") from None
    except _NO_CREDENTIALS as error:
        raise Unreachable(
            f"AWS credentials could not be had ({type(error).__name__}): sign in again, then run this again"
        ) from None
    except ParamValidationError:
        raise SellerkeysError(
            f"boto3 did not take {action} on {target} as it was asked: this is a defect of sellerkeys; report it"
        ) from None
    except BotoCoreError as error:
        raise Unreachable(
            f"AWS could not be reached for {action} on {target} ({type(error).__name__}): run this again"
        ) from None


def _translated(error: ClientError, action: str, secret_id: str) -> SellerkeysError:
    code = error.response.get("Error", {}).get("Code", "")
    said = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # A refused value may stand in the words of its refusal.
    told = "CloudTrail has the reason" if action == _TAKES_VALUE else said
    failure = SellerkeysError(f"AWS refused {action} on {secret_id}: {code}: {told}")
    if code == "ResourceNotFoundException":
        failure = SecretEmpty(secret_id) if "secret value" in said else SecretNotDeclared(secret_id)
    elif code == _WRONG_STATE and ("deletion" in said or "deleted" in said):
        failure = SecretBeingDeleted(secret_id)
    elif code == _WRONG_STATE and "previous rotation isn" in said:
        failure = RotationPending(secret_id)
    elif code == "InvalidParameterException" and action == _MOVES_LABEL and "stag" in said.lower():
        failure = LabelMoved(secret_id)
    elif code in _DENIED:
        failure = AccessDenied(action, secret_id)
    elif code in _BAD_KEYS:
        failure = Unreachable(f"AWS does not accept these credentials ({code}): sign in again, then run this again")
    elif code.startswith(("Throttl", "TooManyRequests")):
        failure = Throttled(f"AWS put {action} on {secret_id} off ({code}): run this again")
    elif status >= _FIRST_SERVER_ERROR:
        failure = Unreachable(f"AWS put {action} on {secret_id} off ({code}): run this again")
    return failure
