"""Who reaches the queues that Amazon writes to."""

from fnmatch import fnmatchcase

import pytest

from infra.place import Place
from infra.policies.document import Document
from infra.policies.key import USE, key_policy
from infra.policies.queues import credential_queue_policy, dead_letter_policy, queues_key_policy
from provisioning import naming

AMAZON = {"AWS": "arn:aws:iam::437568002678:root"}
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:sellerkeys-prod-new-secret"


def statements(document: Document) -> dict[str, Document]:
    """Give the statements by their names."""
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_amazon_may_send_and_look_and_nothing_else(place: Place) -> None:
    """Amazon's own sample also lets it receive, which it does not need (sp-api.md 12, no. 7)."""
    found = statements(credential_queue_policy(place, naming.NEW_SECRET))

    assert found["AmazonSends"] == {
        "Sid": "AmazonSends",
        "Effect": "Allow",
        "Principal": AMAZON,
        "Action": ["sqs:GetQueueAttributes", "sqs:SendMessage"],
        "Resource": QUEUE,
    }
    assert [name for name, item in found.items() if item["Effect"] == "Allow"] == ["AmazonSends"]


def test_nobody_but_the_client_secret_function_receives(place: Place) -> None:
    """A message holds the new client secret in the clear; an administrator's `sqs:*` does not open it."""
    found = statements(credential_queue_policy(place, naming.NEW_SECRET))

    assert found["OnlyTheClientSecretFunctionReceives"] == {
        "Sid": "OnlyTheClientSecretFunctionReceives",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:ReceiveMessage",
        "Resource": QUEUE,
        "Condition": {
            "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.client-secret"}
        },
    }


def test_the_queues_key_lets_amazon_encrypt_through_sqs(place: Place) -> None:
    """Without these two its messages are lost, and nobody is told (sp-api.md 5.3; 12, no. 6)."""
    assert statements(queues_key_policy(place))["AmazonThroughQueues"] == {
        "Sid": "AmazonThroughQueues",
        "Effect": "Allow",
        "Principal": AMAZON,
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
    }


def test_the_queues_key_is_used_through_sqs_only(place: Place) -> None:
    """A grant, or a statement added by hand, opens nothing; who of the account uses it, its own policy says."""
    found = statements(queues_key_policy(place))

    assert found["NoDirectUse"] == {
        "Sid": "NoDirectUse",
        "Effect": "Deny",
        "Principal": "*",
        "Action": [*USE, "kms:CreateGrant"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
    }
    assert {**found["AccountThroughQueues"], "Principal": AMAZON, "Sid": "AmazonThroughQueues"} == found[
        "AmazonThroughQueues"
    ]
    administration = found["AccountAdministers"]["Action"]
    assert [name for name in administration for use in [*USE, "kms:CreateGrant"] if fnmatchcase(name, use)] == []


@pytest.mark.parametrize("name", ["key", "queues"])
def test_amazon_is_on_the_queues_key_only(place: Place, name: str) -> None:
    """The key of the credentials never names Amazon's account (design.md 6)."""
    policies = {"key": key_policy(place), "queues": queues_key_policy(place)}

    assert ("437568002678" in str(policies[name])) is (name == "queues")


def test_what_was_given_up_is_as_closed(place: Place) -> None:
    """A message that was set aside holds what it held before; the account's other roles get no second way to it."""
    (found,) = dead_letter_policy(place, naming.NEW_SECRET)["Statement"]
    assert (found["Effect"], found["Action"], found["Principal"]) == ("Deny", "sqs:ReceiveMessage", "*")
    assert found["Resource"].endswith(":sellerkeys-prod-new-secret-dead")
    assert found["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/sellerkeys-fn.prod.client-secret"}
    }
