"""Amazon's own sample loses client secrets in seven ways (sp-api.md 12); each test here fails on one of them."""

from __future__ import annotations

import json
import runpy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from infra.configuration import PROJECT
from provisioning.application import handler
from provisioning.application.delivery import ON_KEY, ON_QUEUE, not_allowed
from provisioning.application.receiving import Became
from provisioning.calendar.renewal import Renewal, Renewed
from provisioning.errors import AmazonRefused
from tests.fakes.engine import declare
from tests.fakes.letters import CLIENT, NEW, OLD, expiry, new_secret

if TYPE_CHECKING:
    from tests.fakes.engine import Declaration
    from tests.fakes.vendor import Vendor


@pytest.fixture(scope="module")
def fleet() -> Declaration:
    """What the demo's stack declares."""
    import yaml  # noqa: PLC0415  the infra tests' own fixture is not in reach here

    config = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    return declare(lambda: runpy.run_path(str(PROJECT / "infra"), run_name="__main__"), config=texts)


def record(body: str, number: int = 1) -> dict[str, Any]:
    """A message as Lambda hands it over; it was sent long ago."""
    return {"messageId": f"m{number}", "body": body, "attributes": {"SentTimestamp": "1700000000000"}}


def by_effect(policy: str, effect: str) -> set[str]:
    """Collect the actions of a policy's statements of one effect, whomever they speak of."""
    statements = [one for one in json.loads(policy)["Statement"] if one["Effect"] == effect]
    return {
        action
        for one in statements
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }


def test_1_the_request_is_really_sent(vendor: Vendor) -> None:
    """The sample builds the call, logs success, and sends nothing."""
    vendor.asker.ask("calendar")
    assert vendor.fake_amazon.calls[-1] == "/applications/2023-11-30/clientSecret"
    assert vendor.fake_amazon.made == [CLIENT]


@pytest.mark.parametrize("days", [90, 53, 8])
def test_2_a_notice_that_comes_early_is_not_dropped(vendor: Vendor, days: int) -> None:
    """The sample drops what is more than 7 days ahead, though notices come 53 to 90 days before."""
    ends = vendor.now + timedelta(days=days)
    assert vendor.receive(expiry(ends, said=vendor.now)) is Became.NOTED
    calendar = Renewal(vendor.keeper, vendor.asker, timedelta(days=60))
    if days > 60:
        assert calendar.run(vendor.now) == Renewed("not due")
        vendor.now = ends - timedelta(days=60)
    assert calendar.run(vendor.now) == Renewed("asked")
    assert vendor.fake_amazon.made == [CLIENT]


def test_3_the_new_secret_is_in_no_log_line(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    """The sample logs the whole event. Received, refused, malformed, of another application: nothing quotes it."""
    other = new_secret(client_id="amzn1.application-oa2-client.PLACEHOLDER-OTHER")
    malformed = new_secret(newClientSecretExpiryTime="soon")
    caplog.set_level("DEBUG")
    handler.receive(vendor.receiver, [record(new_secret()), record(other, 2), record(malformed, 3), record(NEW, 4)])
    vendor.make()
    handler.receive(vendor.receiver, [record(new_secret(), 5)])
    assert vendor.app.client_secret == NEW
    assert len(caplog.records) == 5
    assert NEW not in caplog.text


def test_4_what_cannot_be_read_stays_in_the_queue(vendor: Vendor) -> None:
    """The sample catches the error and returns, so that the only copy is deleted; here the others go on, too."""
    vendor.make()
    answer = handler.receive(vendor.receiver, [record("{", 1), record(new_secret(), 2), record("{}", 3)])
    assert answer == [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]
    assert vendor.app.client_secret == NEW


def test_5_the_old_one_is_not_overwritten_before_the_new_one_is_proven(vendor: Vendor) -> None:
    """The sample overwrites it untested."""
    with pytest.raises(AmazonRefused):
        vendor.receive(new_secret(), vendor.now - timedelta(days=1))
    assert vendor.app.client_secret == OLD


def test_6_amazon_may_use_the_key_of_both_queues(fleet: Declaration) -> None:
    """In the sample one queue's key does not let Amazon in, and the other queue has none."""
    queues = {item.name: item for item in fleet.all("aws:sqs/queue:Queue")}
    key = next(item for item in fleet.all("aws:kms/key:Key") if item.name == "queues")
    for name in ("new-secret", "secret-expiry"):
        assert queues[name].inputs["kmsMasterKeyId"] == "arn:aws:kms/key:Key:queues"
    assert not_allowed(key.inputs["policy"], ON_KEY, "arn:aws:kms/key:Key:queues") == []


def test_7_each_queue_has_a_dead_letter_queue_of_its_own_and_amazon_only_sends(fleet: Declaration) -> None:
    """In the sample one redrives to the other's, and Amazon may receive."""
    queues = {item.name: item for item in fleet.all("aws:sqs/queue:Queue")}
    policies = {item.name: item for item in fleet.all("aws:sqs/queuePolicy:QueuePolicy")}
    for name in ("new-secret", "secret-expiry"):
        redrive = json.loads(queues[name].inputs["redrivePolicy"])
        assert redrive["deadLetterTargetArn"] == f"arn:aws:sqs/queue:Queue:{name}-dead"
        arn = f"arn:aws:sqs:eu-west-1:123456789012:sellerkeys-dev-{name}"
        policy = policies[name].inputs["policy"]
        assert not_allowed(policy, ON_QUEUE, arn) == []
        allowed, denied = (by_effect(policy, effect) for effect in ("Allow", "Deny"))
        assert (allowed, denied) == (set(ON_QUEUE), {"sqs:ReceiveMessage"})
        assert queues[f"{name}-dead"].inputs["kmsMasterKeyId"] == "arn:aws:kms/key:Key:queues"
