"""The thin adapter: moto's Lambda keeps and describes functions, this one runs them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from moto.awslambda.models import LambdaBackend, lambda_backends

from local.aws.functions.answer import Answer, Deployed, failed

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

    from local.aws.functions.pool import Pool


class Functions(LambdaBackend):
    """Invokes in a process of the pool; an `Event` runs once on a thread of its own, where AWS would retry it twice."""

    __module__ = "moto.awslambda.models"  # moto finds a service's URLs through the backend's module

    pool: ClassVar[Pool]

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


def install(pool: Pool) -> None:
    """Let moto's Lambda run functions in `pool`; before first use, and again for each new bench of a process."""
    Functions.pool = pool
    lambda_backends.backend = Functions


def invoke(arn: str, payload: bytes) -> Answer:
    """Invoke a function for a service of AWS; an absent function is a failed answer."""
    region, account, name = arn.split(":")[3], arn.split(":")[4], arn.split(":")[6]
    found = lambda_backends[account][region]
    if name not in {function.function_name for function in found.list_functions()}:
        return failed("ResourceNotFoundException", f"Function not found: {arn}")
    return Functions.pool.invoke(deployed(found.get_function(name)), payload)


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
    )
