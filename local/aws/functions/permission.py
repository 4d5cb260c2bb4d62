"""Whether a resource's own policy lets a service of AWS do something; pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def may_invoke(statements: Iterable[dict[str, Any]], service: str, account: str, source_arn: str) -> bool:
    """Tell whether a function's policy lets a service invoke it, for this account and source (aws.md 6.3)."""
    return allows(statements, "lambda:InvokeFunction", {"Service": service}, account, source_arn)


def allows(
    statements: Iterable[dict[str, Any]], action: str, principal: dict[str, str], account: str, source_arn: str
) -> bool:
    """Tell whether an Allow names action and principal, and its conditions hold for this account and source."""
    return any(
        row.get("Effect") == "Allow"
        and row.get("Principal") in (principal, principal.get("Service"))
        and any(fnmatchcase(action.lower(), named.lower()) for named in _listed(row.get("Action")))
        and all(
            _holds(key.lower(), _listed(wanted), account, source_arn)
            for test in row.get("Condition", {}).values()
            for key, wanted in test.items()
        )
        for row in statements
    )


def _holds(key: str, wanted: list[str], account: str, source_arn: str) -> bool:
    actual = {"aws:sourceaccount": account, "aws:sourceowner": account, "aws:sourcearn": source_arn}.get(key, "")
    return any(fnmatchcase(actual, pattern) for pattern in wanted)


def _listed(value: Any) -> list[str]:  # noqa: ANN401 - IAM writes one as a string and several as a list
    return value if isinstance(value, list) else [value] if value else []
