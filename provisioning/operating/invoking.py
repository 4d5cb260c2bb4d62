"""Invoke a function of the fleet and read its answer: the one module that knows boto3's shapes of an invocation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioning.errors import SellerkeysError, Unreachable
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_lambda import LambdaClient


def invoke(client: LambdaClient, function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Invoke a function and wait for its answer; raises Unreachable, also where there is no such function yet."""
    with aws_errors("Invoke", function):
        try:
            answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
            content = answer["Payload"].read()
        except client.exceptions.ResourceNotFoundException:
            raise Unreachable(f"function {function} does not exist: run `pulumi up`") from None
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    if answer.get("FunctionError"):
        said = document.get("errorMessage") if isinstance(document, dict) else None
        raise SellerkeysError(f"function {function} failed: {said or 'its log says why'}")
    if not isinstance(document, dict):
        raise Unreachable(f"function {function} gave no usable answer: its log says why")
    return document
