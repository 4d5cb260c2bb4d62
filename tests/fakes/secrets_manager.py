"""A strict Secrets Manager in memory: refuses what AWS refuses, where moto would not (aws.md 2.2, 2.7, 10.1)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = "123456789012"
REGION = "eu-west-1"


@dataclass
class Held:
    """One secret: its versions' values (None for a version that is still empty) and labels."""

    name: str
    tags: dict[str, str]
    values: dict[str, str | None] = field(default_factory=dict)
    labels: dict[str, set[str]] = field(default_factory=dict)
    rotation: dict[str, Any] = field(default_factory=dict)
    deleted_on: datetime | None = None
    policy: str | None = None
    key: str | None = None
    created: dict[str, datetime] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{self.name}-AbCdEf"

    def holder(self, label: str) -> str | None:
        return next((version for version, labels in self.labels.items() if label in labels), None)

    def current(self) -> str | None:
        """The value a consumer reads."""
        version = self.holder("AWSCURRENT")
        return self.values[version] if version else None

    def attach(self, label: str, version: str) -> None:
        source = self.holder(label)
        if source == version:
            return
        if source:
            self.labels[source].discard(label)
        self.labels.setdefault(version, set()).add(label)
        if label == "AWSCURRENT" and source:
            self.attach("AWSPREVIOUS", source)


class Crash(BaseException):
    """The process died here; nothing may catch it."""


