"""A boto3-shaped client of a simulated DynamoDB: one table, the three conditions the product writes, over the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError, ConnectionClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_dynamodb import DynamoDBClient

    from simulation.line import Line

T = TypeVar("T")
Items = dict[str, "Mapping[str, Any]"]


def table(items: Items, line: Line) -> DynamoDBClient:
    """Make what provisioning.table.Table takes for boto3's client."""
    return cast("DynamoDBClient", _Client(items, line))


class _Client:
    """GetItem, PutItem and DeleteItem."""

    def __init__(self, items: Items, line: Line) -> None:
        self._items = items
        self._line = line

    def get_item(self, *, Key: Mapping[str, Any], **_: object) -> dict[str, Any]:
        found = self._call(lambda: self._items.get(Key["pk"]["S"]))
        return {"Item": found} if found else {}

    def put_item(
        self,
        *,
        Item: Mapping[str, Any],
        ConditionExpression: str | None = None,
        ExpressionAttributeValues: Mapping[str, Any] | None = None,
        **_: object,
    ) -> None:
        def put() -> None:
            if not _holds(ConditionExpression, self._items.get(Item["pk"]["S"]), ExpressionAttributeValues or {}):
                raise _error("ConditionalCheckFailedException")
            self._items[Item["pk"]["S"]] = dict(Item)

        self._call(put)

    def delete_item(
        self,
        *,
        Key: Mapping[str, Any],
        ConditionExpression: str | None = None,
        ExpressionAttributeValues: Mapping[str, Any] | None = None,
        **_: object,
    ) -> dict[str, Any]:
        def remove() -> dict[str, Any]:
            held = self._items.get(Key["pk"]["S"])
            if not _holds(ConditionExpression, held, ExpressionAttributeValues or {}):
                raise _error("ConditionalCheckFailedException")
            return {"Attributes": self._items.pop(Key["pk"]["S"])} if held else {}

        return self._call(remove)

    def _call(self, effect: Callable[[], T]) -> T:
        return self._line.carry(effect, _lost, lambda: _error("ProvisionedThroughputExceededException"))


def _holds(condition: str | None, held: Mapping[str, Any] | None, values: Mapping[str, Any]) -> bool:
    """Evaluate a condition; raises KeyError on one that is not known here."""
    if condition is None:
        return True
    expiry = int(held["expires_at"]["N"]) if held and "expires_at" in held else None
    holds: dict[str, Callable[[], bool]] = {
        "attribute_not_exists(pk) OR expires_at <= :now": lambda: (
            held is None or (expiry is not None and expiry <= int(values[":now"]["N"]))
        ),
        "attribute_exists(pk) AND (attribute_not_exists(expires_at) OR expires_at > :now)": lambda: (
            held is not None and (expiry is None or expiry > int(values[":now"]["N"]))
        ),
        "held = :was": lambda: held is not None and held["held"] == values[":was"],
    }
    return holds[condition]()


def _lost() -> Exception:
    return ConnectionClosedError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")


def _error(code: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]
        "call",
    )
