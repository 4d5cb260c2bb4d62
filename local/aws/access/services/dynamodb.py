"""What DynamoDB's calls ask: the table, and by `dynamodb:LeadingKeys` the items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked, tags_held

if TYPE_CHECKING:
    from local.aws.access.asked import Context, Parameters, Where

_ANYWHERE = {"ListTables", "DescribeLimits", "DescribeEndpoints"}
#: What each part of a transaction needs (DynamoDB's developer guide, "Using IAM with transactions").
_PARTS = {"Put": "PutItem", "Delete": "DeleteItem", "Update": "UpdateItem", "ConditionCheck": "ConditionCheckItem"}


def asks(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call asks."""
    if operation in _ANYWHERE:
        return [Asked(f"dynamodb:{operation}")]
    if operation == "TransactWriteItems":
        rows = [(name, part) for item in given.get("TransactItems", []) for name, part in item.items()]
        return [_on_table(f"dynamodb:{_PARTS[name]}", part, where) for name, part in rows]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [
            _on_table(f"dynamodb:{operation}", {"TableName": name}, where) for name in given.get("RequestItems", {})
        ]
    action = f"dynamodb:{operation}"
    asked = _on_table(action, given, where)
    tags = tags_asked(pairs(given.get("Tags")))
    if operation == "CreateTable" and tags:
        return [asked, Asked("dynamodb:TagResource", asked.resource, tags)]
    return [asked]


def _on_table(action: str, given: Parameters, where: Where) -> Asked:
    named = str(given.get("TableName") or given.get("ResourceArn") or "")
    table = dynamodb_backends[where.account][where.region].tables.get(named.rpartition("/")[2])
    arn = named if named.startswith("arn:") else where.arn("dynamodb", f"table/{named}") if named else ANY
    context: Context = {**tags_asked(pairs(given.get("Tags"))), **keys_asked(given.get("TagKeys") or ())}
    if table is None:
        return Asked(action, arn, context)
    leading = _leading(given, str(table.hash_key_attr))
    context |= {"dynamodb:LeadingKeys": (leading,)} if leading else {}
    return Asked(action, table.table_arn, {**context, **tags_held(pairs(table.tags))})


def _leading(given: Parameters, hash_key: str) -> str | None:
    """Tell the partition key of the item that is meant, where one is."""
    item: Any = given.get("Key") or given.get("Item") or {}
    typed = item.get(hash_key) or {}
    return next((str(value) for value in typed.values()), None)
