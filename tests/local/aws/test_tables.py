"""DynamoDB over HTTP: conditional writes, and the expiry that is only a wish."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.table import Table

from tests.local.aws.seen import refusal

FREE = "attribute_not_exists(pk) OR expires_at <= :now"


@pytest.fixture
def table(aws) -> Any:
    """Make a client and an empty table whose items may expire."""
    client = aws.client("dynamodb")
    client.create_table(
        TableName="locks",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    client.update_time_to_live(
        TableName="locks", TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True}
    )
    return client


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a write take a moment between its look and its change, in which another could look as well."""
    look = Table.get_item

    def get_item(*arguments: Any, **options: Any) -> Any:
        found = look(*arguments, **options)
        time.sleep(0.01)
        return found

    monkeypatch.setattr(Table, "get_item", get_item)


def put(client: Any, holder: str, *, now: int = 0, until: int = 60) -> None:
    """Claim the lock where it is free."""
    client.put_item(
        TableName="locks",
        Item={"pk": {"S": "lock"}, "holder": {"S": holder}, "expires_at": {"N": str(until)}},
        ConditionExpression=FREE,
        ExpressionAttributeValues={":now": {"N": str(now)}},
    )


def held(client: Any) -> dict[str, Any] | None:
    """Read the lock."""
    return client.get_item(TableName="locks", Key={"pk": {"S": "lock"}}, ConsistentRead=True).get("Item")


@pytest.mark.rule
def test_a_write_whose_condition_does_not_hold_changes_nothing(table) -> None:
    """A write whose condition does not hold: ConditionalCheckFailedException, nothing changed (botocore PutItem)."""
    put(table, "one")

    code, sentence = refusal(put, client=table, holder="two")

    assert (code, sentence) == ("ConditionalCheckFailedException", "The conditional request failed")
    assert held(table)["holder"] == {"S": "one"}


@pytest.mark.rule
def test_numbers_are_compared_as_numbers(table) -> None:
    """Numbers in a condition are compared as numbers, 1000 is more than 999 (botocore PutItem)."""
    put(table, "one", until=1_000)

    with pytest.raises(ClientError):
        put(table, "two", now=999)
    put(table, "two", now=1_000)

    assert held(table)["holder"] == {"S": "two"}


@pytest.mark.usefixtures("slow")
@pytest.mark.rule
def test_of_many_claims_at_once_one_wins(table) -> None:
    """A conditional write looks and writes in one step: of many at once one wins (botocore PutItem)."""

    def claim(number: int) -> bool:
        try:
            put(table, str(number))
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert sum(pool.map(claim, range(8))) == 1
            table.delete_item(TableName="locks", Key={"pk": {"S": "lock"}})


@pytest.mark.usefixtures("slow")
@pytest.mark.rule
def test_of_many_takings_at_once_one_gets_the_item(table) -> None:
    """A conditional delete hands the item to one and refuses the others (botocore DeleteItem)."""
    there = {"ConditionExpression": "attribute_exists(pk)", "ReturnValues": "ALL_OLD"}

    def take(_: int) -> bool:
        try:
            taken = table.delete_item(TableName="locks", Key={"pk": {"S": "lock"}}, **there)
        except ClientError:
            return False
        return taken["Attributes"]["holder"] == {"S": "one"}

    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            put(table, "one")
            assert sum(pool.map(take, range(8))) == 1


@pytest.mark.rule
def test_a_refused_write_shows_the_item_where_asked(table) -> None:
    """ReturnValuesOnConditionCheckFailure=ALL_OLD brings the item with the refusal (botocore PutItem)."""
    put(table, "one")

    with pytest.raises(ClientError) as refused:
        table.put_item(
            TableName="locks",
            Item={"pk": {"S": "lock"}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    assert refused.value.response["Item"]["holder"] == {"S": "one"}


@pytest.mark.rule
def test_a_reserved_word_needs_a_placeholder(table) -> None:
    """A reserved word in an expression, such as values: ValidationException (DynamoDB guide, Reserved words)."""
    code, sentence = refusal(
        table.put_item, TableName="locks", Item={"pk": {"S": "lock"}}, ConditionExpression="attribute_exists(values)"
    )

    assert (code, "reserved keyword: values" in sentence) == ("ValidationException", True)


@pytest.mark.rule
def test_what_has_expired_may_still_be_read(table) -> None:
    """An item that has expired may still be read, for days (botocore UpdateTimeToLive)."""
    put(table, "one", until=1)

    assert held(table)["expires_at"] == {"N": "1"}
    described = table.describe_time_to_live(TableName="locks")["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
