"""The fleet's table in six calls: the one module that knows boto3's shapes of DynamoDB.

Holds what has to be decided once among many: request locks, invitations, states. Every read is consistent, every
decision is one conditional write, and each condition looks at the expiry itself: DynamoDB deletes what has expired
only hours later. Needs botocore and the standard library only: this module ships in functions' zips.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from provisioning.errors import SellerkeysError, TableNotDeclared, Unreachable
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from types_boto3_dynamodb import DynamoDBClient

#: The environment variable that names the fleet's table to a function.
VARIABLE: Final = "SELLERKEYS_TABLE"

_KEY: Final = "pk"
_EXPIRY: Final = "expires_at"
_VALUES: Final = "held"
_FREE: Final = f"attribute_not_exists({_KEY}) OR {_EXPIRY} <= :now"
_LIVE: Final = f"attribute_exists({_KEY}) AND (attribute_not_exists({_EXPIRY}) OR {_EXPIRY} > :now)"
_UNCHANGED: Final = f"{_VALUES} = :was"
_BUSY = frozenset({"ProvisionedThroughputExceededException", "RequestLimitExceeded", "TransactionConflictException"})


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: from `expires_at` (whole seconds) on it counts as gone, wherever it still lies; None is never."""

    key: str
    values: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None


class Table:
    """Reads and writes the table `name`; every method raises TableNotDeclared, AccessDenied or Unreachable.

    Where an answer was lost on the way, a conditional write that botocore repeats can lose against itself: `claim`,
    `swap` and `take` then say no although it was they who won. Whoever must know puts a value of his own in and reads.
    """

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: str) -> Item | None:
        """Read what is stored, be it expired; None where nothing is."""
        with self._errors("GetItem"):
            answer = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item) -> None:
        """Store whatever was there before."""
        with self._errors("PutItem"):
            self._client.put_item(TableName=self._name, Item=_attributes(item))

    def claim(self, item: Item, now: datetime) -> bool:
        """Store only where nothing is, or where what is there has expired; says whether it did."""
        return self._put_if(item, _FREE, {":now": _moment(now)})

    def swap(self, item: Item, was: Mapping[str, str]) -> bool:
        """Store only where the values stored, be they expired, are `was`; says whether it did."""
        return self._put_if(item, _UNCHANGED, {":was": _values(was)})

    def take(self, key: str, now: datetime) -> Item | None:
        """Remove what has not expired and return it: of many who take at once, one has it and the others None."""
        try:
            with self._errors("DeleteItem"):
                answer = self._client.delete_item(
                    TableName=self._name,
                    Key=_key(key),
                    ConditionExpression=_LIVE,
                    ExpressionAttributeValues={":now": _moment(now)},
                    ReturnValues="ALL_OLD",
                )
        except _Refused:
            return None
        return _item(answer["Attributes"])

    def delete(self, key: str) -> None:
        """Remove what is there, if anything is."""
        with self._errors("DeleteItem"):
            self._client.delete_item(TableName=self._name, Key=_key(key))

    def _put_if(self, item: Item, condition: str, values: Mapping[str, Any]) -> bool:
        try:
            with self._errors("PutItem"):
                self._client.put_item(
                    TableName=self._name,
                    Item=_attributes(item),
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
        except _Refused:
            return False
        return True

    @contextmanager
    def _errors(self, action: str) -> Iterator[None]:
        target = f"table {self._name}"
        with aws_errors(action, target):
            try:
                yield
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                if code == "ConditionalCheckFailedException":
                    raise _Refused from None
                if code == "ResourceNotFoundException":
                    raise TableNotDeclared(self._name) from None
                if code in _BUSY:
                    raise Unreachable(f"AWS put {action} on {target} off ({code}): run this again") from None
                if code == "ValidationException":
                    # What was refused may stand in the words of its refusal.
                    raise SellerkeysError(f"AWS refused {action} on {target} ({code}): report this defect") from None
                raise


class _Refused(Exception):
    """The condition of a conditional write did not hold."""


def _key(key: str) -> dict[str, Any]:
    return {_KEY: {"S": key}}


def _moment(moment: datetime) -> dict[str, str]:
    return {"N": str(int(moment.timestamp()))}


def _values(values: Mapping[str, str]) -> dict[str, Any]:
    return {"M": {name: {"S": value} for name, value in values.items()}}


def _attributes(item: Item) -> dict[str, Any]:
    expiry = {_EXPIRY: _moment(item.expires_at)} if item.expires_at else {}
    return _key(item.key) | {_VALUES: _values(item.values)} | expiry


def _item(attributes: Mapping[str, Any]) -> Item:
    expiry = attributes.get(_EXPIRY)
    return Item(
        key=attributes[_KEY]["S"],
        values={name: value["S"] for name, value in attributes.get(_VALUES, {"M": {}})["M"].items()},
        expires_at=datetime.fromtimestamp(int(expiry["N"]), UTC) if expiry else None,
    )
