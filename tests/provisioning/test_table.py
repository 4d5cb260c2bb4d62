"""The fleet's table: what is decided once is decided once, on the strict fake and on moto's DynamoDB alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from moto import mock_aws

from provisioning.errors import AccessDenied, SellerkeysError, TableNotDeclared, Unreachable
from provisioning.table import Item, Table
from tests.fakes.table import NAME, FakeDynamoDB
from tests.silence import assert_silent

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
CANARY = "PLACEHOLDER-CANARY"


@pytest.fixture(params=["fake", "moto"])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """The table over the strict fake, then over moto."""
    if request.param == "fake":
        yield Table(FakeDynamoDB(), NAME)
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(
            TableName=NAME,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Table(client, NAME)


def test_what_is_put_is_what_is_read(table: Table) -> None:
    """An item comes back as it went in, with and without an expiry; nothing is None."""
    assert table.get("request#a") is None
    for item in (Item("request#a", {"by": "calendar"}, SOON), Item("request#a", {})):
        table.put(item)
        assert table.get("request#a") == item


def test_an_expired_item_is_read_as_it_lies(table: Table) -> None:
    """The caller looks at the expiry: DynamoDB deletes late, so it is no news that something is still there."""
    expired = Item("state#a", {"seller": "berlin"}, NOW - timedelta(days=1))
    table.put(expired)
    assert table.get("state#a") == expired


def test_one_of_two_claims_wins(table: Table) -> None:
    """A key that is held is not claimed again before it expires, and what was there stays."""
    assert table.claim(Item("request#a", {"by": "first"}, SOON), NOW)
    assert not table.claim(Item("request#a", {"by": "second"}, SOON), NOW)
    assert table.get("request#a") == Item("request#a", {"by": "first"}, SOON)
    assert table.claim(Item("request#b", {"by": "second"}, SOON), NOW), "another key is free"


def test_an_expired_claim_is_free_to_the_second(table: Table) -> None:
    """From the second of its expiry on, whoever comes may claim; a second before, nobody."""
    table.put(Item("request#a", {"by": "first"}, SOON))
    assert not table.claim(Item("request#a", {"by": "second"}, SOON), SOON - timedelta(seconds=1))
    assert table.claim(Item("request#a", {"by": "second"}, SOON + timedelta(hours=1)), SOON)


def test_a_claim_without_expiry_is_held_for_ever(table: Table) -> None:
    """No expiry is no time at which it would be free."""
    table.put(Item("request#a", {"by": "first"}))
    assert not table.claim(Item("request#a", {"by": "second"}), NOW + timedelta(days=10_000))


def test_a_swap_needs_what_was_seen(table: Table) -> None:
    """Compare and swap: another value, one value more or fewer, or nothing there, and nothing changes."""
    seen = {"state": "asked", "at": "noon"}
    after = Item("request#a", {"state": "arrived"}, SOON)
    assert not table.swap(after, {}), "there is nothing to swap"
    assert table.get("request#a") is None
    table.put(Item("request#a", seen))
    for was in ({"state": "claimed", "at": "noon"}, {"state": "asked"}, {**seen, "by": "x"}, {}):
        assert not table.swap(after, was)
    assert table.get("request#a") == Item("request#a", seen)
    assert table.swap(after, seen)
    assert table.get("request#a") == after
    assert not table.swap(after, seen), "the second of two who saw the same loses"


def test_taking_is_single_use(table: Table) -> None:
    """The first who takes has it, the second None."""
    item = Item("invitation#a", {"seller": "berlin"}, SOON)
    table.put(item)
    assert table.take("invitation#a", NOW) == item
    assert table.take("invitation#a", NOW) is None
    assert table.get("invitation#a") is None


def test_what_has_expired_is_not_taken(table: Table) -> None:
    """In the second of its expiry it is gone for the taker, and stays for DynamoDB to delete."""
    table.put(Item("invitation#a", {"seller": "berlin"}, SOON))
    assert table.take("invitation#a", SOON) is None
    assert table.take("invitation#a", SOON - timedelta(seconds=1)) is not None
    table.put(Item("invitation#b", {"seller": "berlin"}))
    assert table.take("invitation#b", NOW + timedelta(days=10_000)) is not None, "no expiry is never expired"


def test_deleting_is_done_once_and_again(table: Table) -> None:
    """Deleting what is not there is no error."""
    table.put(Item("held#a", {"token": CANARY}))
    table.delete("held#a")
    table.delete("held#a")
    assert table.get("held#a") is None


def test_a_value_is_not_in_an_items_repr() -> None:
    """An item that gets into a log line or a traceback does not tell what it holds."""
    assert CANARY not in repr(Item("held#a", {"token": CANARY}, SOON))


def _each(table: Table) -> Iterator[tuple[str, Any]]:
    item = Item("held#a", {"token": CANARY}, SOON)
    yield "GetItem", lambda: table.get("held#a")
    yield "PutItem", lambda: table.put(item)
    yield "PutItem", lambda: table.claim(item, NOW)
    yield "PutItem", lambda: table.swap(item, {"token": CANARY})
    yield "DeleteItem", lambda: table.take("held#a", NOW)
    yield "DeleteItem", lambda: table.delete("held#a")


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("ResourceNotFoundException", TableNotDeclared, "table sellerkeys-dev does not exist: run `pulumi up` first"),
        ("AccessDeniedException", AccessDenied, "on table sellerkeys-dev: use a role that may do this"),
        ("ThrottlingException", Unreachable, "run this again"),
        ("ProvisionedThroughputExceededException", Unreachable, "run this again"),
        ("RequestLimitExceeded", Unreachable, "run this again"),
        ("InternalServerError", SellerkeysError, "InternalServerError"),
        ("ValidationException", SellerkeysError, "report this defect"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_value(code: str, kind: type[SellerkeysError], said: str) -> None:
    """Whatever AWS answers, the error names action and table and quotes no value."""
    words = f"refused {CANARY}" if code == "ValidationException" else "said so"

    def refuse(_name: str, _number: int) -> None:
        raise ClientError({"Error": {"Code": code, "Message": words}}, "call")

    fake = FakeDynamoDB()
    fake.before = refuse
    for action, call in _each(Table(fake, NAME)):
        with pytest.raises(kind, match=action if kind is not TableNotDeclared else "table") as failed:
            call()
        assert said in str(failed.value)
        assert_silent(failed.value, CANARY)


def test_no_answer_is_unreachable() -> None:
    """A timeout is told as such, and does not count as a lost race."""

    def hang(_name: str, _number: int) -> None:
        raise ConnectTimeoutError(endpoint_url="https://dynamodb.invalid")

    fake = FakeDynamoDB()
    fake.before = hang
    for _action, call in _each(Table(fake, NAME)):
        with pytest.raises(Unreachable, match="could not be reached"):
            call()


def test_a_table_that_is_not_there_is_named() -> None:
    """Moto's own answer for a missing table reads the same."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        with pytest.raises(TableNotDeclared):
            Table(client, NAME).get("request#a")
