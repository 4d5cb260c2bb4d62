"""Whether a function's own policy lets a service invoke it; pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def may_invoke(statements: Iterable[dict[str, Any]], service: str, account: str, source_arn: str) -> bool:
    """Tell whether an Allow names the service and its conditions hold for this account and source (aws.md 6.3)."""
    return any(
        row.get("Effect") == "Allow"
        and row.get("Principal") in (service, {"Service": service})
        and any(fnmatchcase("lambda:InvokeFunction", action) for action in _listed(row.get("Action")))
        and all(
            _holds(key.lower(), _listed(wanted), account, source_arn)
            for test in row.get("Condition", {}).values()
            for key, wanted in test.items()
        )
        for row in statements
    )


def _holds(key: str, wanted: list[str], account: str, source_arn: str) -> bool:
    actual = {"aws:sourceaccount": account, "aws:sourcearn": source_arn}.get(key, "")
    return any(fnmatchcase(actual, pattern) for pattern in wanted)


def _listed(value: Any) -> list[str]:  # noqa: ANN401 - IAM writes one as a string and several as a list
    return value if isinstance(value, list) else [value] if value else []
