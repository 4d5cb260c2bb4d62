"""Lambda: functions from a zip, and who may invoke them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from zipfile import is_zipfile

from local.engine.provider.resource import NAME, REGION, TAGS, Argument, AutoName, ResourceType, same_set
from local.engine.provider.values import Archive

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from local.engine.provider.clients import Aws
    from local.engine.provider.resource import Arguments, Existing
    from local.engine.provider.tags import Tags
    from local.engine.provider.values import PropertyValue, Values

_LOGGING = {
    "applicationLogLevel": "ApplicationLogLevel",
    "logFormat": "LogFormat",
    "logGroup": "LogGroup",
    "systemLogLevel": "SystemLogLevel",
}
_PLAIN = {
    "description": "Description",
    "handler": "Handler",
    "kmsKeyArn": "KMSKeyArn",
    "memorySize": "MemorySize",
    "role": "Role",
    "runtime": "Runtime",
    "timeout": "Timeout",
}
_UNRESERVED = -1


def _same_content(one: PropertyValue, other: PropertyValue) -> bool:
    """Compare archives by content, wherever the files lie."""
    if isinstance(one, Archive) and isinstance(other, Archive):
        return one.hash == other.hash
    return bool(one == other)


def _same_where_declared(one: PropertyValue, other: PropertyValue) -> bool:
    """AWS fills in the fields that a program leaves open."""
    return all(one[name] == other[name] for name in one.keys() & other.keys())


class Function(ResourceType):
    """A function from a zip; its id is its name."""

    pulumi_type = "aws:lambda/function:Function"
    autoname = AutoName(limit=64)
    outputs = ("arn", "codeSha256", "invokeArn", "lastModified", "qualifiedArn", "sourceCodeSize", "version")
    volatile = frozenset({"codeSha256", "lastModified", "sourceCodeSize"})
    arguments: ClassVar[Arguments] = {
        "architectures": Argument(chosen_by_aws=True, same=same_set),
        "code": Argument(required=True, same=_same_content),
        "description": Argument(),
        "environment": Argument(fields=frozenset({"variables"})),
        "handler": Argument(required=True),
        "kmsKeyArn": Argument(),
        "loggingConfig": Argument(chosen_by_aws=True, fields=frozenset(_LOGGING), same=_same_where_declared),
        "memorySize": Argument(default=128),
        "name": NAME,
        "region": REGION,
        "reservedConcurrentExecutions": Argument(default=_UNRESERVED),
        "role": Argument(required=True),
        "runtime": Argument(required=True),
        "sourceCodeHash": Argument(chosen_by_aws=True),
        "timeout": Argument(default=3),
        **TAGS,
    }

    def check(self, inputs: Values) -> Iterator[str]:
        """Refuse code that is no zip of this machine; the provider has a working directory of its own."""
        code = inputs.get("code")
        if code is None:
            return
        if not isinstance(code, Archive) or code.path is None:
            yield "code has to be a FileArchive of a zip"
        elif not Path(code.path).is_absolute():
            yield f"code has to be the absolute path of a zip, not {code.path}"
        elif not is_zipfile(code.path):
            yield f"code is not a zip: {code.path}"

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """CreateFunction takes everything but the reserved concurrency."""
        architectures = {"Architectures": inputs["architectures"]} if "architectures" in inputs else {}
        answer = aws.client("lambda").create_function(
            FunctionName=inputs["name"],
            Code={"ZipFile": _zip(inputs)},
            Tags=inputs["tagsAll"],
            **architectures,
            **_configuration(inputs, inputs.keys()),
        )
        return answer["FunctionName"], _outputs(aws, answer)

    def complete(self, existing: Existing, inputs: Values) -> None:
        """Reserve concurrency."""
        if inputs["reservedConcurrentExecutions"] != _UNRESERVED:
            self._reserve(existing.aws, existing.id, inputs)

    def read(self, existing: Existing) -> Values | None:
        """GetFunction; the code itself is not read back, as in pulumi-aws: `sourceCodeHash` is what shows a change."""
        client = existing.aws.client("lambda")
        try:
            answer = client.get_function(FunctionName=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return None
        found = answer["Configuration"]
        logging = found.get("LoggingConfig", {})
        variables = found.get("Environment", {}).get("Variables")
        return {
            **_outputs(existing.aws, found),
            **{ours: found.get(theirs) for ours, theirs in _PLAIN.items()},
            "name": found["FunctionName"],
            "architectures": found.get("Architectures"),
            "environment": {"variables": variables} if variables else None,
            **({"loggingConfig": _seen(logging)} if logging else {}),
            "reservedConcurrentExecutions": answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
            "sourceCodeHash": found["CodeSha256"],
            "tagsAll": answer.get("Tags", {}),
        }

    def update(self, existing: Existing, inputs: Values, changed: frozenset[str]) -> Values:
        """Code first, then configuration: Lambda takes the second only when the first has settled."""
        client = existing.aws.client("lambda")
        outputs: Values = {}
        if changed & {"code", "architectures", "sourceCodeHash"}:
            architectures = {"Architectures": inputs["architectures"]} if "architectures" in inputs else {}
            answer = client.update_function_code(FunctionName=existing.id, ZipFile=_zip(inputs), **architectures)
            outputs = _outputs(existing.aws, answer)
            client.get_waiter("function_updated_v2").wait(FunctionName=existing.id)
        if fields := _configuration(inputs, changed):
            outputs = _outputs(existing.aws, client.update_function_configuration(FunctionName=existing.id, **fields))
        if "reservedConcurrentExecutions" in changed:
            self._reserve(existing.aws, existing.id, inputs)
        return outputs

    def delete(self, existing: Existing) -> None:
        """DeleteFunction."""
        client = existing.aws.client("lambda")
        try:
            client.delete_function(FunctionName=existing.id)
        except client.exceptions.ResourceNotFoundException:
            return

    def tag(self, existing: Existing, tags: Tags) -> None:
        """TagResource."""
        existing.aws.client("lambda").tag_resource(Resource=existing.state["arn"], Tags=tags)

    def untag(self, existing: Existing, keys: list[str]) -> None:
        """UntagResource."""
        existing.aws.client("lambda").untag_resource(Resource=existing.state["arn"], TagKeys=keys)

    @staticmethod
    def _reserve(aws: Aws, identifier: str, inputs: Values) -> None:
        reserved = inputs["reservedConcurrentExecutions"]
        if reserved == _UNRESERVED:
            aws.client("lambda").delete_function_concurrency(FunctionName=identifier)
        else:
            aws.client("lambda").put_function_concurrency(
                FunctionName=identifier, ReservedConcurrentExecutions=reserved
            )


_PERMISSION = {
    "action": "Action",
    "eventSourceToken": "EventSourceToken",
    "function": "FunctionName",
    "functionUrlAuthType": "FunctionUrlAuthType",
    "invokedViaFunctionUrl": "InvokedViaFunctionUrl",
    "principal": "Principal",
    "principalOrgId": "PrincipalOrgID",
    "qualifier": "Qualifier",
    "sourceAccount": "SourceAccount",
    "sourceArn": "SourceArn",
    "statementId": "StatementId",
}
_REQUIRED = {"action", "function", "principal"}


class Permission(ResourceType):
    """A statement of a function's resource policy; its id is the statement's, on an import `function/statement`."""

    pulumi_type = "aws:lambda/permission:Permission"
    autoname = AutoName(argument="statementId", limit=100)
    outputs = ()
    arguments: ClassVar[Arguments] = {
        "region": REGION,
        **{name: Argument(replaces=True, required=name in _REQUIRED) for name in _PERMISSION},
        "statementId": NAME,
    }

    def create(self, aws: Aws, inputs: Values) -> tuple[str, Values]:
        """AddPermission."""
        fields = {theirs: inputs[ours] for ours, theirs in _PERMISSION.items() if ours in inputs}
        aws.client("lambda").add_permission(**fields)
        return inputs["statementId"], {}

    def read(self, existing: Existing) -> Values | None:
        """GetPolicy, then the statement in it."""
        client = existing.aws.client("lambda")
        function, _, statement_id = existing.id.rpartition("/")
        where = _policy_of(existing.state.get("function", function), existing.state)
        try:
            policy = json.loads(client.get_policy(**where)["Policy"])
        except client.exceptions.ResourceNotFoundException:
            return None
        statement = next((item for item in policy["Statement"] if item["Sid"] == statement_id), None)
        if statement is None:
            return None
        principal = statement["Principal"]
        return {
            "function": where["FunctionName"],
            "statementId": statement_id,
            "action": statement["Action"],
            "principal": next(iter(principal.values())) if isinstance(principal, dict) else principal,
            **_conditions(statement),
        }

    def delete(self, existing: Existing) -> None:
        """RemovePermission; with the function its policy goes too."""
        client = existing.aws.client("lambda")
        try:
            client.remove_permission(StatementId=existing.id, **_policy_of(existing.state["function"], existing.state))
        except client.exceptions.ResourceNotFoundException:
            return


def _zip(inputs: Values) -> bytes:
    return Path(inputs["code"].path).read_bytes()


def _configuration(inputs: Values, names: Collection[str]) -> Values:
    """Write the named arguments as CreateFunction and UpdateFunctionConfiguration take them, emptying what is gone."""
    fields = {theirs: inputs.get(ours, "") for ours, theirs in _PLAIN.items() if ours in names}
    if "environment" in names:
        fields["Environment"] = {"Variables": inputs.get("environment", {}).get("variables", {})}
    if "loggingConfig" in names:
        fields["LoggingConfig"] = {_LOGGING[ours]: value for ours, value in inputs["loggingConfig"].items()}
    return fields


def _seen(logging: Values) -> Values:
    return {ours: logging[theirs] for ours, theirs in _LOGGING.items() if theirs in logging}


def _outputs(aws: Aws, found: Values) -> Values:
    arn = found["FunctionArn"]
    return {
        "arn": arn,
        "codeSha256": found["CodeSha256"],
        "invokeArn": f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations",
        "lastModified": found["LastModified"],
        "qualifiedArn": f"{arn}:{found['Version']}",
        "sourceCodeHash": found["CodeSha256"],
        "sourceCodeSize": found["CodeSize"],
        "version": found["Version"],
    }


def _policy_of(function: str, state: Values) -> Values:
    qualifier = {"Qualifier": state["qualifier"]} if "qualifier" in state else {}
    return {"FunctionName": function, **qualifier}


def _conditions(statement: Values) -> Values:
    condition = statement.get("Condition", {})
    keys = {key: value for block in condition.values() for key, value in block.items()}
    return {
        "sourceArn": keys.get("AWS:SourceArn"),
        "sourceAccount": keys.get("AWS:SourceAccount"),
        "eventSourceToken": keys.get("lambda:EventSourceToken"),
        "functionUrlAuthType": keys.get("lambda:FunctionUrlAuthType"),
        "invokedViaFunctionUrl": True if keys.get("lambda:InvokedViaFunctionUrl") == "true" else None,
        "principalOrgId": keys.get("aws:PrincipalOrgID"),
    }
