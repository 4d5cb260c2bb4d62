"""A strict DynamoDB table in memory: answers to the conditions that the product asks, and refuses every other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = "sellerkeys-dev"
FREE = "attribute_not_exists(pk) OR expires_at <= :now"
LIVE = "attribute_exists(pk) AND (attribute_not_exists(expires_at) OR expires_at > :now)"
UNCHANGED = "held = :was"


class FakeDynamoDB:
    """Answers like a boto3 client; `before` and `after` see each call's name and number, `items` is what is stored."""

    def __init__(self, *tables: str) -> None:
        self.items: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in tables or (NAME,)}
        self.calls: list[str] = []
        self.before: Callable[[str, int], None] = lambda _name, _number: None
        self.after: Callable[[str, int], None] = lambda _name, _number: None

    def get_item(self, *, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:
        assert ConsistentRead, "a lock that is read may not lag"
        return self._run("GetItem", lambda: self._got(TableName, Key))

    def put_item(
        self,
        *,
        TableName: str,
        Item: dict[str, Any],
        ConditionExpression: str | None = None,
        ExpressionAttributeValues: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        _check(Item)

        def store() -> dict[str, Any]:
            held = self._table(TableName)
            key = Item["pk"]["S"]
            _demand(ConditionExpression, held.get(key), ExpressionAttributeValues)
            held[key] = dict(Item)
            return {}

        return self._run("PutItem", store)

    def delete_item(
        self,
        *,
        TableName: str,
        Key: dict[str, Any],
        ConditionExpression: str | None = None,
        ExpressionAttributeValues: Mapping[str, Any] | None = None,
        ReturnValues: str = "NONE",
    ) -> dict[str, Any]:
        def remove() -> dict[str, Any]:
            held = self._table(TableName)
            key = Key["pk"]["S"]
            _demand(ConditionExpression, held.get(key), ExpressionAttributeValues)
            was = held.pop(key, None)
            return {"Attributes": was} if was and ReturnValues == "ALL_OLD" else {}

        return self._run("DeleteItem", remove)

    def _got(self, name: str, key: dict[str, Any]) -> dict[str, Any]:
        found = self._table(name).get(key["pk"]["S"])
        return {"Item": dict(found)} if found else {}

    def _table(self, name: str) -> dict[str, dict[str, Any]]:
        if name not in self.items:
            raise _error("ResourceNotFoundException", "Requested resource not found")
        return self.items[name]

    def _run(self, call: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(call)
        number = len(self.calls)
        self.before(call, number)
        answer = act()
        self.after(call, number)
        return answer


def _demand(condition: str | None, held: dict[str, Any] | None, values: Mapping[str, Any] | None) -> None:
    """Refuse where the condition does not hold; DynamoDB compares with an attribute that is not there as false."""
    if condition is None:
        assert values is None, "DynamoDB refuses values that no expression uses"
        return
    told = dict(values or {})
    expiry = int(held["expires_at"]["N"]) if held and "expires_at" in held else None
    holds = {
        FREE: lambda: held is None or (expiry is not None and expiry <= int(told.pop(":now")["N"])),
        LIVE: lambda: held is not None and (expiry is None or expiry > int(told.pop(":now")["N"])),
        UNCHANGED: lambda: held is not None and held["held"] == told.pop(":was"),
    }[condition]()
    if not holds:
        raise _error("ConditionalCheckFailedException", "The conditional request failed")


def _check(item: Mapping[str, Any]) -> None:
    assert item["pk"]["S"], "DynamoDB refuses an empty key"
    assert len(str(item)) < 400_000, "DynamoDB refuses an item over 400 KB"


def _error(code: str, message: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "call"
    )
