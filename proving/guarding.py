"""What only some may do to the topic, the queues that Amazon writes to, the functions, and the key for what waits."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

from infra.policies.functions import FUNCTIONS, function_policy, permissions
from infra.policies.key import held_key_policy
from infra.policies.queues import credential_queue_policy, dead_letter_policy
from infra.policies.topic import mailing_rules, topic_policy
from isolation.document import Alone
from isolation.proof.actions import USE_KEY
from isolation.proof.fleet import Guard, Service
from provisioning import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.place import Place
    from infra.policies.functions import Permission

_DATA_KEYS: Final = (
    "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext",
)  # fmt: skip
#: Bool compares without regard to case.
_TRUE: Final = tuple("".join(letters) for letters in product(*zip("true", "TRUE", strict=True)))
_BY_ADDRESS: Final = (("lambda:invokedviafunctionurl", _TRUE),)
_OPEN_ADDRESS: Final = (("lambda:functionurlauthtype", ("NONE",)),)
_CHANGE_FUNCTION: Final = tuple(
    f"lambda:{name}"
    for name in ("UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission", "CreateFunctionUrlConfig")
)


def of_topic(at: Place) -> Iterator[Guard]:
    """List who may publish to the topic or change it."""
    alarms = Service("cloudwatch.amazonaws.com", (("aws:sourceaccount", at.account), ("aws:sourcearn", at.alarms)))
    rules = [Service("events.amazonaws.com", (("aws:sourcearn", rule),)) for rule in mailing_rules(at)]
    yield Guard(
        what="the topic: from outside, only CloudWatch for this fleet's alarms and EventBridge for its rules publish",
        resource=at.topic, policy=topic_policy(at), actions=("sns:Publish",), insiders=False, services=(alarms, *rules),
    )  # fmt: skip
    others = ("sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic")
    yield Guard(
        what="the topic: from outside, nobody subscribes or changes it",
        resource=at.topic, policy=topic_policy(at), actions=others, insiders=False,
    )  # fmt: skip


def of_queues(at: Place) -> Iterator[Guard]:
    """List who may send to the queues Amazon writes to, and receive from them."""
    amazon, take = (naming.AMAZON_ACCOUNT,), at.function_role(naming.CLIENT_SECRET)
    for name in (naming.NEW_SECRET, naming.EXPIRY):
        queue = at.queue(name)
        of_queue = credential_queue_policy(at, name)
        yield Guard(
            what=f"the queue {name}: nobody but the client-secret function receives",
            resource=queue, policy=of_queue, actions=("sqs:ReceiveMessage",), only=(take,),
        )  # fmt: skip
        yield Guard(
            what=f"what the queue {name} gave up: nobody but the client-secret function receives",
            resource=at.queue(naming.dead(name)), policy=dead_letter_policy(at, name), actions=("sqs:ReceiveMessage",),
            only=(take,),
        )  # fmt: skip
        yield Guard(
            what=f"the queue {name}: from outside, only Amazon's account sends",
            resource=queue, policy=of_queue, actions=("sqs:SendMessage",), accounts=amazon, insiders=False,
        )  # fmt: skip
        others = ("sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:SetQueueAttributes", "sqs:ChangeMessageVisibility")
        yield Guard(
            what=f"the queue {name}: from outside, nobody takes, empties or changes it",
            resource=queue, policy=of_queue, actions=others, insiders=False,
        )  # fmt: skip


def of_functions(at: Place) -> Iterator[Guard]:
    """List who may call the functions, and change them."""
    for name in FUNCTIONS:
        callers = permissions(at, name)
        services = tuple(
            Service(each.principal, tuple((key, value) for key, value in _source(each) if value))
            for each in callers
            if each.principal != "*"
        )
        is_open = any(each.principal == "*" for each in callers)
        who = " and ".join(service.name.partition(".")[0] for service in services) or "who comes by its address"
        common: dict[str, Any] = {"resource": at.function(name), "policy": function_policy(at, name), "insiders": False}
        yield Guard(
            what=f"the policy of the {name} function: from outside, nobody but {who} calls it, for this fleet",
            actions=("lambda:InvokeFunction",), services=services, opened=_BY_ADDRESS if is_open else (), **common,
        )  # fmt: skip
        yield Guard(
            what=f"the policy of the {name} function: from outside, nobody opens an address of it"
            + (" that asks who calls" if is_open else ""),
            actions=("lambda:InvokeFunctionUrl",), opened=_OPEN_ADDRESS if is_open else (), **common,
        )  # fmt: skip
        yield Guard(
            what=f"the policy of the {name} function: from outside, nobody changes its code, settings or policy",
            actions=_CHANGE_FUNCTION, **common,
        )  # fmt: skip


def of_held_key(at: Place, arn: str) -> Iterator[Guard]:
    """List who may use the key for what waits, and administer it."""
    others = tuple(action for action in USE_KEY if action not in {"kms:Encrypt", "kms:Decrypt"})
    ours = (("kms:encryptioncontext:base", (at.base,)),)
    whole, seals = held_key_policy(at), (at.function_role(naming.CONSENT),)
    for what, actions, only in (
        ("nobody but the consent function seals, for this fleet", ("kms:Encrypt",), seals),
        ("nobody but whoever is on call opens, for this fleet", ("kms:Decrypt",), at.people.on_call),
        ("nobody uses it in another way", others, ()),
    ):
        yield Guard(
            what=f"the key of what waits: {what}",
            resource=arn, policy=whole, actions=actions, only=only, provided=ours if only else (),
        )  # fmt: skip
    symmetric = tuple(f"kms:{name}" for name in (*_DATA_KEYS, "ReEncryptFrom", "ReEncryptTo", "CreateGrant"))
    for what, actions, only in (
        ("nobody but the consent function seals", ("kms:Encrypt",), seals),
        ("nobody but whoever is on call opens", ("kms:Decrypt",), at.people.on_call),
        ("nobody uses it in another way", symmetric, ()),
    ):
        yield Guard(
            what=f"the key of what waits: {what}, whatever is granted beside its denials",
            resource=arn, policy=Alone(whole, denials=True), actions=actions, only=only,
        )  # fmt: skip
    yield Guard(
        what="the key of what waits: from outside, nobody seals, opens or administers it, by its grants alone",
        resource=arn, policy=Alone(whole), insiders=False,
        actions=("kms:Encrypt", "kms:Decrypt", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey"),
    )  # fmt: skip


def _source(permission: Permission) -> tuple[tuple[str, str], ...]:
    return ("aws:sourceaccount", permission.source_account), ("aws:sourcearn", permission.source_arn)
