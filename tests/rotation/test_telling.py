"""Consumers are told that a seller's secret changed: after it did, what of it, at least once, and never a value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from provisioning.announcing import Bus, changed
from provisioning.errors import AccessDenied, Unreachable
from provisioning.payload import Offer
from provisioning.rotation.telling import Telling
from provisioning.store import Store
from tests.rotation.berlin import NEW, OFFERED_TOKEN, OLD, SECRET, TOKEN, Bench, credential

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_events import EventBridgeClient

    from tests.fakes.amazon import FakeAmazon

ARN = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{SECRET}-AbCdEf"


@dataclass
class FakeEvents:
    """EventBridge as a boto3 client: keeps what was put, or refuses it by `answer` or `error`."""

    put: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=lambda: {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
    error: ClientError | None = None

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        if self.error:
            raise self.error
        self.put += Entries
        return self.answer


@pytest.fixture
def events() -> FakeEvents:
    """EventBridge."""
    return FakeEvents()


def telling(bench: Bench, events: FakeEvents) -> Telling:
    """What follows a finished rotation."""
    return Telling(Store(bench.aws), Bus(cast("EventBridgeClient", events), "sellerkeys-dev"))


def test_a_new_client_secret(bench: Bench, events: FakeEvents) -> None:
    """Whose secret, which version, and that the client secret is another: no value, neither the old nor the new."""
    bench.held.tags["sellerkeys:base"] = "dev"
    token = bench.rotate()

    told = telling(bench, events).tell(bench.held.arn, token)

    (entry,) = events.put
    detail = json.loads(entry.pop("Detail"))
    assert told == ("clientSecret",)
    assert entry == {
        "EventBusName": "sellerkeys-dev",
        "Source": "sellerkeys",
        "DetailType": "Seller Credential Changed",
        "Resources": [ARN],
    }
    assert detail == {
        "fleet": "dev",
        "seller": "berlin",
        "secretArn": ARN,
        "versionId": token,
        "changed": ["clientSecret"],
    }
    assert [value for value in (TOKEN, OLD.client_secret, NEW.client_secret) if value in json.dumps(detail)] == []


def test_nothing_when_nothing_changed(amazon: FakeAmazon, now: datetime, events: FakeEvents) -> None:
    """A rotation that only proved the credential makes a version that reads the same: nobody has to redeploy."""
    bench = Bench(amazon, now, credential(client_secret=NEW.client_secret))

    assert telling(bench, events).tell(bench.held.arn, bench.rotate()) == ()
    assert events.put == []


def test_a_renewed_refresh_token(bench: Bench, events: FakeEvents, amazon: FakeAmazon) -> None:
    """Both parts that changed are named."""
    amazon.tokens[OFFERED_TOKEN] = (NEW.client_id, ("A1PA6795UKMFR9",))
    bench.offer(Offer("berlin", OFFERED_TOKEN))

    assert telling(bench, events).tell(bench.held.arn, bench.rotate()) == ("clientSecret", "refreshToken")


def test_told_again_where_the_step_is_repeated(bench: Bench, events: FakeEvents) -> None:
    """At least once: a process that died after AWSCURRENT moved is followed by one that tells the same."""
    token = bench.rotate()
    first = telling(bench, events).tell(bench.held.arn, token)
    bench.step("finishSecret", token)

    assert telling(bench, events).tell(bench.held.arn, token) == first
    assert events.put[0] == events.put[1]


def test_told_of_the_versions_where_labels_lag(bench: Bench, events: FakeEvents) -> None:
    """AWS may still show the labels of before the move (aws.md 2.8); what changed is the same."""
    token = bench.aws.begin_rotation(SECRET)
    for step in ("createSecret", "setSecret", "testSecret"):
        bench.step(step, token)

    assert telling(bench, events).tell(bench.held.arn, token) == ("clientSecret",)


def test_everything_where_the_one_before_cannot_be_read(bench: Bench, events: FakeEvents) -> None:
    """A value that somebody else put: better once too often than not at all."""
    token = bench.rotate()
    previous = bench.held.holder("AWSPREVIOUS")
    assert previous is not None
    bench.held.values[previous] = "not ours"

    assert telling(bench, events).tell(bench.held.arn, token) == (
        "clientId",
        "clientSecret",
        "refreshToken",
        "regionCode",
        "marketplaceId",
        "sellerId",
        "keyProfiles",
    )


def test_the_fleets_own_notes_are_no_change() -> None:
    """Which version of the app secret it was composed from concerns no consumer; further names of keys do."""
    was = credential()

    assert changed(was, replace(was, app_version="00000000-0000-4000-8000-0000000000aa")) == ()
    assert changed(was, replace(was, profiles=("npm",))) == ("keyProfiles",)


def test_an_entry_that_was_not_taken(bench: Bench, events: FakeEvents) -> None:
    """PutEvents answers 200 for it; the step has to fail, or nobody would try again."""
    events.answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}

    with pytest.raises(Unreachable, match=r"did not take an event for the bus .* \(InternalFailure\)"):
        telling(bench, events).tell(bench.held.arn, bench.rotate())


def test_a_denied_call(bench: Bench, events: FakeEvents) -> None:
    """By the sentence of every denial."""
    events.error = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "PutEvents")

    with pytest.raises(AccessDenied, match="AWS denied PutEvents on the bus sellerkeys-dev"):
        telling(bench, events).tell(bench.held.arn, bench.rotate())
