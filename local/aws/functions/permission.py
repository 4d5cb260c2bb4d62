"""Whether a resource's own policy lets a service of AWS do something, or everybody on the internet; pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EVERYBODY = ("*", {"AWS": "*"})


def may_invoke(statements: Iterable[dict[str, Any]], service: str, account: str, source_arn: str) -> bool:
    """Tell whether a function's policy lets a service invoke it, for this account and source (aws.md 6.3)."""
    return allows(statements, "lambda:InvokeFunction", {"Service": service}, account, source_arn)


def may_call_url(statements: Iterable[dict[str, Any]]) -> bool:
    """Tell whether a function's policy lets everybody call its URL of type NONE.

    Two actions have to be allowed since October 2025: `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` (Lambda's
    guide, "Control access to Lambda function URLs").
    """
    rows = list(statements)
    context = {"lambda:functionurlauthtype": "NONE", "lambda:invokedviafunctionurl": "true"}
    return all(
        any(row.get("Principal") in _EVERYBODY and _covers(row, action, context) for row in rows)
        for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    )


def allows(
    statements: Iterable[dict[str, Any]], action: str, principal: dict[str, str], account: str, source_arn: str
) -> bool:
    """Tell whether an Allow names action and principal, and its conditions hold for this account and source."""
    context = {"aws:sourceaccount": account, "aws:sourceowner": account, "aws:sourcearn": source_arn}
    return any(
        row.get("Principal") in (principal, principal.get("Service")) and _covers(row, action, context)
        for row in statements
    )


def _covers(row: dict[str, Any], action: str, context: Mapping[str, str]) -> bool:
    return (
        row.get("Effect") == "Allow"
        and any(fnmatchcase(action.lower(), named.lower()) for named in _listed(row.get("Action")))
        and all(
            any(fnmatchcase(context.get(key.lower(), ""), str(pattern)) for pattern in _listed(wanted))
            for test in row.get("Condition", {}).values()
            for key, wanted in test.items()
        )
    )


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - IAM writes one as a string and several as a list
    return value if isinstance(value, list) else [value] if value else []