class FakeSecretsManager:
    """Answers like a boto3 client; `calls` lists what was asked; `before` and `after` see each call's name and number.

    `rotated` lists what RotateSecret was told. `any_label_abandons`: whether a put under labels of one's own abandons a
    rotation, which is not known of AWS (aws.md 2.6). A rotation that is started makes an empty AWSPENDING
    version and stops there: the test plays the steps.
    """

    def __init__(self) -> None:
        self.secrets: dict[str, Held] = {}
        self.calls: list[str] = []
        self.rotated: list[dict[str, Any]] = []
        self.any_label_abandons = False
        self.clock: Callable[[], datetime] = lambda: datetime(2026, 1, 1, tzinfo=UTC)
        self.before: Callable[[str, int], None] = lambda _name, _number: None
        self.after: Callable[[str, int], None] = lambda _name, _number: None

    # What a test arranges.

    def declare(self, name: str, tags: dict[str, str] | None = None) -> Held:
        """Make an empty secret, as the Pulumi program does."""
        self.secrets[name] = Held(name, dict(tags or {}))
        return self.secrets[name]

    def begin_rotation(self, name: str) -> str:
        """Make the empty AWSPENDING version that AWS makes before the first step; returns the token."""
        token = str(uuid.uuid4())
        held = self.secrets[name]
        held.values[token] = None
        held.labels[token] = set()
        held.attach("AWSPENDING", token)
        held.rotation.setdefault("RotationEnabled", True)
        return token

    def die(self, when: str, number: int) -> None:
        """Let the process die `before` or `after` its call of that number; after, the call has taken effect."""

        def hook(_name: str, at: int) -> None:
            if at == number:
                raise Crash

        setattr(self, when, hook)

    def live(self) -> None:
        """Let no call be the last any more."""
        self.before = self.after = lambda _name, _number: None

    # What boto3 offers.

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:
        with self._call("DescribeSecret"):
            return self._described(self._held(SecretId), "VersionIdsToStages")

    def get_resource_policy(self, *, SecretId: str) -> dict[str, Any]:
        with self._call("GetResourcePolicy"):
            held = self._held(SecretId)
            return {"ARN": held.arn, "Name": held.name} | ({"ResourcePolicy": held.policy} if held.policy else {})

    def get_paginator(self, name: str) -> FakeSecretsManager:
        assert name == "list_secrets"
        return self

    def paginate(self, *, Filters: list[dict[str, Any]], PaginationConfig: dict[str, int]) -> Iterator[dict[str, Any]]:
        assert PaginationConfig == {"PageSize": 100}
        (wanted,) = Filters
        with self._call("ListSecrets"):
            prefix = wanted["Values"][0]
            found = [held for held in self.secrets.values() if held.name.startswith(prefix) and not held.deleted_on]
            yield {"SecretList": [self._described(held, "SecretVersionsToStages") for held in found]}

    def get_secret_value(self, *, SecretId: str, VersionStage: str, VersionId: str | None = None) -> dict[str, Any]:
        with self._call("GetSecretValue"):
            held = self._live(SecretId)
            version = held.holder(VersionStage)
            if version is None or VersionId not in (None, version) or held.values[version] is None:
                raise _error(
                    "ResourceNotFoundException",
                    f"Secrets Manager can't find the specified secret value for staging label: {VersionStage}",
                )
            created = held.created.get(version, self.clock())
            return {"ARN": held.arn, "VersionId": version, "SecretString": held.values[version], "CreatedDate": created}

    def put_secret_value(
        self,
        *,
        SecretId: str,
        SecretString: str,
        ClientRequestToken: str,
        VersionStages: list[str],
        RotationToken: str | None = None,
    ) -> dict[str, Any]:
        assert RotationToken != ""
        assert 32 <= len(ClientRequestToken) <= 64
        with self._call("PutSecretValue"):
            held = self._live(SecretId)
            present = held.values.get(ClientRequestToken)
            if present is not None:
                if present != SecretString:
                    raise _error("ResourceExistsException", "the version already holds another value")
                return {"VersionStages": sorted(held.labels.get(ClientRequestToken, ()))}
            first = not any(value is not None for value in held.values.values())
            pending = held.holder("AWSPENDING")
            takes_over = self.any_label_abandons or {"AWSCURRENT", "AWSPENDING"} & set(VersionStages)
            if pending not in {None, ClientRequestToken, held.holder("AWSCURRENT")} and takes_over:
                held.labels[str(pending)].discard("AWSPENDING")
            held.values[ClientRequestToken] = SecretString
            held.created[ClientRequestToken] = self.clock()
            held.labels.setdefault(ClientRequestToken, set())
            for label in VersionStages:
                held.attach(label, ClientRequestToken)
            if first and held.holder("AWSCURRENT") is None:
                held.attach("AWSCURRENT", ClientRequestToken)
            return {"VersionStages": sorted(held.labels[ClientRequestToken])}

    def update_secret_version_stage(
        self,
        *,
        SecretId: str,
        VersionStage: str,
        MoveToVersionId: str | None = None,
        RemoveFromVersionId: str | None = None,
    ) -> None:
        with self._call("UpdateSecretVersionStage"):
            held = self._live(SecretId)
            source = held.holder(VersionStage)
            if source != RemoveFromVersionId and (RemoveFromVersionId or source != MoveToVersionId):
                raise _error("InvalidParameterException", f"Version stage {VersionStage} not found in version")
            if MoveToVersionId is None:
                if VersionStage == "AWSCURRENT":
                    raise _error("InvalidParameterException", "You can only move staging label AWSCURRENT")
                held.labels[str(source)].discard(VersionStage)
                return
            if MoveToVersionId not in held.values:
                raise _error("ResourceNotFoundException", "Secrets Manager can't find the specified secret version")
            held.attach(VersionStage, MoveToVersionId)

    def rotate_secret(
        self, *, SecretId: str, RotationLambdaARN: str, RotationRules: dict[str, str], RotateImmediately: bool
    ) -> dict[str, Any]:
        with self._call("RotateSecret"):
            held = self._live(SecretId)
            pending = held.holder("AWSPENDING")
            if pending and pending != held.holder("AWSCURRENT"):
                raise _error(
                    "InvalidRequestException",
                    "A previous rotation isn't complete. That rotation will be reattempted.",
                )
            held.rotation = {
                "RotationEnabled": True,
                "RotationLambdaARN": RotationLambdaARN,
                "RotationRules": dict(RotationRules),
            }
            self.rotated.append({"secret": held.name, "immediately": RotateImmediately, **RotationRules})
            token = self.begin_rotation(held.name) if RotateImmediately else str(uuid.uuid4())
            return {"ARN": held.arn, "VersionId": token}

    def tag_resource(self, *, SecretId: str, Tags: list[dict[str, str]]) -> None:
        with self._call("TagResource"):
            for tag in Tags:
                assert len(tag["Value"]) <= 256
                self._held(SecretId).tags[tag["Key"]] = tag["Value"]

    def cancel_rotate_secret(self, *, SecretId: str) -> dict[str, Any]:
        with self._call("CancelRotateSecret"):
            self._live(SecretId).rotation["RotationEnabled"] = False
            return {}

    def restore_secret(self, *, SecretId: str) -> dict[str, Any]:
        with self._call("RestoreSecret"):
            self._held(SecretId).deleted_on = None
            return {}

    # How it is done.

    def _call(self, name: str) -> _Call:
        self.calls.append(name)
        return _Call(self, name, len(self.calls))

    def _held(self, secret_id: str) -> Held:
        for held in self.secrets.values():
            if secret_id in (held.name, held.arn):
                return held
        raise _error("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

    def _live(self, secret_id: str) -> Held:
        held = self._held(secret_id)
        if held.deleted_on:
            raise _error(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            )
        return held

    @staticmethod
    def _described(held: Held, versions: str) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ARN": held.arn,
            "Name": held.name,
            "Tags": [{"Key": key, "Value": value} for key, value in held.tags.items()],
            versions: {version: sorted(labels) for version, labels in held.labels.items() if labels},
            **held.rotation,
            **({"KmsKeyId": held.key} if held.key else {}),
        }
        return answer | ({"DeletedDate": held.deleted_on} if held.deleted_on else {})


@dataclass
class _Call:
    """Runs the hooks around one call; `after` runs where there was an answer, be it a refusal."""

    fake: FakeSecretsManager
    name: str
    number: int

    def __enter__(self) -> None:
        self.fake.before(self.name, self.number)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, ClientError):
            self.fake.after(self.name, self.number)


def _error(code: str, message: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "call"
    )
