"""Whether what Amazon sends would arrive: the one module that knows boto3's shapes of queues, keys and mappings.

Amazon sends a new client secret once, and tells nobody where it could not (sp-api.md 5.1, 5.3). So before it is asked,
everything on the way is looked at. A fault is a sentence; botocore and the standard library only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from provisioning import naming
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from types_boto3_kms import KMSClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_sqs import SQSClient

#: What Amazon needs on a queue, and on the key that encrypts it (sp-api.md 5.3).
ON_QUEUE: Final = ("sqs:SendMessage", "sqs:GetQueueAttributes")
ON_KEY: Final = ("kms:GenerateDataKey", "kms:Decrypt")

_REPORTS_ITEMS: Final = "ReportBatchItemFailures"


@dataclass(frozen=True, slots=True)
class Clients:
    """The boto3 clients that are asked."""

    sqs: SQSClient
    kms: KMSClient
    functions: LambdaClient


class Delivery:
    """The way of a message from Amazon to the client-secret function of the fleet `base`."""

    def __init__(self, clients: Clients, region: str, account: str, base: str) -> None:
        self._clients = clients
        self._region = region
        self._account = account
        self._base = base

    def faults(self) -> list[str]:
        """List what would lose a message, empty where nothing would; raises AccessDenied or Unreachable."""
        found = [*self._function()]
        for what in (naming.NEW_SECRET, naming.EXPIRY):
            queue = naming.queue_name(self._base, what)
            found += (f"queue {queue} {fault}" for fault in self._queue(what, queue))
        return found

    def _queue(self, what: str, name: str) -> Iterator[str]:
        attributes = self._attributes(name)
        if attributes is None:
            yield "does not exist: run `pulumi up`"
            return
        arn = naming.queue_arn(self._region, self._account, self._base, what)
        for action in not_allowed(attributes.get("Policy", ""), ON_QUEUE, arn):
            yield f"does not let Amazon's account {naming.AMAZON_ACCOUNT} in for {action}"
        if "RedrivePolicy" not in attributes:
            yield "has no dead-letter queue"
        if key := attributes.get("KmsMasterKeyId"):
            yield from self._key(key)
        yield from self._mapping(arn)

    def _attributes(self, name: str) -> Mapping[Any, str] | None:
        sqs = self._clients.sqs
        wanted: Any = ["Policy", "KmsMasterKeyId", "RedrivePolicy"]
        with aws_errors("GetQueueAttributes", name):
            try:
                url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted).get("Attributes", {})
            except sqs.exceptions.QueueDoesNotExist:
                return None

    def _key(self, key: str) -> Iterator[str]:
        kms = self._clients.kms
        with aws_errors("GetKeyPolicy", key):
            found = kms.describe_key(KeyId=key)["KeyMetadata"]
            policy = kms.get_key_policy(KeyId=found["KeyId"], PolicyName="default")["Policy"]
        state = found.get("KeyState", "Enabled")
        if state != "Enabled":
            yield f"is encrypted with a key that is {state}"
        for action in not_allowed(policy, ON_KEY, key):
            yield f"is encrypted with a key that does not let Amazon's account in for {action}"

    def _mapping(self, queue_arn: str) -> Iterator[str]:
        function = naming.function_name(self._base, naming.CLIENT_SECRET)
        with aws_errors("ListEventSourceMappings", function):
            answer = self._clients.functions.list_event_source_mappings(EventSourceArn=queue_arn, FunctionName=function)
        found = answer.get("EventSourceMappings", [])
        if not any(mapping.get("State") in {"Enabled", "Enabling"} for mapping in found):
            yield f"is not read by function {function}: its event source mapping is missing or disabled"
        elif not all(_REPORTS_ITEMS in mapping.get("FunctionResponseTypes", []) for mapping in found):
            yield f"would lose messages that function {function} says have failed: {_REPORTS_ITEMS} is off"

    def _function(self) -> Iterator[str]:
        name, functions = naming.function_name(self._base, naming.CLIENT_SECRET), self._clients.functions
        with aws_errors("GetFunctionConfiguration", name):
            try:
                found = functions.get_function_configuration(FunctionName=name)
            except functions.exceptions.ResourceNotFoundException:
                yield f"function {name} does not exist: run `pulumi up`"
                return
        if found.get("State", "Active") not in {"Active", "Inactive"}:
            yield f"function {name} is {found.get('State')}"
        if found.get("LastUpdateStatus", "Successful") == "Failed":
            yield f"the last update of function {name} failed"


def not_allowed(policy: str, actions: Iterable[str], resource: str) -> list[str]:
    """List the actions that a resource's policy does not allow Amazon's account on it.

    Read strictly: a denial under a condition that is not one of those below counts, and a permission under one does
    not; so a doubt keeps us from asking, and never loses a client secret.
    """
    try:
        statements = json.loads(policy)["Statement"] if policy else []
    except (ValueError, KeyError, TypeError):
        statements = []
    statements = statements if isinstance(statements, list) else [statements]
    missing = []
    for action in actions:
        effects = {
            statement.get("Effect")
            for statement in statements
            if _is_about(statement, action, resource) and _holds(statement)
        }
        if effects != {"Allow"}:
            missing.append(action)
    return missing


def _is_about(statement: dict[str, Any], action: str, resource: str) -> bool:
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS", [])) if isinstance(principal, dict) else _listed(principal)
    ours = {"*", naming.AMAZON_ACCOUNT, f"arn:aws:iam::{naming.AMAZON_ACCOUNT}:root"}
    resources = _listed(statement.get("Resource", "*"))
    return (
        bool(ours & set(named))
        and any(fnmatchcase(action.lower(), each.lower()) for each in _listed(statement.get("Action")))
        and any(fnmatchcase(resource, each) or each == "*" for each in resources)
    )


def _holds(statement: dict[str, Any]) -> bool:
    """Whether a statement applies to Amazon when it sends over TLS; of a condition we do not know, the worse."""
    conditions = statement.get("Condition") or {}
    verdicts = [
        _met(operator, key, _listed(values))
        for operator, keys in conditions.items()
        for key, values in (keys.items() if isinstance(keys, dict) else [])
    ]
    if None in verdicts:
        return statement.get("Effect") != "Allow" and False not in verdicts
    return all(verdicts)


def _met(operator: str, key: str, values: list[str]) -> bool | None:
    """Whether one condition is met when Amazon sends through SQS; None where that is not known."""
    known = {"aws:securetransport": "true", "aws:principalaccount": naming.AMAZON_ACCOUNT}
    found = known.get(key.lower())
    if key.lower() == "kms:viaservice":
        # Whatever the region: the key's own policy names it, and a message comes through SQS.
        is_among: bool = any(value.startswith("sqs.") for value in values)
    elif found is not None:
        is_among = found in values
    else:
        return None
    if operator in {"StringEquals", "StringLike", "Bool"}:
        return is_among
    return not is_among if operator in {"StringNotEquals", "StringNotLike"} else None


def _listed(values: Any) -> list[str]:  # noqa: ANN401  a policy's one or many
    if values is None:
        return []
    return [str(value) for value in values] if isinstance(values, list) else [str(values)]
