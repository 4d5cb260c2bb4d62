"""DynamoDB in two calls: whether somebody gave a table a policy of its own. It alone knows boto3's shapes of that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from provisioning.auditing.attached import Attached
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Tables:
    """Reads tables through a boto3 DynamoDB client; raises AccessDenied or Unreachable."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client = client

    def find(self, arn: str) -> Attached | None:
        """Tell who may what with a table by its own policy; None where there is no table."""
        name = arn.rpartition("/")[2]
        with aws_errors("DescribeTable", name):
            try:
                self._client.describe_table(TableName=name)
            except ClientError as error:
                if _code(error) == "ResourceNotFoundException":
                    return None
                raise
        with aws_errors("GetResourcePolicy", name):
            try:
                policy = self._client.get_resource_policy(ResourceArn=arn)["Policy"]
            except ClientError as error:
                # A table without one answers with an error of its own (botocore GetResourcePolicy).
                if _code(error) != "PolicyNotFoundException":
                    raise
                policy = ""
        return Attached(f"table {name}", json.loads(policy) if policy else None)


def _code(error: ClientError) -> str | None:
    return error.response.get("Error", {}).get("Code")
