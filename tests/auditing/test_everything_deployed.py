"""`prove --live` looks at every document that the program deploys: each, changed by hand, is named; none is dropped."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from isolation.proof import claims
from isolation.proof.fleet import Guard
from isolation.proof.proving import Result, prove
from proving.deployed import Unread
from proving.live import Live
from provisioning.auditing.drift import drift
from tests.fakes.account import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provisioning.auditing.account import Account
    from tests.fakes.account import FakeAccount, OtherKey
    from tests.fakes.engine import Declaration
    from tests.fakes.secrets_manager import FakeSecretsManager

#: What the program declares and what `prove --live` finds of it, by the engine's name for the type.
READ = {
    "aws:cloudwatch/eventBus:EventBus": "event bus",
    "aws:dynamodb/table:Table": "table",
    "aws:iam/role:Role": "role",
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:kms/alias:Alias": "key",
    "aws:kms/key:Key": "key",
    "aws:lambda/function:Function": "function",
    "aws:lambda/functionUrl:FunctionUrl": "function",
    "aws:lambda/permission:Permission": "function",
    "aws:secretsmanager/secret:Secret": "secret",
    "aws:sns/topic:Topic": "topic",
    "aws:sns/topicPolicy:TopicPolicy": "topic",
    "aws:sqs/queue:Queue": "queue",
    "aws:sqs/queuePolicy:QueuePolicy": "queue",
}
#: What lets nobody in; `proving.deployed.NOT_LOOKED_AT` says so on the screen.
LETS_NOBODY_IN = {
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:sns/topicSubscription:TopicSubscription",
}
GUEST: dict[str, Any] = {
    "Sid": "Guest",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:role/guest"},
    "Action": "*",
    "Resource": "*",
}
TABLE = "sellerkeys-dev"


def found(account: Account) -> tuple[str, ...]:
    """What differs from what the program declares."""
    return drift(account, Live(account).declared())


def test_whatever_is_declared_is_read_or_lets_nobody_in(
    declaration: Declaration, one_role: Declaration, project: Path
) -> None:
    """A resource of a new type has to be entered here, and looked at, before it can be declared."""
    every = (declaration, one_role, declared(project, events=True))
    types = {each.type for made in every for each in made.resources if each.type.startswith("aws:")}

    assert types == set(READ) | LETS_NOBODY_IN


def documents(deployed: FakeAccount) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every deployed document that lies in a place of its own: its kind, what the report calls it, and itself."""
    yield "key", "the key", deployed.key_policy
    yield "key", "the key of the queues", deployed.other_keys["alias/sellerkeys-dev-queues"].policy
    yield "key", "the key of what waits", deployed.other_keys["alias/sellerkeys-dev-held"].policy
    yield from (("topic", f"topic {name}", document) for name, document in deployed.things.topics.items())
    yield from (("queue", f"queue {name}", told["Policy"]) for name, told in deployed.things.queues.items())
    yield from (("function", f"function {name}", document) for name, document in deployed.things.functions.items())
    for name, role in deployed.roles.items():
        role["AssumeRolePolicyDocument"] = copy.deepcopy(role["AssumeRolePolicyDocument"])
        yield "role", f"role {name}, who may become it", role["AssumeRolePolicyDocument"]
        for policy in role["RolePolicyList"]:
            yield "role", f"role {name}, policy {policy['PolicyName']}", deployed.policy(name, policy["PolicyName"])


