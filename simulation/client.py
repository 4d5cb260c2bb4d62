"""A boto3-shaped client of the simulated Secrets Manager, over a line that can be disturbed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError, ConnectionClosedError

from local.aws.secrets.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from types_boto3_secretsmanager import SecretsManagerClient

    from simulation.driver import Driver
    from simulation.line import Line
    from simulation.secrets_manager import Held, SecretsManager

T = TypeVar("T")


def client(secrets: SecretsManager, driver: Driver, line: Line) -> SecretsManagerClient:
    """Make what provisioning.store.Store takes for boto3's client."""
    return cast("SecretsManagerClient", _Client(secrets, driver, line))


class _Client:
    """The eight calls that the product makes."""

    def __init__(self, secrets: SecretsManager, driver: Driver, line: Line) -> None:
        self._secrets = secrets
        self._driver = driver
        self._line = line

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:
        return self._call(lambda: _described(self._secrets.find(SecretId), "VersionIdsToStages"))

    def get_paginator(self, _name: str) -> _Client:
        return self

    def paginate(self, *, Filters: Sequence[Mapping[str, Any]], **_: object) -> Iterator[dict[str, Any]]:
        prefix = str(Filters[0]["Values"][0])
        found = self._call(lambda: list(self._secrets.list(prefix)))
        yield {"SecretList": [_described(held, "SecretVersionsToStages") for held in found]}

    def get_secret_value(
        self, *, SecretId: str, VersionStage: str | None = None, VersionId: str | None = None
    ) -> dict[str, Any]:
        version = self._call(lambda: self._secrets.read(SecretId, VersionId, VersionStage))
        text = version.value.text if version.value else ""
        return {"VersionId": version.id, "SecretString": text, "CreatedDate": version.created}

    def put_secret_value(
        self,
        *,
        SecretId: str,
        SecretString: str,
        ClientRequestToken: str,
        VersionStages: Sequence[str],
        RotationToken: str | None = None,  # noqa: ARG002 - sent along, see provisioning.store
    ) -> None:
        labels = frozenset(VersionStages)
        self._call(lambda: self._secrets.put(SecretId, SecretString, ClientRequestToken, labels))

    def update_secret_version_stage(
        self,
        *,
        SecretId: str,
        VersionStage: str,
        MoveToVersionId: str | None = None,
        RemoveFromVersionId: str | None = None,
    ) -> None:
        self._call(lambda: self._secrets.move(SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId))

    def rotate_secret(
        self,
        *,
        SecretId: str,
        RotationLambdaARN: str | None = None,
        RotationRules: Mapping[str, str] | None = None,
        RotateImmediately: bool = True,
    ) -> dict[str, Any]:
        token = self._call(
            lambda: self._driver.rotate(
                self._secrets.find(SecretId), RotationLambdaARN, RotationRules, immediately=RotateImmediately
            )
        )
        return {"VersionId": token}

    def tag_resource(self, *, SecretId: str, Tags: Sequence[Mapping[str, str]]) -> None:
        self._call(lambda: self._secrets.tag(SecretId, {tag["Key"]: tag["Value"] for tag in Tags}))

    def _call(self, effect: Callable[[], T]) -> T:
        try:
            return self._line.carry(effect, _lost, _put_off)
        except Refused as refused:
            raise _error(refused.code, refused.message) from None


def _described(held: Held, versions: str) -> dict[str, Any]:
    return {
        "ARN": held.arn,
        "Name": held.name,
        "Tags": [{"Key": key, "Value": value} for key, value in held.tags.items()],
        versions: {version.id: sorted(version.labels) for version in held.versions.values() if version.labels},
        "RotationEnabled": held.enabled,
        "RotationLambdaARN": held.function,
        "RotationRules": held.rules.document() if held.rules else {},
        "NextRotationDate": held.next_rotation,
        "LastRotatedDate": held.last_rotated,
    }


def _lost() -> Exception:
    return ConnectionClosedError(endpoint_url="https://secretsmanager.eu-west-1.amazonaws.com")


def _put_off() -> Exception:
    return _error("ThrottlingException", "Rate exceeded")


def _error(code: str, message: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]
        "call",
    )
