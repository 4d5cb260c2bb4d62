"""The demo's own look into the bench's account, apart from what its commands say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3

from local.actors import variables
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef
    from types_boto3_sts.type_defs import AssumeRoleRequestTypeDef

    from provisioning.settings import Isolation


class Account:
    """Reads secrets' descriptions and becomes sellers' readers, as whoever has the keys in `environment`."""

    def __init__(self, base: str, environment: Mapping[str, str], isolation: Isolation = "role-per-seller") -> None:
        self.base = base
        self._isolation = isolation
        session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN"),
            region_name=environment["AWS_REGION"],
        )
        self._secrets = session.client("secretsmanager", endpoint_url=environment["AWS_ENDPOINT_URL"])
        self._sts = session.client("sts", endpoint_url=environment["AWS_ENDPOINT_URL"])

    @property
    def number(self) -> str:
        """The account's twelve digits."""
        return self._sts.get_caller_identity()["Account"]

    def describe(self, seller: str) -> DescribeSecretResponseTypeDef:
        """Tell all about a seller's secret but its value."""
        return self._secrets.describe_secret(SecretId=naming.seller_secret_name(self.base, seller))

    def current_version(self, seller: str) -> str | None:
        """Name the version a consumer reads."""
        versions = self.describe(seller).get("VersionIdsToStages", {})
        return next((version for version, labels in versions.items() if "AWSCURRENT" in labels), None)

    def all_secrets(self) -> list[Any]:
        """List every secret as AWS tells it: tags, labels, rotation; no values."""
        pages = self._secrets.get_paginator("list_secrets").paginate()
        return [secret for page in pages for secret in page["SecretList"]]

    def tags(self, name: str) -> dict[str, str]:
        """Tell a secret's tags."""
        return {tag["Key"]: tag["Value"] for tag in self._secrets.describe_secret(SecretId=name).get("Tags", [])}

    def app_version(self) -> str | None:
        """Name the version of the app secret that everybody is to follow."""
        versions = self._secrets.describe_secret(SecretId=naming.app_secret_name(self.base)).get(
            "VersionIdsToStages", {}
        )
        return next((version for version, labels in versions.items() if "AWSCURRENT" in labels), None)

    def credential(self, seller: str) -> dict[str, str]:
        """Read a seller's secret as its reader."""
        value = self._as(self.reader_keys(seller)).get_secret_value(
            SecretId=naming.seller_secret_name(self.base, seller)
        )
        credential: dict[str, str] = json.loads(value["SecretString"])
        return credential

    def reader_keys(self, seller: str) -> dict[str, str]:
        """Become a seller's reader; returns the variables that hold its keys."""
        account = self.number
        asked: AssumeRoleRequestTypeDef = {
            "RoleArn": naming.reader_role_arn(account, self.base, seller),
            "RoleSessionName": "erp-worker",
        }
        if self._isolation == "one-role":
            asked["RoleArn"] = naming.one_reader_role_arn(account, self.base)
            asked["Tags"] = [{"Key": naming.TAG_SELLER, "Value": seller}]
        return variables(self._sts.assume_role(**asked)["Credentials"])

    def refusal(self, seller: str, keys: Mapping[str, str]) -> str | None:
        """Let somebody else try to read a seller's value; returns AWS's sentence, or None where he could."""
        secrets = self._as(keys)
        try:
            secrets.get_secret_value(SecretId=naming.seller_secret_name(self.base, seller))
        except secrets.exceptions.ClientError as refused:
            error = refused.response["Error"]
            return error["Message"] if error["Code"] == "AccessDeniedException" else None
        return None

    def _as(self, keys: Mapping[str, str]) -> SecretsManagerClient:
        return boto3.client(
            "secretsmanager",
            endpoint_url=self._secrets.meta.endpoint_url,
            region_name=self._secrets.meta.region_name,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
        )
