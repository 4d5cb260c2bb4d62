"""Lambda in three calls: who may call a function, under which role it runs, whether it has an address.

The one module that knows boto3's shapes of these.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from provisioning.auditing.attached import Attached
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_lambda import LambdaClient

#: What is told of a function beside its policy.
ROLE: Final = "the role it runs under"
ADDRESS: Final = "how its address asks who calls"
NO_ADDRESS: Final = "it has no address"


class Functions:
    """Reads functions through a boto3 Lambda client; raises AccessDenied or Unreachable."""

    def __init__(self, client: LambdaClient) -> None:
        self._client = client

    def find(self, name: str) -> Attached | None:
        """Tell who may call a function, and as whom it runs; None where there is none."""
        client = self._client
        told = _unless_missing("GetFunctionConfiguration", name, client.get_function_configuration)
        if told is None:
            return None
        policy = _unless_missing("GetPolicy", name, client.get_policy)
        address = _unless_missing("GetFunctionUrlConfig", name, client.get_function_url_config)
        return Attached(
            f"function {name}",
            json.loads(policy["Policy"]) if policy else None,
            {ROLE: told["Role"], ADDRESS: address["AuthType"] if address else NO_ADDRESS},
        )


def _unless_missing(call: str, name: str, ask: Callable[..., Any]) -> Mapping[str, Any] | None:
    """Ask about a function; None where there is nothing to be told."""
    with aws_errors(call, name):
        try:
            told: Mapping[str, Any] = ask(FunctionName=name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                return None
            raise
    return told
