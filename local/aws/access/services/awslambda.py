"""What Lambda's calls ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends

from local.aws.access.asked import ANY, Asked, keys_asked, pairs, tags_asked, tags_held

if TYPE_CHECKING:
    from local.aws.access.asked import Context, Parameters, Where

_INVOKE = "lambda:InvokeFunction"
_ANYWHERE = {"ListFunctions", "ListEventSourceMappings", "GetAccountSettings", "ListLayers"}
#: Operations whose permission has another name (Service Authorization Reference, AWS Lambda).
_RENAMED = {"Invoke": "InvokeFunction"}
_TAGGED = {"TagResource", "UntagResource", "ListTags"}


def asks(operation: str, given: Parameters, where: Where) -> list[Asked]:
    """List what a call asks."""
    action = f"lambda:{_RENAMED.get(operation, operation)}"
    if operation in _ANYWHERE:
        return [Asked(action)]
    if operation in _TAGGED:
        context = {**tags_asked(pairs(given.get("Tags"))), **keys_asked(_keys(given.get("tagKeys")))}
        return [Asked(action, str(given.get("Resource", ANY)), context)]
    if "EventSourceMapping" in operation:
        return _on_mapping(action, given, where)
    asked = _on_function(action, str(given.get("FunctionName", "")), _given(given), where)
    if operation == "CreateFunction":
        tags = tags_asked(pairs(given.get("Tags")))
        tagging = [Asked("lambda:TagResource", asked.resource, tags)] if tags else []
        return [Asked(action, asked.resource, {**asked.context, **tags}), *tagging, _passing(given)]
    if operation == "UpdateFunctionConfiguration" and given.get("Role"):
        return [asked, _passing(given)]
    return [asked]


def invocation(function: str, where: Where) -> Asked:
    """Ask to invoke a function, given by name or ARN."""
    return _on_function(_INVOKE, function, {}, where)


def _on_function(action: str, function: str, context: Context, where: Where) -> Asked:
    arn = function if function.startswith("arn:") else where.arn("lambda", f"function:{function}")
    try:
        found = lambda_backends[where.account][where.region].get_function(function)
    except UnknownFunctionException:
        return Asked(action, arn, context)
    statements = found.policy.statements
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None
    return Asked(action, found.function_arn, {**context, **tags_held(pairs(found.tags))}, policy)


def _on_mapping(action: str, given: Parameters, where: Where) -> list[Asked]:
    """Ask for an action on a mapping, which has an ARN of its own once it is made."""
    uuid = given.get("UUID")
    mapping = lambda_backends[where.account][where.region].get_event_source_mapping(uuid) if uuid else None
    function = mapping.function_arn if mapping else str(given.get("FunctionName", ""))
    if function and not function.startswith("arn:"):
        function = where.arn("lambda", f"function:{function}")
    context: Context = {"lambda:FunctionArn": function} if function else {}
    tags = tags_asked(pairs(given.get("Tags")))
    resource = where.arn("lambda", f"event-source-mapping:{uuid}") if uuid else ANY
    made = [Asked(action, resource, {**context, **tags})]
    if tags:
        made.append(Asked("lambda:TagResource", where.arn("lambda", "event-source-mapping:*"), tags))
    return made


def _given(given: Parameters) -> Context:
    named = {"lambda:Principal": given.get("Principal"), "lambda:FunctionUrlAuthType": given.get("AuthType")}
    return {key: str(value) for key, value in named.items() if value}


def _passing(given: Parameters) -> Asked:
    """Ask to hand a role to Lambda (IAM, "Granting a user permissions to pass a role to an AWS service")."""
    return Asked("iam:PassRole", str(given.get("Role") or ANY), {"iam:PassedToService": "lambda.amazonaws.com"})


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),) if value else ()
