"""The demo's own look into the bench's account, apart from what its commands say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef


class Account:
    """Reads secrets' descriptions and assumes roles with a bench's own keys."""

    def __init__(self, base: str, environment: Mapping[str, str]) -> None:
        self._base = base
        session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )
        self._secrets = session.client("secretsmanager", endpoint_url=environment["AWS_ENDPOINT_URL"])
        self._sts = session.client("sts", endpoint_url=environment["AWS_ENDPOINT_URL"])

    def describe(self, seller: str) -> DescribeSecretResponseTypeDef:
        """Tell all about a seller's secret but its value."""
        return self._secrets.describe_secret(SecretId=naming.seller_secret_name(self._base, seller))

    def current_version(self, seller: str) -> str | None:
        """Name the version a consumer reads."""
        versions = self.describe(seller).get("VersionIdsToStages", {})
        return next((version for version, labels in versions.items() if "AWSCURRENT" in labels), None)

    def all_secrets(self) -> list[Any]:
        """List every secret as AWS tells it: tags, labels, rotation; no values."""
        pages = self._secrets.get_paginator("list_secrets").paginate()
        return [secret for page in pages for secret in page["SecretList"]]

    def reader_keys(self, seller: str) -> dict[str, str]:
        """Assume a seller's reader role; returns the variables that hold its keys."""
        account = self._sts.get_caller_identity()["Account"]
        role = naming.reader_role_arn(account, self._base, seller)
        keys = self._sts.assume_role(RoleArn=role, RoleSessionName="erp-worker")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }
