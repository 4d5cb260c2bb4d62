"""The open questions of the reference on AWS: what the product or its bench takes for granted, and what is seen.

Each is asked by itself; one that AWS does not let us ask is told as such and stops no other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from provisioning import quotas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from live.workshop import Workshop

_FEW: Final = 10
_VALIDATION: Final = "RequestToValidateKeyAccess"
_SERVICE_EVENT: Final = "AWS Service Event via CloudTrail"
#: By a part of the quota's name at Service Quotas.
_QUOTAS: Final[Mapping[str, Mapping[str, quotas.Quota]]] = {
    "secretsmanager": {
        "GetSecretValue": quotas.READS,
        "PutSecretValue": quotas.WRITES,
        "CreateSecret": quotas.CREATIONS,
        "RotateSecret": quotas.ROTATION_STARTS,
        "TagResource": quotas.TAGGINGS,
    },
    "iam": {"Roles per account": quotas.ROLES, "trust policy length": quotas.TRUST_POLICY},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen, and whether it is what is assumed; None where nothing could be seen."""

    text: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Question:
    """One open question, by its number in the reference; `ask` looks for so many seconds where it has to wait."""

    number: int
    text: str
    assumed: str
    ask: Callable[[Workshop, float], Seen]


def answered(question: Question, workshop: Workshop, seconds: float) -> Seen:
    """Ask one question; whatever AWS refuses is part of the answer."""
    try:
        return question.ask(workshop, seconds)
    except ClientError as error:
        said = error.response["Error"]
        return Seen(f"not to be seen: {error.operation_name} gave {said['Code']}: {said['Message'][:120]}", None)
    except BotoCoreError as error:
        return Seen(f"not to be seen: {type(error).__name__}", None)


def _trial(workshop: Workshop, seconds: float) -> Seen:
    workshop.rotate("trial", now=False)
    seen = workshop.account.until(lambda: workshop.notes("trial").get("testSecret"), seconds)
    others = sorted(set(workshop.notes("trial")) - {"testSecret"})
    if seen is None:
        return Seen("testSecret was not called in the time that was waited", None)
    return Seen(seen + (f"; {', '.join(others)} called too" if others else ""), not others)


def _retries(workshop: Workshop, seconds: float) -> Seen:
    url = workshop.fails_to("failures")
    workshop.rotate("retries", now=True)
    workshop.account.until(lambda: None, seconds)
    notes = sorted(workshop.notes("retries").items())
    if not notes:
        return Seen("no attempt came in the time that was waited", None)
    times = [float(name.removeprefix("attempt.")) for name, _ in notes]
    apart = [f"{then - before:.0f} s" for before, then in pairwise(times)]
    tokens = len({token for _, token in notes})
    same = "the same token" if tokens == 1 else f"{tokens} tokens"
    fired = workshop.account.client("sqs").receive_message(QueueUrl=url).get("Messages", [])
    workshop.told["destination"] = "fired" if fired else "did not fire"
    gaps = f", {', '.join(apart)} apart" if apart else ""
    return Seen(f"{len(times)} attempts in {seconds:.0f} s{gaps}; {same}", tokens == 1 and len(times) > 1)


def _synchronous(workshop: Workshop, _seconds: float) -> Seen:
    fired = workshop.told.get("destination")
    if fired is None:
        return Seen("question 2 could not be asked, and this one with it", None)
    return Seen(f"a destination for failed asynchronous invocations {fired}", fired == "did not fire")


def _stage(workshop: Workshop, _seconds: float) -> Seen:
    arn = workshop.secret("stage")
    given = {"Null": {"secretsmanager:VersionStage": "false"}}
    role = workshop.role(
        "stage",
        {"AWS": workshop.account.principal},
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn, "Condition": given},
    )
    reader = workshop.account.as_role(role, "secretsmanager")
    workshop.account.until_allowed(lambda: reader.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT"))
    try:
        reader.get_secret_value(SecretId=arn)
    except ClientError as refused:
        if not refused.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        return Seen("absent: a policy that asks for it refuses such a call", agrees=True)
    return Seen("present: a policy that asks for it allows such a call", agrees=False)


def _validation(workshop: Workshop, _seconds: float) -> Seen:
    key, name = workshop.key(), workshop.secret_name("key")
    alone = {"StringEquals": {"kms:EncryptionContext:SecretVersionId": _VALIDATION}}
    actions = [f"secretsmanager:{action}" for action in ("CreateSecret", "TagResource", "GetSecretValue")]
    role = workshop.role(
        "key",
        {"AWS": workshop.account.principal},
        {"Effect": "Allow", "Action": actions, "Resource": [workshop.secret_arn("key"), _bare(workshop, "key")]},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key, "Condition": alone},
    )
    maker = workshop.account.as_role(role, "secretsmanager")
    try:
        made = workshop.account.until_allowed(
            lambda: maker.create_secret(Name=name, KmsKeyId=key, Tags=workshop.tags())
        )
    except ClientError as refused:
        if not refused.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        return Seen("it may not even create a secret under the key", agrees=False)
    secrets = workshop.account.client("secretsmanager")
    secrets.put_secret_value(SecretId=made["ARN"], SecretString="PLACEHOLDER-LIVE")
    try:
        maker.get_secret_value(SecretId=made["ARN"])
    except ClientError as refused:
        if not refused.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        return Seen("it creates and does not read", agrees=True)
    return Seen("it creates and reads", agrees=False)


