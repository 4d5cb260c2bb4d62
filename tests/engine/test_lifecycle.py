"""Resources at AWS, without the engine: every type, and the rules they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local.engine.provider.catalogue import resource_type, resource_types
from local.engine.provider.errors import Incomplete
from local.engine.provider.lifecycle import Lifecycle
from local.engine.provider.state import difference
from local.engine.provider.tags import TagRules
from local.engine.provider.values import UNKNOWN, Archive
from tests.engine.examples import (
    OTHER_POLICY,
    Bench,
)

if TYPE_CHECKING:
    from pathlib import Path

    from local.engine.provider.clients import Aws
    from local.engine.provider.values import Values


@pytest.fixture
def bench(aws: Aws, code: Path) -> Bench:
    """An empty AWS and a zip."""
    return Bench(aws, code)


@pytest.mark.parametrize("pulumi_type", sorted(resource_types()))
def test_every_type_lives_and_dies(bench: Bench, pulumi_type: str) -> None:
    """A look right after the creation shows what was asked for; a second deletion is no error; then it is gone."""
    life, inputs = bench.life(pulumi_type), bench.inputs(pulumi_type, bench.example(pulumi_type))

    identifier, state = life.create(inputs)

    assert UNKNOWN not in state.values()
    assert set(life.preview_create(inputs)) >= set(state)
    bench.assert_settled(life, identifier, inputs, state)

    life.delete(identifier, state)
    life.delete(identifier, state)

    assert life.read(identifier, inputs, state) is None


CHANGES = [
    ("aws:kms/key:Key", {"description": "b", "enableKeyRotation": False, "policy": OTHER_POLICY, "tags": {"c": "d"}}),
    ("aws:kms/key:Key", {"isEnabled": False}),
    ("aws:secretsmanager/secret:Secret", {"description": "b", "kmsKeyId": "alias/b", "policy": OTHER_POLICY}),
    ("aws:secretsmanager/secret:Secret", {"policy": "{}", "tags": {"c": "d"}}),
    ("aws:iam/role:Role", {"description": "b", "maxSessionDuration": 7200, "tags": {"c": "d"}}),
    ("aws:iam/role:Role", {"permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ("aws:iam/rolePolicy:RolePolicy", {"policy": OTHER_POLICY}),
    ("aws:lambda/function:Function", {"timeout": 60, "environment": {"variables": {"BASE": "prod"}}}),
    ("aws:lambda/function:Function", {"reservedConcurrentExecutions": 7, "tags": {"c": "d"}}),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30, "tags": {"c": "d"}}),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"threshold": 5, "tags": {"c": "d"}}),
    ("aws:sns/topic:Topic", {"displayName": "Other", "tags": {"c": "d"}}),
    ("aws:sns/topicPolicy:TopicPolicy", {"policy": OTHER_POLICY}),
    ("aws:cloudwatch/eventRule:EventRule", {"scheduleExpression": "rate(1 day)", "state": "DISABLED"}),
    ("aws:cloudwatch/eventRule:EventRule", {"description": "b", "tags": {"c": "d"}}),
    ("aws:cloudwatch/eventTarget:EventTarget", {"inputTransformer": {"inputTemplate": '"It is over."'}}),
    ("aws:sns/topicSubscription:TopicSubscription", {"filterPolicy": '{"a": ["b"]}', "rawMessageDelivery": True}),
    ("aws:dynamodb/table:Table", {"ttl": {"attributeName": "gone_at", "enabled": True}, "tags": {"c": "d"}}),
    ("aws:dynamodb/table:Table", {"ttl": {"enabled": False}, "pointInTimeRecovery": {"enabled": False}}),
    ("aws:dynamodb/table:Table", {"deletionProtectionEnabled": True}),
    ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 60, "tags": {"c": "d"}}),
    ("aws:sqs/queuePolicy:QueuePolicy", {"policy": OTHER_POLICY}),
    ("aws:lambda/eventSourceMapping:EventSourceMapping", {"enabled": False, "batchSize": 5}),
    ("aws:lambda/eventSourceMapping:EventSourceMapping", {"functionResponseTypes": [], "tags": {"c": "d"}}),
]


@pytest.mark.parametrize(("pulumi_type", "change"), CHANGES)
def test_a_change_arrives_and_goes_back(bench: Bench, pulumi_type: str, change: Values) -> None:
    """After an update AWS shows what was asked for, and after another one what was there before."""
    life, example = bench.life(pulumi_type), bench.example(pulumi_type)
    before, after = bench.inputs(pulumi_type, example), bench.inputs(pulumi_type, {**example, **change})
    identifier, state = life.create(before)

    changed = life.update(identifier, after, state)

    bench.assert_settled(life, identifier, after, changed)

    back = life.update(identifier, before, changed)

    bench.assert_settled(life, identifier, before, back)


TAGGED = [kind for kind in sorted(resource_types()) if "tags" in resource_type(kind).arguments]


@pytest.mark.parametrize("pulumi_type", TAGGED)
def test_others_tags_survive(bench: Bench, pulumi_type: str) -> None:
    """A tag under an ignored prefix is not read into the state, and an update of the tags leaves it where it is."""
    life, example = bench.life(pulumi_type), bench.example(pulumi_type)
    inputs = bench.inputs(pulumi_type, example)
    identifier, state = life.create(inputs)
    strict = Lifecycle(life.kind, life.aws, TagRules())
    outside = {**inputs, "tagsAll": {**inputs["tagsAll"], "sellerkeys-state:status": "ok"}}
    strict.update(identifier, outside, state)

    bench.assert_settled(life, identifier, inputs, state)

    others = bench.inputs(pulumi_type, {**example, "tags": {"c": "d"}})
    state = life.update(identifier, others, state)
    seen, _ = strict.read(identifier, others, state) or ({}, {})

    assert state["tagsAll"] == {"c": "d"}
    assert seen["tagsAll"] == {"c": "d", "sellerkeys-state:status": "ok"}


def test_a_secret_is_born_without_a_value(bench: Bench) -> None:
    """The program owns the secret, never a value (design.md 4)."""
    identifier, _ = bench.create("aws:secretsmanager/secret:Secret", name="a")
    versions = bench.aws.client("secretsmanager").list_secret_version_ids(SecretId=identifier)["Versions"]

    assert versions == []


def test_a_secret_waits_out_its_window(bench: Bench) -> None:
    """A deleted secret keeps its name for its recovery window."""
    identifier, state = bench.create("aws:secretsmanager/secret:Secret", name="a", recoveryWindowInDays=7)
    bench.life("aws:secretsmanager/secret:Secret").delete(identifier, state)

    with pytest.raises(ClientError, match="CreateSecret"):
        bench.create("aws:secretsmanager/secret:Secret", name="a")


def test_a_secret_may_go_at_once(bench: Bench) -> None:
    """A recovery window of 0 deletes without one."""
    identifier, state = bench.create("aws:secretsmanager/secret:Secret", name="a", recoveryWindowInDays=0)
    bench.life("aws:secretsmanager/secret:Secret").delete(identifier, state)

    bench.create("aws:secretsmanager/secret:Secret", name="a")


def test_half_a_creation_is_told_with_its_id(bench: Bench) -> None:
    """A key whose rotation is refused is there all the same, and the engine has to know it."""
    with pytest.raises(Incomplete, match=r"completing aws:kms/key:Key .* RotationPeriodInDays") as half:
        bench.create("aws:kms/key:Key", enableKeyRotation=True, rotationPeriodInDays=1)

    assert bench.aws.client("kms").describe_key(KeyId=half.value.id)["KeyMetadata"]["Enabled"]


def test_changed_code_is_uploaded(bench: Bench, code: Path) -> None:
    """Another content is another function; the state tells the new hash."""
    kind = "aws:lambda/function:Function"
    example = bench.example(kind)
    identifier, state = bench.create(kind, **example)
    code.write_bytes(code.read_bytes().replace(b"handle(event", b"handle(other"))

    changed = bench.life(kind).update(
        identifier, bench.inputs(kind, {**example, "code": Archive("other", str(code))}), state
    )

    assert changed["codeSha256"] != state["codeSha256"]
    assert changed["sourceCodeHash"] == changed["codeSha256"]


def test_a_preview_of_an_update_keeps_what_is_known(bench: Bench) -> None:
    """An ARN outlives an update, so what depends on it is known; the time of the change is not."""
    kind = "aws:lambda/function:Function"
    example = bench.example(kind)
    _, state = bench.create(kind, **example)

    shown = bench.life(kind).preview_update(bench.inputs(kind, {**example, "timeout": 60}), state)

    assert shown["arn"] == state["arn"]
    assert shown["timeout"] == 60
    assert shown["lastModified"] is UNKNOWN


@pytest.mark.parametrize(
    ("pulumi_type", "of"),
    [
        ("aws:secretsmanager/secret:Secret", "{id}"),
        ("aws:iam/rolePolicy:RolePolicy", "{id}"),
        ("aws:lambda/permission:Permission", "{function}/{id}"),
        ("aws:lambda/functionUrl:FunctionUrl", "{id}"),
    ],
)
def test_an_import_needs_only_the_id(bench: Bench, pulumi_type: str, of: str) -> None:
    """What is there already is read by its id alone."""
    example = bench.example(pulumi_type)
    identifier, state = bench.create(pulumi_type, **example)
    name = of.format(id=identifier, **example)

    found, inputs = bench.life(pulumi_type).read(name, {}, {}) or ({}, {})

    assert found == state
    assert not difference(resource_type(pulumi_type), inputs, state, "eu-west-1").changed
