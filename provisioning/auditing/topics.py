"""SNS in one call: who may publish to a topic. The one module that knows boto3's shape of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from provisioning.auditing.attached import Attached
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient


class Topics:
    """Reads topics through a boto3 SNS client; raises AccessDenied or Unreachable."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def find(self, arn: str) -> Attached | None:
        """Tell who may what with a topic; None where there is none."""
        with aws_errors("GetTopicAttributes", arn):
            try:
                told = self._client.get_topic_attributes(TopicArn=arn)["Attributes"]
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in {"NotFound", "NotFoundException"}:
                    return None
                raise
        policy = told.get("Policy")
        return Attached(f"topic {arn.rpartition(':')[2]}", json.loads(policy) if policy else None)