def test_each_document_changed_by_hand_is_named(
    look: Callable[[], Account], deployed: FakeAccount, aws: FakeSecretsManager
) -> None:
    """Each in turn: a statement that was added, one that was changed, one that was taken away."""
    kinds, seen = set(), []
    for kind, name, document in documents(deployed):
        kinds.add(kind)
        seen.append(name)
        rows = document["Statement"]
        first = rows[0]
        for changed, said in (
            ([*rows, GUEST], f"{name}: statement Guest was added: "),
            ([{**first, "Action": "x:Other"}, *rows[1:]], f"{name}: statement {first['Sid']} was changed: Action is "),
            ([*rows[1:], {**first, "Sid": "Kept"}], f"{name}: statement {first['Sid']} was taken away"),
        ):
            document["Statement"] = changed
            told = found(look())
            assert told, name
            assert told[0].startswith(said), name
            assert all(line.startswith(f"{name}: ") for line in told), name
        document["Statement"] = rows
    for secret in aws.secrets.values():
        policy = json.loads(secret.policy or "")
        secret.policy = json.dumps({**policy, "Statement": [*policy["Statement"], GUEST]})
        (told_of,) = found(look())
        assert told_of.startswith(f"secret {secret.name}: statement Guest was added: ")
        secret.policy = json.dumps(policy)
    deployed.things.tables[TABLE] = {"Version": "2012-10-17", "Statement": [GUEST]}

    assert found(look()) == (f"table {TABLE}: was added by hand",)
    assert kinds | {"secret", "table", "event bus"} == set(READ.values())
    assert len(seen) == len(set(seen)) > 25


