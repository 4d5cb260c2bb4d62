"""Where a function is served: the one question about Lambda that the command line asks to write a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from provisioning.errors import Waiting
from provisioning.store import aws_errors

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient


def address(client: LambdaClient, function: str) -> str:
    """Tell a function's own address; raises Waiting where it has none yet, AccessDenied or Unreachable."""
    with aws_errors("GetFunctionUrlConfig", function):
        try:
            answer = client.get_function_url_config(FunctionName=function)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                raise Waiting(f"function {function} has no address: run `pulumi up` first, then this again") from None
            raise
    return answer["FunctionUrl"].rstrip("/")
