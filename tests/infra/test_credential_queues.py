"""What the two queues ask of AWS, argument by argument."""

import pytest

from infra.credential_queues import CredentialQueues, CredentialQueuesArgs
from infra.place import Place
from infra.policies.queues import credential_queue_policy, dead_letter_policy, queues_key_policy
from tests.fakes.engine import Declaration, Declared, declare

KEY = "arn:aws:kms/key:Key:queues"
ARN = "arn:aws:sqs:eu-west-1:123456789012"


@pytest.fixture
def declared(place: Place) -> Declaration:
    """The queues of a fleet that is protected."""
    return declare(lambda: CredentialQueues("queues", CredentialQueuesArgs(place=place)))


def queues(declared: Declaration) -> dict[str, Declared]:
    """Give the queues by what they are for."""
    return {queue.name: queue for queue in declared.all("aws:sqs/queue:Queue")}


@pytest.mark.parametrize("what", ["new-secret", "secret-expiry"])
def test_a_queue_keeps_what_it_gets_as_long_as_sqs_can(declared: Declaration, what: str) -> None:
    """Fourteen days, encrypted; a message is hidden for as long as a function may run."""
    queue = queues(declared)[what]

    assert {**queue.inputs, "redrivePolicy": queue.document("redrivePolicy")} == {
        "name": f"sellerkeys-prod-{what}",
        "kmsMasterKeyId": KEY,
        "messageRetentionSeconds": 1_209_600,
        "visibilityTimeoutSeconds": 900,
        "redrivePolicy": {"deadLetterTargetArn": f"arn:aws:sqs/queue:Queue:{what}-dead", "maxReceiveCount": 48},
        "tags": {"sellerkeys:base": "prod"},
    }


@pytest.mark.parametrize("what", ["new-secret", "secret-expiry"])
def test_each_queue_has_a_dead_letter_queue_of_its_own(declared: Declaration, what: str) -> None:
    """It takes from that queue alone, keeps as long and is encrypted as well (sp-api.md 12, no. 6 and 7)."""
    dead = queues(declared)[f"{what}-dead"]

    assert {**dead.inputs, "redriveAllowPolicy": dead.document("redriveAllowPolicy")} == {
        "name": f"sellerkeys-prod-{what}-dead",
        "kmsMasterKeyId": KEY,
        "messageRetentionSeconds": 1_209_600,
        "visibilityTimeoutSeconds": 900,
        "redriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:sellerkeys-prod-{what}"]},
        "tags": {"sellerkeys:base": "prod"},
    }


def test_each_queue_has_its_policy(declared: Declaration, place: Place) -> None:
    """For itself; SQS gives up to a dead-letter queue by its own right, and whoever receives from it reads as much."""
    policies = {item.name: item for item in declared.all("aws:sqs/queuePolicy:QueuePolicy")}

    assert {name: item.document("policy") for name, item in policies.items()} == {
        **{name: credential_queue_policy(place, name) for name in ("new-secret", "secret-expiry")},
        **{f"{name}-dead": dead_letter_policy(place, name) for name in ("new-secret", "secret-expiry")},
    }


def test_the_queues_have_a_key_of_their_own(declared: Declaration, place: Place) -> None:
    """With an alias, rotated, and not deleted by accident."""
    key, alias = declared.one("aws:kms/key:Key"), declared.one("aws:kms/alias:Alias")

    assert {**key.inputs, "policy": key.document("policy")} == {
        "description": "Encrypts what Amazon writes to the queues of the fleet prod.",
        "policy": queues_key_policy(place),
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
        "tags": {"sellerkeys:base": "prod"},
    }
    assert alias.inputs["name"] == "alias/sellerkeys-prod-queues"