def test_settings_that_say_who_may(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """A queue's key, who may give up messages to it, a function's role, and its address."""
    things, queue = deployed.things, "sellerkeys-dev-new-secret"
    things.queues[queue]["KmsMasterKeyId"] = ""
    things.queues[f"{queue}-dead"]["RedriveAllowPolicy"] = {"redrivePermission": "allowAll"}
    things.roles["sellerkeys-dev-calendar"] = "arn:aws:iam::123456789012:role/sellerkeys-fn.dev.rotation"
    things.addresses["sellerkeys-dev-rotation"] = "NONE"
    things.addresses["sellerkeys-dev-consent"] = "AWS_IAM"

    was_key = "the key it is encrypted with is none of ours, and was declared as queues"
    takes = f'{{"redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:eu-west-1:123456789012:{queue}"]}}'
    role = "the role it runs under is arn:aws:iam::123456789012:role/sellerkeys-fn.dev"
    address = "how its address asks who calls is"
    assert found(look()) == (
        f"queue {queue}: {was_key}",
        (
            f"queue {queue}-dead: what may give up messages to it is"
            f' {{"redrivePermission": "allowAll"}}, and was declared as {takes}'
        ),
        f"function sellerkeys-dev-rotation: {address} NONE, and was declared as it has no address",
        f"function sellerkeys-dev-calendar: {role}.rotation, and was declared as {role.partition(' is ')[2]}.calendar",
        f"function sellerkeys-dev-consent: {address} AWS_IAM, and was declared as NONE",
    )


def test_what_is_missing_or_too_much(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Deleted by hand, each is told to be missing; the claims are then asked of the rest."""
    things = deployed.things
    del things.topics["sellerkeys-dev-alarms"], things.tables[TABLE], things.functions["sellerkeys-dev-calendar"]
    del things.queues["sellerkeys-dev-new-secret"], deployed.other_keys["alias/sellerkeys-dev-queues"]
    del things.functions["sellerkeys-dev-consent"]

    told = found(look())

    missing = [line.partition(": is not there: run `pulumi up`") for line in told]
    assert [name for name, there, _ in missing if there] == [
        "the key of the queues",
        "topic sellerkeys-dev-alarms",
        "queue sellerkeys-dev-new-secret",
        "table sellerkeys-dev",
        "function sellerkeys-dev-calendar",
        "function sellerkeys-dev-consent",
    ]
    names = [guard.what for guard in Live(look()).looked_at().guards]
    assert not any("topic" in name or "calendar function: from" in name for name in names)
    assert any("the rotation function: from" in name for name in names)


def test_pages_that_the_configuration_turned_off(look: Callable[[], Account]) -> None:
    """What `pulumi up` would take away, and somebody kept or made."""
    account = look()
    consent = account.fleet.settings.consent.model_copy(update={"pages": False})
    told = replace(account.fleet, settings=account.fleet.settings.model_copy(update={"consent": consent}))

    assert found(replace(account, fleet=told)) == (
        "the key of what waits: is there, and the configuration declares none",
        "role sellerkeys-fn.dev.consent: no seller of the roster and no function of the fleet has such a role",
        "function sellerkeys-dev-consent: is there, and the configuration declares none",
    )


def test_the_bus_on_which_consumers_are_told(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Where there is one, it is open to nobody but the account; where there is none, nobody makes one."""
    deployed.things.buses["sellerkeys-dev"] = {"Version": "2012-10-17", "Statement": [GUEST]}
    account = look()
    told = replace(account.fleet, settings=account.fleet.settings.model_copy(update={"events": True}))
    with_events = found(replace(account, fleet=told))

    assert found(account) == ("event bus sellerkeys-dev: is there, and the configuration declares none",)
    assert "event bus sellerkeys-dev: was added by hand" in with_events


def test_a_grant_on_another_key(look: Callable[[], Account], deployed: FakeAccount) -> None:
    """Beside the policy a grant opens a key as well."""
    held: OtherKey = deployed.other_keys["alias/sellerkeys-dev-held"]
    held.grants.append({"GranteePrincipal": "arn:aws:iam::123456789012:role/x"})

    assert found(look()) == ("the key of what waits: a grant was given to arn:aws:iam::123456789012:role/x",)


@pytest.mark.parametrize(
    ("where", "claim"),
    [
        ("the topic", "from outside, only CloudWatch for this fleet's alarms and EventBridge for its rules publish"),
        ("the queue new-secret", "from outside, only Amazon's account sends"),
        ("what the queue new-secret gave up", "nobody but the client-secret function receives"),
        ("the key of what waits", "nobody but whoever is on call opens, for this fleet"),
        ("the policy of the rotation function", "from outside, nobody but secretsmanager calls it, for this fleet"),
        ("nobody uses the other key but through sqs", ""),
    ],
)
def test_a_document_that_lets_in_more_is_refuted(
    where: str, claim: str, look: Callable[[], Account], deployed: FakeAccount
) -> None:
    """The claim is asked of the deployed document, not of the declared one."""
    everybody = {**GUEST, "Principal": "*"}
    things, keys = deployed.things, deployed.other_keys
    dead = things.queues["sellerkeys-dev-new-secret-dead"]["Policy"]
    document: dict[str, Any] = {
        "the topic": things.topics["sellerkeys-dev-alarms"],
        "the queue new-secret": things.queues["sellerkeys-dev-new-secret"]["Policy"],
        "what the queue new-secret gave up": dead,
        "the key of what waits": keys["alias/sellerkeys-dev-held"].policy,
        "the policy of the rotation function": things.functions["sellerkeys-dev-rotation"],
        "nobody uses the other key but through sqs": keys["alias/sellerkeys-dev-queues"].policy,
    }[where]
    denials = [row for row in document["Statement"] if row["Effect"] == "Deny"]
    document["Statement"] = [row for row in document["Statement"] if row not in denials] + [everybody]
    live = Live(look())
    (asked,) = (each for each in claims.of(live.looked_at()) if each.name == f"{where}: {claim}".removesuffix(": "))

    assert prove(asked, 60, live.words()).result is Result.REFUTED


def test_a_document_that_nobody_reads_fails_loudly(
    look: Callable[[], Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard on a new kind of resource is never left out in silence."""
    account = look()
    live = Live(account)
    guard = Guard(what="the bucket", resource="arn:aws:s3:::bucket", policy=GUEST, actions=("s3:GetObject",))
    monkeypatch.setattr(live, "_written", replace(live._written, guards=(*live._written.guards, guard)))  # noqa: SLF001

    with pytest.raises(Unread, match=r"the bucket: .* the policy of arn:aws:s3:::bucket: this is a defect"):
        live.looked_at()
