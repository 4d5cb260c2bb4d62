"""A rotation function that only looks: what it sees it writes into tags of the secret, for `make live` to read.

What it does follows from the secret's name: `…/probe/trial`, `…/probe/retries`, `…/probe/token`.
"""

from __future__ import annotations

import os
import time
from typing import Any

import boto3

_PLACEHOLDER = "PLACEHOLDER-LIVE"


class StillFails(Exception):
    """What this secret is there for."""


def handle(event: dict[str, Any], _context: object = None) -> None:
    """Do one step."""
    secrets = boto3.client("secretsmanager")
    what = event["SecretId"].rpartition("/")[2].rpartition("-")[0]
    {"trial": _trial, "retries": _fail, "token": _rotate}[what](secrets, event)


def _trial(secrets: Any, event: dict[str, Any]) -> None:  # noqa: ANN401 - a client of boto3
    """Note whether a test of the rotation finds a value in AWSPENDING."""
    try:
        secrets.get_secret_value(SecretId=event["SecretId"], VersionId=event["ClientRequestToken"])
    except secrets.exceptions.ClientError as refused:
        seen = "no value" if refused.response["Error"]["Code"] == "ResourceNotFoundException" else "denied"
    else:
        seen = "a value"
    _note(secrets, event, event["Step"], seen)


def _fail(secrets: Any, event: dict[str, Any]) -> None:  # noqa: ANN401 - a client of boto3
    """Note when an attempt came, and fail."""
    now = time.time()
    _note(secrets, event, f"attempt.{now:.3f}", event["ClientRequestToken"][-8:])
    raise StillFails("on purpose")


def _rotate(secrets: Any, event: dict[str, Any]) -> None:  # noqa: ANN401 - a client of boto3
    """Rotate, putting the value without the rotation token and as another role."""
    secret, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        put = {"SecretId": secret, "ClientRequestToken": token, "VersionStages": ["AWSPENDING"]}
        put["SecretString"] = f"{_PLACEHOLDER}-{token[-8:]}"
        keys = boto3.client("sts").assume_role(RoleArn=os.environ["WRITER"], RoleSessionName="probe")["Credentials"]
        writer = boto3.client(
            "secretsmanager",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        try:
            writer.put_secret_value(**put)
        except secrets.exceptions.ClientError as refused:
            _note(secrets, event, "as-another-role", refused.response["Error"]["Code"])
            secrets.put_secret_value(**put, RotationToken=event["RotationToken"])
        else:
            _note(secrets, event, "as-another-role", "accepted")
    if event["Step"] == "finishSecret":
        versions = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next(version for version, labels in versions.items() if "AWSCURRENT" in labels)
        if current != token:
            move = {"MoveToVersionId": token, "RemoveFromVersionId": current}
            secrets.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", **move)


def _note(secrets: Any, event: dict[str, Any], name: str, text: str) -> None:  # noqa: ANN401 - a client of boto3
    secrets.tag_resource(SecretId=event["SecretId"], Tags=[{"Key": f"probe:{name}", "Value": text}])