def _token(workshop: Workshop, seconds: float) -> Seen:
    workshop.rotate("token", now=True)
    seen = workshop.account.until(lambda: workshop.notes("token").get("as-another-role"), seconds)
    if seen is None:
        return Seen("createSecret was not called in the time that was waited", None)
    said = "a put without it as another role is accepted" if seen == "accepted" else f"a put without it gives {seen}"
    return Seen(said, seen == "accepted")


def _events(workshop: Workshop, seconds: float) -> Seen:
    found: set[tuple[str, str]] = set()

    def look() -> bool | None:
        found.update(_heard(workshop))
        names = {name for _, name in found}
        return True if {"RotationSucceeded", "TestRotationSucceeded"} <= names else None

    workshop.account.until(look, seconds)
    if not found:
        return Seen("no event came: events via CloudTrail need a trail in this region", None)
    kinds = sorted({kind for kind, _ in found})
    names = sorted({name for _, name in found if name})
    text = f"{' and '.join(kinds)}: {', '.join(names)}"
    return Seen(text, _SERVICE_EVENT in kinds and {"RotationSucceeded", "TestRotationSucceeded"} <= set(names))


def _heard(workshop: Workshop) -> set[tuple[str, str]]:
    """Take what the queue has heard of the secrets that are asked with, calls of the API left out."""
    sqs, found = workshop.account.client("sqs"), set()
    for _ in range(_FEW):
        messages = sqs.receive_message(QueueUrl=workshop.told["events"], MaxNumberOfMessages=_FEW).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=workshop.told["events"], ReceiptHandle=message["ReceiptHandle"])
            event: dict[str, Any] = json.loads(message["Body"])
            if workshop.secret_name("") in message["Body"] and "API Call" not in event["detail-type"]:
                detail = event["detail"]
                found.add((event["detail-type"], str(detail.get("eventName") or detail.get("labelUpdated") or "")))
        if not messages:
            break
    return found


def _quotas(workshop: Workshop, _seconds: float) -> Seen:
    lines, wrong = [], False
    for service, wanted in _QUOTAS.items():
        # IAM is global, and its quotas are asked for in one region.
        client = workshop.account.client("service-quotas", "us-east-1" if service == "iam" else None)
        pages = client.get_paginator("list_service_quotas").paginate(ServiceCode=service)
        found = {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}
        for part, quota in wanted.items():
            value = next((value for name, value in found.items() if part in name), None)
            wrong |= value != quota.default.number
            seen = "not listed" if value is None else f"{value:,.0f}"
            lines.append(f"{part} {seen} (assumed {quota.default.number:,})")
    return Seen("; ".join(lines), not wrong)


def _bare(workshop: Workshop, what: str) -> str:
    return workshop.secret_arn(what).removesuffix("-??????")


QUESTIONS: Final = (
    Question(
        1,
        "Does testSecret under RotateImmediately=false see a value in AWSPENDING?",
        "either: a trial finds a value or none, and testSecret alone is called",
        _trial,
    ),
    Question(
        2,
        "How many retries has a failing rotation, how far apart, with the same ClientRequestToken?",
        "more than one attempt, all with the same token",
        _retries,
    ),
    Question(
        3,
        "Is the call of the function synchronous, so that a destination does not fire?",
        "synchronous: the destination does not fire",
        _synchronous,
    ),
    Question(
        4,
        "Is secretsmanager:VersionStage present when the caller omits it?",
        "absent; no policy of ours asks for it",
        _stage,
    ),
    Question(
        5,
        f"Does a KMS condition on {_VALIDATION} let the deployer create a secret but not read it?",
        "it creates and does not read",
        _validation,
    ),
    Question(
        6,
        "Is RotationToken required when the function assumes another role?",
        "not required; ours passes it on and assumes none",
        _token,
    ),
    Question(
        7,
        "What is the detail-type of rotation events, and what are the events of a test of a rotation called?",
        f"{_SERVICE_EVENT}; TestRotationStarted, TestRotationSucceeded",
        _events,
    ),
    Question(8, "Which are the account's quotas?", "those of `sellerkeys plan-capacity`", _quotas),
)
