"""CloudWatch Logs: log groups (pulumi-aws keeps them in its module `cloudwatch`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType

if TYPE_CHECKING:
    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import Values

_FOR_EVER = 0


class LogGroup(ResourceType):
    """A log group; its id is its name."""

    pulumi_type = "aws:cloudwatch/logGroup:LogGroup"
    autoname = AutoName(limit=512)
    arguments: ClassVar[Arguments] = {
        "kmsKeyId": Argument(),
        "name": NAME,
        "region": REGION,
        "retentionInDays": Argument(default=_FOR_EVER),
        "skipDestroy": Argument(default=False),
        **TAGS,
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateLogGroup takes everything but the retention."""
        name = inputs["name"]
        key = {"kmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
        tags = {"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {}
        aws.client("logs").create_log_group(logGroupName=name, **key, **tags)
        return name, {"arn": aws.arn("logs", f"log-group:{name}")}

    def complete(self, existing: Existing, inputs: Values) -> None:
        """Put the retention."""
        if inputs["retentionInDays"] != _FOR_EVER:
            self._retain(existing.aws, existing.id, inputs)

    def read(self, existing: Existing) -> Values | None:
        """Look among the groups of its prefix; Logs has no other way."""
        client = existing.aws.client("logs")
        pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=existing.id)
        groups = (group for page in pages for group in page["logGroups"])
        group = next((group for group in groups if group["logGroupName"] == existing.id), None)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            "arn": arn,
            "name": existing.id,
            "kmsKeyId": group.get("kmsKeyId"),
            "retentionInDays": group.get("retentionInDays", _FOR_EVER),
            "tagsAll": client.list_tags_for_resource(resourceArn=arn)["tags"],
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """One call for the retention, one for the key."""
        client = existing.aws.client("logs")
        if "retentionInDays" in changed:
            self._retain(existing.aws, existing.id, inputs)
        if "kmsKeyId" in changed and "kmsKeyId" in inputs:
            client.associate_kms_key(logGroupName=existing.id, kmsKeyId=inputs["kmsKeyId"])
        elif "kmsKeyId" in changed:
            client.disassociate_kms_key(logGroupName=existing.id)
        return {}

    def delete(self, existing: Existing) -> None:
        """Delete it with its logs, unless `skipDestroy` leaves it there."""
        client = existing.aws.client("logs")
        if existing.state.get("skipDestroy"):
            return
        try:
            client.delete_log_group(logGroupName=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("logs").tag_resource(resourceArn=existing.state["arn"], tags=tags)

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("logs").untag_resource(resourceArn=existing.state["arn"], tagKeys=keys)

    @staticmethod
    def _retain(aws: Aws, name: str, inputs: Values) -> None:
        if inputs["retentionInDays"] == _FOR_EVER:
            aws.client("logs").delete_retention_policy(logGroupName=name)
        else:
            aws.client("logs").put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
