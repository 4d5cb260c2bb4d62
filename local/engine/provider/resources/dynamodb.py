"""DynamoDB: tables paid per request."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType
from local.engine.provider.tags import mapping, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import PropertyValue, Values

_PER_REQUEST: Final = "PAY_PER_REQUEST"
_OFF: Final = {"enabled": False}
_ATTRIBUTE: Final = frozenset({"name", "type"})


def _same_attributes(one: PropertyValue, other: PropertyValue) -> bool:
    """Attributes are a set: their order means nothing."""
    return sorted(map(sorted, map(dict.items, one))) == sorted(map(sorted, map(dict.items, other)))


class Table(ResourceType):
    """A table; its id is its name."""

    pulumi_type = "aws:dynamodb/table:Table"
    autoname = AutoName(limit=255)
    arguments: ClassVar[Arguments] = {
        "attributes": Argument(required=True, replaces=True, same=_same_attributes),
        "billingMode": Argument(required=True),
        "deletionProtectionEnabled": Argument(default=False),
        "hashKey": Argument(required=True, replaces=True),
        "name": NAME,
        "pointInTimeRecovery": Argument(default=_OFF, fields=frozenset({"enabled"})),
        "rangeKey": Argument(replaces=True),
        "region": REGION,
        "ttl": Argument(default=_OFF, fields=frozenset({"attributeName", "enabled"})),
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse provisioned capacity, which the bench does not know, and attributes that are no keys, as AWS does."""
        if inputs.get("billingMode", _PER_REQUEST) != _PER_REQUEST:
            yield f"the bench takes no billingMode but {_PER_REQUEST}"
        attributes = inputs.get("attributes", ())
        for place, attribute in enumerate(attributes):
            for name in sorted(attribute.keys() - _ATTRIBUTE):
                yield f"the bench takes no {name} in attributes[{place}]"
        keys = {inputs[name] for name in ("hashKey", "rangeKey") if name in inputs}
        if keys != {attribute.get("name") for attribute in attributes}:
            yield "attributes has to list the keys, and nothing else: other attributes are not declared"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateTable, and wait until the table takes calls; expiry and recovery are calls of their own."""
        client = aws.client("dynamodb")
        answer = client.create_table(
            TableName=inputs["name"],
            BillingMode=inputs["billingMode"],
            DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
            AttributeDefinitions=[
                {"AttributeName": item["name"], "AttributeType": item["type"]} for item in inputs["attributes"]
            ],
            KeySchema=[
                {"AttributeName": inputs[ours], "KeyType": theirs}
                for ours, theirs in (("hashKey", "HASH"), ("rangeKey", "RANGE"))
                if ours in inputs
            ],
            Tags=pairs(inputs["tagsAll"]),
        )["TableDescription"]
        client.get_waiter("table_exists").wait(TableName=answer["TableName"])
        return answer["TableName"], {"arn": answer["TableArn"]}

    def complete(self, existing: Existing, inputs: Values) -> None:
        """Turn on expiry and recovery."""
        if inputs["ttl"].get("enabled"):
            self._expire(existing, inputs["ttl"])
        if inputs["pointInTimeRecovery"].get("enabled"):
            self._recover(existing, inputs["pointInTimeRecovery"])

    def read(self, existing: Existing) -> Values | None:
        """DescribeTable, DescribeTimeToLive, DescribeContinuousBackups and ListTagsOfResource."""
        client = existing.aws.client("dynamodb")
        try:
            found = client.describe_table(TableName=existing.id)["Table"]
        except client.exceptions.ResourceNotFoundException:
            return None
        ttl = client.describe_time_to_live(TableName=existing.id)["TimeToLiveDescription"]
        backups = client.describe_continuous_backups(TableName=existing.id)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        keys = {key["KeyType"]: key["AttributeName"] for key in found["KeySchema"]}
        return {
            "arn": found["TableArn"],
            "attributes": [
                {"name": item["AttributeName"], "type": item["AttributeType"]} for item in found["AttributeDefinitions"]
            ],
            "billingMode": found["BillingModeSummary"]["BillingMode"],
            "deletionProtectionEnabled": found.get("DeletionProtectionEnabled", False),
            "hashKey": keys["HASH"],
            "name": found["TableName"],
            "pointInTimeRecovery": {"enabled": recovery == "ENABLED"},
            "rangeKey": keys.get("RANGE"),
            "ttl": {"attributeName": ttl["AttributeName"], "enabled": True}
            if ttl["TimeToLiveStatus"] == "ENABLED"
            else _OFF,
            "tagsAll": mapping(client.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"]),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """One call for each; DynamoDB takes expiry off under the attribute's name that it was turned on with."""
        if "ttl" in changed:
            was = existing.state.get("ttl", _OFF)
            if was.get("enabled"):
                self._expire(existing, {**was, "enabled": False})
            if inputs["ttl"].get("enabled"):
                self._expire(existing, inputs["ttl"])
        if "pointInTimeRecovery" in changed:
            self._recover(existing, inputs["pointInTimeRecovery"])
        if "deletionProtectionEnabled" in changed:
            existing.aws.client("dynamodb").update_table(
                TableName=existing.id, DeletionProtectionEnabled=inputs["deletionProtectionEnabled"]
            )
        return {}

    def delete(self, existing: Existing) -> None:
        """DeleteTable, and wait until the name is free."""
        client = existing.aws.client("dynamodb")
        try:
            client.delete_table(TableName=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return
        client.get_waiter("table_not_exists").wait(TableName=existing.id)

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("dynamodb").tag_resource(ResourceArn=existing.state["arn"], Tags=pairs(tags))

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("dynamodb").untag_resource(ResourceArn=existing.state["arn"], TagKeys=keys)

    @staticmethod
    def _expire(existing: Existing, ttl: Values) -> None:
        existing.aws.client("dynamodb").update_time_to_live(
            TableName=existing.id,
            TimeToLiveSpecification={"AttributeName": ttl["attributeName"], "Enabled": ttl["enabled"]},
        )

    @staticmethod
    def _recover(existing: Existing, recovery: Values) -> None:
        existing.aws.client("dynamodb").update_continuous_backups(
            TableName=existing.id,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery.get("enabled", False)},
        )
