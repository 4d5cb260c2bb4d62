"""Policies as a test writes them, and clients that act as roles with these."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION, ACCOUNT = "eu-west-1", "123456789012"


class Acting(Protocol):
    """Makes a role that may do what the statements say, and gives clients of one session of it."""

    def __call__(self, name: str, *statements: dict[str, Any], **session: Any) -> Callable[[str], Any]: ...


def document(*statements: dict[str, Any]) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | list[str] = "*", when: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write an allowing statement, named for its first action."""
    condition = {"Condition": when} if when else {}
    return {
        "Sid": actions[0].partition(":")[2],
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": on,
        **condition,
    }


def lent_to(principal: object = "*", **condition: Any) -> str:
    """Write a trust policy that lends a role, tags included."""
    row = {"Effect": "Allow", "Principal": principal, "Action": ["sts:AssumeRole", "sts:TagSession"], **condition}
    return document(row)


def client(url: str, service: str, key: str, secret: str, token: str | None = None, region: str = REGION) -> Any:
    """Make a client that does not retry."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def zipped(files: Mapping[str, str]) -> bytes:
    """Zip source files by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()
