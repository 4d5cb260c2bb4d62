"""What holds for every document: its size, and what it may not say."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.place import Place
from infra.policies import document
from infra.policies.application import app_secret_policy
from infra.policies.calendar import calendar_policy
from infra.policies.client_secret import client_secret_policy
from infra.policies.consent import consent_policy
from infra.policies.document import lambda_only, text
from infra.policies.key import held_key_policy, key_policy
from infra.policies.queues import credential_queue_policy, queues_key_policy
from infra.policies.rotation import rotation_policy
from infra.policies.sellers import (
    one_reader_policy,
    one_reader_trust,
    reader_policy,
    reader_trust,
    seller_secret_policy,
)
from infra.policies.topic import topic_policy

KEY = "arn:aws:kms:ap-southeast-4:123456789012:key/mrk-00000000000000000000000000000000"

Documents = dict[str, document.Document]


@pytest.fixture
def documents(longest: Place) -> Documents:
    """Every document there is, for the longest names."""
    seller = "s" * 32
    return {
        "reader's trust": reader_trust(longest.people.readers),
        "reader": reader_policy(longest, seller, KEY),
        "seller secret": seller_secret_policy(longest, seller),
        "one reader's trust": one_reader_trust(longest.people.readers),
        "one reader": one_reader_policy(longest, KEY),
        "seller secret under one role": seller_secret_policy(replace(longest, isolation="one-role"), seller),
        "app secret": app_secret_policy(longest),
        "function's trust": lambda_only(),
        "rotation": rotation_policy(longest, KEY),
        "calendar": calendar_policy(longest, KEY, KEY),
        "client secret": client_secret_policy(longest, KEY, KEY),
        "consent": consent_policy(longest, KEY, KEY),
        "topic": topic_policy(longest),
        "key": key_policy(longest),
        "held key": held_key_policy(longest),
        "credential queue": credential_queue_policy(longest, "secret-expiry"),
        "queues' key": queues_key_policy(longest),
    }


def test_only_lambda_becomes_the_function() -> None:
    """No person and no other service acts as a function of the fleet."""
    assert lambda_only() == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "LambdaOnly",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def statements(documents: Documents) -> Iterator[tuple[str, dict[str, Any]]]:
    """List every statement, with its document's name."""
    return ((name, statement) for name, item in documents.items() for statement in item["Statement"])


def test_each_fits_into_what_aws_takes(documents: Documents) -> None:
    """With the longest names, and ten readers."""
    limits = {
        "reader's trust": document.TRUST_POLICY_LIMIT,
        "reader": document.ROLE_POLICY_LIMIT,
        "seller secret": document.SECRET_POLICY_LIMIT,
        "one reader's trust": document.TRUST_POLICY_LIMIT,
        "one reader": document.ROLE_POLICY_LIMIT,
        "seller secret under one role": document.SECRET_POLICY_LIMIT,
        "app secret": document.SECRET_POLICY_LIMIT,
        "function's trust": document.TRUST_POLICY_LIMIT,
        "rotation": document.ROLE_POLICY_LIMIT,
        "calendar": document.ROLE_POLICY_LIMIT,
        "client secret": document.ROLE_POLICY_LIMIT,
        "consent": document.ROLE_POLICY_LIMIT,
        "held key": document.KEY_POLICY_LIMIT,
        "topic": document.SECRET_POLICY_LIMIT,  # no source gives a topic's
        "key": document.KEY_POLICY_LIMIT,
        "credential queue": document.SECRET_POLICY_LIMIT,  # no source gives a queue's
        "queues' key": document.KEY_POLICY_LIMIT,
    }

    assert {name for name, item in documents.items() if len(text(item)) > limits[name]} == set()


def test_only_policies_of_resources_say_star(documents: Documents) -> None:
    """There it means the resource itself; in a role's policy it is for actions that know no resource (design.md 6)."""
    found = [f"{name}: {statement['Sid']}" for name, statement in statements(documents) if "*" in _resources(statement)]

    assert found == [
        "seller secret: OnlyItsReaderAndTheRotationRead",
        "seller secret: OnlyOperatorsAndFunctionsWrite",
        "seller secret: OnlyTheDeployerUpdates",
        "seller secret: IdentityTagsAreTheDeployers",
        "seller secret: NoForeignRotation",
        "seller secret: NoForcedDeletion",
        "seller secret under one role: OnlyItsReaderAndTheRotationRead",
        "seller secret under one role: OnlyASessionForThisSeller",
        "seller secret under one role: OnlyOperatorsAndFunctionsWrite",
        "seller secret under one role: OnlyTheDeployerUpdates",
        "seller secret under one role: IdentityTagsAreTheDeployers",
        "seller secret under one role: NoForeignRotation",
        "seller secret under one role: NoForcedDeletion",
        "app secret: OnlyWhoProvesOrComposesReads",
        "app secret: OnlyOperatorsAndTheRenewalWrite",
        "app secret: OnlyTheDeployerUpdates",
        "app secret: IdentityTagsAreTheDeployers",
        "app secret: NoRotation",
        "app secret: NoForcedDeletion",
        "calendar: ListSecrets",
        "calendar: CountInItsNamespace",
        "calendar: ListMappings",
        "client secret: ListSecrets",
        "client secret: CountInItsNamespace",
        "consent: ListSecrets",
        "key: AccountAdministers",
        "key: FleetsSecretsThroughSecretsManager",
        "key: NoDirectUse",
        "key: NoOtherSecrets",
        "held key: AccountAdministers",
        "held key: SealAndOpenForThisFleet",
        "held key: OnlyTheConsentFunctionSeals",
        "held key: OnlyWhoeverIsOnCallOpens",
        "held key: NoOtherUse",
        "queues' key: AccountAdministers",
        "queues' key: AmazonThroughQueues",
        "queues' key: AccountThroughQueues",
        "queues' key: NoDirectUse",
    ]


def test_nothing_is_allowed_to_everybody_or_by_a_pattern(documents: Documents) -> None:
    """An allowed `Get*` would grow with AWS's list of actions; and SP-API needs no execute-api (sp-api.md 2)."""
    allowed = [statement for _, statement in statements(documents) if statement["Effect"] == "Allow"]
    actions = {action for statement in allowed for action in _many(statement["Action"])}

    assert [statement["Sid"] for statement in allowed if statement.get("Principal") == "*"] == []
    assert [action for action in actions if "*" in action or action.startswith("execute-api:")] == []


def test_every_statement_has_a_name_of_its_own(documents: Documents) -> None:
    """CloudTrail and the proof name a statement by its Sid, which takes letters and digits only."""
    for name, item in documents.items():
        sids = [statement["Sid"] for statement in item["Statement"]]
        assert (name, len(set(sids)), all(sid.isalnum() for sid in sids)) == (name, len(sids), True)


def _resources(statement: dict[str, Any]) -> list[str]:
    return _many(statement.get("Resource", []))


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
