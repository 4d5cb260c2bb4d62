"""The functions of the package `aws` that the program calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine.provider.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.engine.provider.clients import Aws
    from local.engine.provider.values import Values


def invoke(aws: Aws, token: str) -> Values:
    """Call the function named by its token; raises Refused by name if the bench does not have it."""
    if token not in _FUNCTIONS:
        raise Refused(f"the bench has no function {token}; it has {', '.join(sorted(_FUNCTIONS))}")
    return _FUNCTIONS[token](aws)


def _caller_identity(aws: Aws) -> Values:
    answer = aws.client("sts").get_caller_identity()
    return {
        "accountId": answer["Account"],
        "arn": answer["Arn"],
        "id": answer["Account"],
        "userId": answer["UserId"],
    }


_FUNCTIONS: Mapping[str, Callable[[Aws], Values]] = {"aws:index/getCallerIdentity:getCallerIdentity": _caller_identity}
