"""The thin adapter: moto's Lambda keeps and describes functions, this one runs them."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from moto.awslambda.exceptions import FunctionAlreadyExists, InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, lambda_backends

from local.aws.functions.answer import Answer, Deployed, failed
from local.aws.functions.urls import Exposed, Urls

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.awslambda.models import FunctionUrlConfig, LambdaFunction

    from local.aws.functions.pool import Pool
    from local.clock import Clock


class Functions(LambdaBackend):
    """Invokes in a process of the pool; an `Event` runs once on a thread of its own, where AWS would retry it twice."""

    __module__ = "moto.awslambda.models"  # moto finds a service's URLs through the backend's module

    pool: ClassVar[Pool]
    web: ClassVar[Urls]

    def invoke(
        self,
        function_name: str,
        qualifier: str | None,
        body: Any,  # noqa: ANN401 - moto's signature
        headers: Any,  # noqa: ANN401 - moto's signature
        response_headers: Any,  # noqa: ANN401 - moto's signature
    ) -> bytes:
        """Answer Lambda's Invoke of any type; also moto's own, from queues and topics."""
        function = deployed(self.get_function(function_name, qualifier))
        payload = body.encode() if isinstance(body, str) else body or b"{}"
        kind = headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "Event":
            threading.Thread(target=self.pool.invoke, args=(function, payload), daemon=True).start()
        if kind != "RequestResponse":
            return b""
        answer = self.pool.invoke(function, payload)
        if answer.error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return answer.payload

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        """Delete a function and end its idle processes."""
        arn = self.get_function(function_name, qualifier).function_arn
        super().delete_function(function_name, qualifier)
        self.pool.retire(arn)
        self.web.close(arn)

    def create_function_url_config(self, name_or_arn: str, config: dict[str, Any]) -> FunctionUrlConfig:
        """Make a function's one URL, which listens from now on; a second one is refused."""
        function = self.get_function(name_or_arn)
        if function.url_config:
            raise UrlExists(function.function_name)
        made = super().create_function_url_config(name_or_arn, config)
        made.url = self.web.open(function.function_arn)
        return made

    def delete_function_url_config(self, name_or_arn: str) -> None:
        """Stop a function's URL; raises moto's not-found where it has none."""
        self.get_function_url_config(name_or_arn)
        super().delete_function_url_config(name_or_arn)
        self.web.close(self.get_function(name_or_arn).function_arn)

    def add_permission(self, function_name: str, qualifier: str, raw: str) -> dict[str, Any]:
        """Write the two arguments of function URLs as the conditions that AWS makes of them (botocore AddPermission).

        moto leaves them in the statement as they came.
        """
        given = json.loads(raw)
        conditions: dict[str, dict[str, str]] = {}
        for argument, action, condition in (
            ("FunctionUrlAuthType", "lambda:InvokeFunctionUrl", "StringEquals"),
            ("InvokedViaFunctionUrl", "lambda:InvokeFunction", "Bool"),
        ):
            value = given.pop(argument, None)
            if value is None:
                continue
            if given["Action"] != action:
                raise InvalidParameterValueException(f"{argument} is only supported for the action {action}")
            conditions[condition] = {f"lambda:{argument}": value if isinstance(value, str) else str(value).lower()}
        statement = super().add_permission(function_name, qualifier, json.dumps(given))
        if conditions:
            statement["Condition"] = {**statement.get("Condition", {}), **conditions}
        return statement


class UrlExists(FunctionAlreadyExists):
    """A function has a URL already."""

    def __init__(self, function_name: str) -> None:
        super().__init__(function_name)
        self.message = f"FunctionUrlConfig exists for this Lambda function: {function_name}"
        self.description = json.dumps({"message": self.message})


def install(pool: Pool, clock: Clock, count: Callable[[str, int], object]) -> Urls:
    """Let moto's Lambda run functions in `pool`; before first use, and again for each new bench of a process.

    Returns what serves the functions' URLs, which tells `count` each answer's status.
    """
    Functions.pool = pool
    Functions.web = Urls(clock, _exposed, invoke, count)
    lambda_backends.backend = Functions
    return Functions.web


def invoke(arn: str, payload: bytes) -> Answer:
    """Invoke a function for a service of AWS; an absent function is a failed answer."""
    function = _find(arn)
    if function is None:
        return failed("ResourceNotFoundException", f"Function not found: {arn}")
    return Functions.pool.invoke(deployed(function), payload)


def _find(arn: str) -> LambdaFunction | None:
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.split(":")[6]
    found = lambda_backends[account][region]
    return next((function for function in found.list_functions() if function.function_name == name), None)


def _exposed(arn: str) -> Exposed | None:
    function = _find(arn)
    if function is None or function.url_config is None:
        return None
    reserved = function.reserved_concurrency
    return Exposed(
        statements=[dict(statement) for statement in function.policy.statements],
        auth_type=str(function.url_config.config["AuthType"]),
        reserved=None if reserved is None else int(reserved),
    )


def deployed(function: LambdaFunction) -> Deployed:
    """Read a function as it stands now."""
    return Deployed(
        name=function.function_name,
        arn=function.function_arn,
        handler=function.handler or "",
        code=function.code_bytes,
        digest=function.code_sha_256,
        runtime=f"AWS_Lambda_{function.run_time}",
        environment=dict(function.environment_vars),
        timeout=float(function.timeout),
        memory=int(function.memory_size),
        region=function.region,
        account=function.account_id,
        log_group=function.logs_group_name,
        role=function.role,
    )
