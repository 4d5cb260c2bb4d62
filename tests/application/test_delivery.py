"""Whatever would lose a message of Amazon's is found before it is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.policies.queues import credential_queue_policy, queues_key_policy
from provisioning.application.delivery import ON_KEY, ON_QUEUE, Clients, Delivery, not_allowed
from tests.fakes.services import ACCOUNT, AMAZON, FUNCTION, KEY, QUEUES, REGION, FakeServices, allow, policy, queue_arn

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.place import Place

NEW = QUEUES[0]
UNREAD = f"is not read by function {FUNCTION}: its event source mapping is missing or disabled"
UNREPORTED = f"would lose messages that function {FUNCTION} says have failed: ReportBatchItemFailures is off"


def faults(services: FakeServices) -> list[str]:
    """What is found to be wrong."""
    clients = Clients(services.queues, services.keys, services.function)
    return Delivery(clients, REGION, ACCOUNT, "dev").faults()


def test_nothing_is_wrong_with_a_fleet_as_it_is_declared() -> None:
    """So Amazon may be asked."""
    assert faults(FakeServices()) == []


def _set(name: str, value: str | None) -> Callable[[FakeServices], None]:
    def change(services: FakeServices) -> None:
        services.queues.queues[NEW] |= {name: value or ""}
        if value is None:
            del services.queues.queues[NEW][name]

    return change


def _mapping(**found: Any) -> Callable[[FakeServices], None]:
    return lambda services: services.function.mappings.update({queue_arn(NEW): found})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.queues.queues.pop(NEW), [f"queue {NEW} does not exist: run `pulumi up`"]),
        (
            _set("Policy", None),
            [f"queue {NEW} does not let Amazon's account 437568002678 in for {action}" for action in ON_QUEUE],
        ),
        (
            _set("Policy", policy(allow("sqs:SendMessage"))),
            [f"queue {NEW} does not let Amazon's account 437568002678 in for sqs:GetQueueAttributes"],
        ),
        (_set("RedrivePolicy", None), [f"queue {NEW} has no dead-letter queue"]),
        (
            lambda s: setattr(s.keys, "policy", policy(allow("kms:Decrypt"))),
            [
                f"queue {name} is encrypted with a key that does not let Amazon's account in for kms:GenerateDataKey"
                for name in QUEUES
            ],
        ),
        (
            lambda s: setattr(s.keys, "state", "PendingDeletion"),
            [f"queue {name} is encrypted with a key that is PendingDeletion" for name in QUEUES],
        ),
        (
            lambda s: s.function.mappings.pop(queue_arn(NEW)),
            [
                f"queue {NEW} {UNREAD}",
            ],
        ),
        (
            _mapping(State="Disabled", FunctionResponseTypes=["ReportBatchItemFailures"]),
            [
                f"queue {NEW} {UNREAD}",
            ],
        ),
        (
            _mapping(State="Enabled"),
            [
                f"queue {NEW} {UNREPORTED}",
            ],
        ),
        (
            lambda s: setattr(s.function, "configuration", None),
            ["function sellerkeys-dev-client-secret does not exist: run `pulumi up`"],
        ),
        (
            lambda s: setattr(s.function, "configuration", {"State": "Failed"}),
            ["function sellerkeys-dev-client-secret is Failed"],
        ),
        (
            lambda s: setattr(s.function, "configuration", {"LastUpdateStatus": "Failed"}),
            ["the last update of function sellerkeys-dev-client-secret failed"],
        ),
    ],
)
def test_each_fault_is_one_sentence(change: Callable[[FakeServices], None], said: list[str]) -> None:
    """With the queue, and what to do where that is not plain."""
    services = FakeServices()
    change(services)
    assert faults(services) == said


def test_a_queue_without_a_key_of_ours_is_no_fault() -> None:
    """SQS's own encryption needs nothing of Amazon's account."""
    services = FakeServices()
    for queue in services.queues.queues.values():
        del queue["KmsMasterKeyId"]
    assert faults(services) == []


def test_the_declared_policies_let_amazon_in(place: Place) -> None:
    """Read as strictly as AWS would read them."""
    for what in ("new-secret", "secret-expiry"):
        assert not_allowed(json.dumps(credential_queue_policy(place, what)), ON_QUEUE, place.queue(what)) == []
    assert not_allowed(json.dumps(queues_key_policy(place)), ON_KEY, KEY) == []


DENY = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "is_allowed"),
    [
        ([], False),
        ([allow("sqs:SendMessage")], True),
        ([allow("sqs:SendMessage", principal="437568002678")], True),
        ([allow("sqs:*", principal=["arn:aws:iam::1:root", AMAZON])], True),
        ([allow("SQS:sendmessage")], True),
        ([allow("sqs:SendMessage", principal="arn:aws:iam::123456789012:root")], False),
        ([allow("sqs:ReceiveMessage")], False),
        ([allow("sqs:SendMessage", resource=queue_arn(NEW))], True),
        ([allow("sqs:SendMessage", resource=queue_arn("another"))], False),
        ([allow("sqs:SendMessage"), DENY], False),
        ([allow("sqs:SendMessage"), DENY | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}], True),
        ([allow("sqs:SendMessage"), DENY | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}], True),
        ([allow("sqs:SendMessage"), DENY | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}], False),
        (
            [
                allow("sqs:SendMessage"),
                DENY | {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": ["437568002678"]}}},
            ],
            True,
        ),
        ([allow("sqs:SendMessage"), DENY | {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": "1"}}}], False),
        (
            [allow("sqs:SendMessage", Condition={"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}})],
            True,
        ),
        ([allow("sqs:SendMessage", Condition={"StringEquals": {"kms:ViaService": "ec2.amazonaws.com"}})], False),
    ],
)
def test_a_policy_is_read_as_aws_reads_it(statements: list[dict[str, Any]], *, is_allowed: bool) -> None:
    """For Amazon's account, when it sends over TLS."""
    assert (not_allowed(policy(*statements), ["sqs:SendMessage"], queue_arn(NEW)) == []) is is_allowed


UNKNOWN = {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*"}}}


@pytest.mark.parametrize(
    "statements",
    [[allow("sqs:SendMessage", **UNKNOWN)], [allow("sqs:SendMessage"), DENY | UNKNOWN]],
    ids=["a permission", "a denial"],
)
def test_in_doubt_amazon_is_not_asked(statements: list[dict[str, Any]]) -> None:
    """A condition that we cannot judge keeps us from asking, and loses nothing."""
    assert not_allowed(policy(*statements), ["sqs:SendMessage"], queue_arn(NEW)) == ["sqs:SendMessage"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_what_is_no_policy_allows_nothing(text: str) -> None:
    """And breaks nothing."""
    assert not_allowed(text, ["sqs:SendMessage"], queue_arn(NEW)) == ["sqs:SendMessage"]
