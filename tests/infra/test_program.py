"""The whole program, as `pulumi up` runs it for the demo's stack."""

import json
import runpy

import pulumi
import pytest

from infra.configuration import PROJECT
from tests.fakes.engine import Declaration, declare

SELLERS = ("berlin-books", "kyoto-tea", "maple-outdoor")


def run() -> None:
    """Run the program as Pulumi's language host does."""
    runpy.run_path(str(PROJECT / "infra"), run_name="__main__")


@pytest.fixture(scope="module")
def dev(dev_config: dict[str, str]) -> Declaration:
    """What the demo's stack declares."""
    return declare(run, config=dev_config)


def test_a_fleet_is_what_is_listed_here_and_nothing_else(dev: Declaration) -> None:
    """No value, no version and no rotation is declared: those have other writers (design.md 4)."""
    declared = sorted((resource.name, resource.type) for resource in dev.resources)

    assert declared == [
        ("abandoned", "aws:cloudwatch/eventRule:EventRule"),
        ("abandoned", "aws:cloudwatch/eventTarget:EventTarget"),
        ("alarms", "aws:sns/topic:Topic"),
        ("alarms", "aws:sns/topicPolicy:TopicPolicy"),
        ("alarms", "aws:sns/topicSubscription:TopicSubscription"),
        ("alarms", "sellerkeys:index:AlarmTopic"),
        ("app", "aws:secretsmanager/secret:Secret"),
        ("app", "sellerkeys:index:AppSecret"),
        ("aws", "pulumi:providers:aws"),
        *_seller("berlin-books"),
        ("calendar", "aws:cloudwatch/eventRule:EventRule"),
        ("calendar", "aws:cloudwatch/eventTarget:EventTarget"),
        ("calendar", "aws:cloudwatch/logGroup:LogGroup"),
        ("calendar", "aws:iam/role:Role"),
        ("calendar", "aws:iam/rolePolicy:RolePolicy"),
        ("calendar", "aws:lambda/function:Function"),
        ("calendar", "aws:lambda/permission:Permission"),
        ("calendar", "sellerkeys:index:CalendarFunction"),
        ("calendar-errors", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("calendar-not-asked", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("calendar-overdue", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("calendar-silent", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("changed", "sellerkeys:index:ChangeAlarm"),
        ("changed-functions", "aws:cloudwatch/eventRule:EventRule"),
        ("changed-functions", "aws:cloudwatch/eventTarget:EventTarget"),
        ("changed-keys", "aws:cloudwatch/eventRule:EventRule"),
        ("changed-keys", "aws:cloudwatch/eventTarget:EventTarget"),
        ("changed-queues", "aws:cloudwatch/eventRule:EventRule"),
        ("changed-queues", "aws:cloudwatch/eventTarget:EventTarget"),
        ("changed-roles", "aws:cloudwatch/eventRule:EventRule"),
        ("changed-roles", "aws:cloudwatch/eventTarget:EventTarget"),
        ("changed-roles-iam", "aws:cloudwatch/eventRule:EventRule"),
        ("changed-secrets", "aws:cloudwatch/eventRule:EventRule"),
        ("changed-secrets", "aws:cloudwatch/eventTarget:EventTarget"),
        ("client-secret", "aws:cloudwatch/eventRule:EventRule"),
        ("client-secret", "aws:cloudwatch/eventTarget:EventTarget"),
        ("client-secret", "aws:cloudwatch/logGroup:LogGroup"),
        ("client-secret", "aws:iam/role:Role"),
        ("client-secret", "aws:iam/rolePolicy:RolePolicy"),
        ("client-secret", "aws:lambda/function:Function"),
        ("client-secret", "aws:lambda/permission:Permission"),
        ("client-secret", "sellerkeys:index:ClientSecretFunction"),
        ("client-secret-errors", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("client-secret-late", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("client-secret-new-secret", "aws:lambda/eventSourceMapping:EventSourceMapping"),
        ("client-secret-new-secret-dead", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("client-secret-refused", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("client-secret-secret-expiry", "aws:lambda/eventSourceMapping:EventSourceMapping"),
        ("client-secret-secret-expiry-dead", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("client-secret-silent", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("client-secret-unanswered", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("consent", "aws:cloudwatch/logGroup:LogGroup"),
        ("consent", "aws:iam/role:Role"),
        ("consent", "aws:iam/rolePolicy:RolePolicy"),
        ("consent", "aws:lambda/function:Function"),
        ("consent", "aws:lambda/functionUrl:FunctionUrl"),
        ("consent", "aws:lambda/permission:Permission"),
        ("consent", "sellerkeys:index:ConsentFunction"),
        ("consent-2", "aws:lambda/permission:Permission"),
        ("consent-errors", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("consent-throttled", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("consent-unavailable", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("held-key", "aws:kms/alias:Alias"),
        ("held-key", "aws:kms/key:Key"),
        ("held-key", "sellerkeys:index:HeldKey"),
        ("iam-changes", "aws:cloudwatch/eventTarget:EventTarget"),
        ("iam-changes", "aws:iam/role:Role"),
        ("iam-changes", "aws:iam/rolePolicy:RolePolicy"),
        ("key", "aws:kms/alias:Alias"),
        ("key", "aws:kms/key:Key"),
        ("key", "sellerkeys:index:EncryptionKey"),
        *_seller("kyoto-tea"),
        *_seller("maple-outdoor"),
        ("new-secret", "aws:sqs/queue:Queue"),
        ("new-secret", "aws:sqs/queuePolicy:QueuePolicy"),
        ("new-secret-dead", "aws:sqs/queue:Queue"),
        ("new-secret-dead", "aws:sqs/queuePolicy:QueuePolicy"),
        ("queues", "aws:kms/alias:Alias"),
        ("queues", "aws:kms/key:Key"),
        ("queues", "sellerkeys:index:CredentialQueues"),
        ("rotation", "aws:cloudwatch/logGroup:LogGroup"),
        ("rotation", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        ("rotation", "aws:iam/role:Role"),
        ("rotation", "aws:iam/rolePolicy:RolePolicy"),
        ("rotation", "aws:lambda/function:Function"),
        ("rotation", "aws:lambda/permission:Permission"),
        ("rotation", "sellerkeys:index:RotationFunction"),
        ("secret-expiry", "aws:sqs/queue:Queue"),
        ("secret-expiry", "aws:sqs/queuePolicy:QueuePolicy"),
        ("secret-expiry-dead", "aws:sqs/queue:Queue"),
        ("secret-expiry-dead", "aws:sqs/queuePolicy:QueuePolicy"),
        ("table", "aws:dynamodb/table:Table"),
        ("table", "sellerkeys:index:FleetTable"),
    ]


def _seller(name: str) -> list[tuple[str, str]]:
    """List the three resources and the component that a seller may cost at most (design.md 10)."""
    return [
        (name, "aws:iam/role:Role"),
        (name, "aws:iam/rolePolicy:RolePolicy"),
        (name, "aws:secretsmanager/secret:Secret"),
        (name, "sellerkeys:index:SellerSecret"),
    ]


def test_under_one_role_a_seller_costs_one_resource(dev_config: dict[str, str]) -> None:
    """The fleet's one reader is declared once, however many sellers there are."""
    declared = declare(run, config={**dev_config, "sellerkeys:isolation": "one-role"})
    roles = [resource.inputs["name"] for resource in declared.resources if resource.type == "aws:iam/role:Role"]

    assert sorted(name for name in roles if not name.startswith("sellerkeys-fn.")) == ["sellerkeys-reader.dev"]


def test_a_role_name_that_collides_fails_the_preview(dev_config: dict[str, str]) -> None:
    """IAM compares them without regard to case (aws.md 5.2)."""
    readers = json.dumps(["arn:aws:iam::123456789012:role/SELLERKEYS.dev.kyoto-tea"])

    with pytest.raises(pulumi.RunError, match=r"role SELLERKEYS\.dev\.kyoto-tea has the name of"):
        declare(run, config={**dev_config, "sellerkeys:readers": readers})


def test_outputs_do_not_grow_with_the_fleet(dev: Declaration) -> None:
    """An output per seller costs a third of every `pulumi up` (design.md 10); one names them all, for the next run."""
    assert dev.outputs == {
        "base": "dev",
        "region": "eu-west-1",
        "key_arn": "arn:aws:kms/key:Key:key",
        "rotation_function_arn": "arn:aws:lambda/function:Function:rotation",
        "app_secret_name": "sellerkeys/dev/app",
        "consent_address": "https://consent.example/",
        "new_secret_queue_arn": "arn:aws:sqs/queue:Queue:new-secret",
        "secret_expiry_queue_arn": "arn:aws:sqs/queue:Queue:secret-expiry",
        "sellers": list(SELLERS),
    }


def test_the_provider_leaves_state_tags_to_others(dev: Declaration) -> None:
    """Without ignore_tags the next `pulumi up` would delete what the command line and the functions wrote."""
    provider = dev.one("pulumi:providers:aws")

    assert provider.inputs["region"] == "eu-west-1"
    assert provider.inputs["ignoreTags"] == '{"keyPrefixes": ["sellerkeys-state:"]}'


def test_every_resource_has_our_provider(dev: Declaration) -> None:
    """A resource with a default provider would be one whose state tags are deleted."""
    others = [item for item in dev.resources if item.type.startswith("aws:") and item.provider != "aws"]

    assert others == []


def test_a_disposable_fleet_is_not_protected(dev: Declaration) -> None:
    """The demo has to be able to clean up after itself."""
    assert [resource.name for resource in dev.resources if resource.protected] == []


def test_secrets_and_key_are_protected_by_default(dev_config: dict[str, str]) -> None:
    """What cannot be made again must not go away with a typing error."""
    config = {key: value for key, value in dev_config.items() if key != "sellerkeys:disposable"}

    prod = declare(run, stack="prod", config=config)

    assert sorted((resource.type, resource.name) for resource in prod.resources if resource.protected) == [
        ("aws:dynamodb/table:Table", "table"),
        ("aws:kms/key:Key", "held-key"),
        ("aws:kms/key:Key", "key"),
        ("aws:kms/key:Key", "queues"),
        ("aws:secretsmanager/secret:Secret", "app"),
        *(("aws:secretsmanager/secret:Secret", seller) for seller in SELLERS),
        ("aws:sqs/queue:Queue", "new-secret"),
        ("aws:sqs/queue:Queue", "new-secret-dead"),
        ("aws:sqs/queue:Queue", "secret-expiry"),
        ("aws:sqs/queue:Queue", "secret-expiry-dead"),
    ]


def test_a_misspelt_key_fails_the_preview(dev_config: dict[str, str]) -> None:
    """An ignored key would be a setting that nobody notices is not in force."""
    with pytest.raises(pulumi.RunError) as failure:
        declare(run, config={**dev_config, "sellerkeys:disposible": "true"})

    assert str(failure.value) == ("Pulumi.dev.yaml, sellerkeys:disposible: is no key of sellerkeys; check the spelling")
