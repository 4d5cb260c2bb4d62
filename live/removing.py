"""Take away what a run made, by names alone, and say what is left: also after one that was cut off."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from live.workshop import FUNCTIONS, PROBED, QUEUES, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from live.workshop import Workshop

#: What is said of a thing that is still there.
GOES: Final = "AWS deletes it by itself, within seven days"
STAYS: Final = "STILL THERE"
_GONE: Final = (
    "NoSuchEntity",
    "ResourceNotFound",
    "NotFound",
    "QueueDoesNotExist",
    "NonExistentQueue",
    "AWS.SimpleQueue",
)


def remove_probes(workshop: Workshop) -> list[str]:
    """Remove everything the workshop may have made; returns a sentence for each thing that could not be removed."""
    left = []
    for what, remove in _removals(workshop):
        try:
            remove()
        except ClientError as error:
            if not any(code in error.response["Error"]["Code"] for code in _GONE):
                left.append(f"{what}: {error.response['Error']['Code']}")
        except BotoCoreError as error:
            left.append(f"{what}: {type(error).__name__}")
    return left


def _removals(workshop: Workshop) -> Iterator[tuple[str, Callable[[], Any]]]:
    account = workshop.account
    iam, functions, logs = (account.client(name) for name in ("iam", "lambda", "logs"))
    delete_secret = partial(account.client("secretsmanager").delete_secret, ForceDeleteWithoutRecovery=True)
    for name in map(workshop.secret_name, PROBED):
        yield f"secret {name}", partial(delete_secret, SecretId=name)
    for name in map(workshop.name, FUNCTIONS):
        yield f"function {name}", partial(functions.delete_function, FunctionName=name)
        yield f"log of {name}", partial(logs.delete_log_group, logGroupName=f"/aws/lambda/{name}")
    events, rule = account.client("events"), workshop.name("rule")
    yield f"target of {rule}", partial(events.remove_targets, Rule=rule, Ids=["queue"])
    yield f"rule {rule}", partial(events.delete_rule, Name=rule)
    for name in map(workshop.name, QUEUES):
        yield f"queue {name}", partial(_remove_queue, workshop, name)
    for name in map(workshop.role_name, ROLES):
        yield f"policy of role {name}", partial(iam.delete_role_policy, RoleName=name, PolicyName="probe")
        yield f"role {name}", partial(iam.delete_role, RoleName=name)
    yield f"key alias/{workshop.name('key')}", partial(_remove_key, workshop)


def _remove_queue(workshop: Workshop, name: str) -> None:
    sqs = workshop.account.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _remove_key(workshop: Workshop) -> None:
    kms, alias = workshop.account.client("kms"), f"alias/{workshop.name('key')}"
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
    # First the alias's key, then the alias: by it alone a later run finds the key again.
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    kms.delete_alias(AliasName=alias)


def leftovers(workshop: Workshop) -> list[str]:
    """Look for what bears the base's name or tag and is still there; says of each whether it goes by itself."""
    return [f"{what}: {GOES if goes else STAYS}" for what, goes in _found(workshop)]


def _found(workshop: Workshop) -> Iterator[tuple[str, bool]]:
    account, base = workshop.account, workshop.base
    pages = account.client("secretsmanager").get_paginator("list_secrets")
    wanted = [{"Key": "name", "Values": [f"sellerkeys/{base}/"]}]
    for page in pages.paginate(IncludePlannedDeletion=True, Filters=wanted):
        yield from ((f"secret {secret['Name']}", "DeletedDate" in secret) for secret in page["SecretList"])
    for page in account.client("iam").get_paginator("list_roles").paginate():
        yield from ((f"role {one['RoleName']}", False) for one in page["Roles"] if f".{base}." in one["RoleName"])
    for page in account.client("lambda").get_paginator("list_functions").paginate():
        names = (one["FunctionName"] for one in page["Functions"])
        yield from ((f"function {name}", False) for name in names if name.startswith(f"sellerkeys-{base}-"))
    yield from _keys(workshop)


def _keys(workshop: Workshop) -> Iterator[tuple[str, bool]]:
    """Find keys by the tag, among those that whoever runs this may look at."""
    kms = workshop.account.client("kms")
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            try:
                tags = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
                if {"TagKey": "sellerkeys:base", "TagValue": workshop.base} in tags:
                    state = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
                    yield f"key {key['KeyId']}", state == "PendingDeletion"
            except ClientError:
                continue
