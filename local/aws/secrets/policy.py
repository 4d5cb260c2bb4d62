"""What PutResourcePolicy and ValidateResourcePolicy refuse; pure."""

from __future__ import annotations

import json
from typing import Any

from local.aws.secrets.refusal import Refused

_TOO_BROAD = "This resource policy grants broad access to the secret."
LONGEST = 20_480  # characters, aws.md 5.1
# A condition on one of these says whose call it must be, so that a principal of "*" is not everybody.
_NARROWING = (
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "kms:calleraccount",
)  # fmt: skip


def statements(text: str) -> list[dict[str, Any]]:
    """Read a policy's statements; raises MalformedPolicyDocumentException (botocore PutResourcePolicy)."""
    try:
        document = json.loads(text) if len(text) <= LONGEST else None
    except ValueError:
        document = None
    found = document.get("Statement") if isinstance(document, dict) else None
    rows: list[dict[str, Any]] = found if isinstance(found, list) else [found or {}]
    if not all(isinstance(row, dict) and row.get("Effect") in ("Allow", "Deny") for row in rows):
        raise Refused("MalformedPolicyDocumentException", "This resource policy contains a syntax error.")
    return rows


def is_public(text: str) -> bool:
    """Tell whether a policy lets everybody in: an Allow to `*` that no condition narrows to somebody."""
    return any(_lets_everybody_in(row) for row in statements(text))


def refuse_public(text: str) -> None:
    """Raise PublicPolicyException for a policy that lets everybody in (botocore BlockPublicPolicy)."""
    if is_public(text):
        raise Refused("PublicPolicyException", _TOO_BROAD)


def findings(text: str) -> list[dict[str, str]]:
    """List what ValidateResourcePolicy reports, one entry per failed check."""
    if is_public(text):
        return [{"CheckName": "PUBLIC_POLICY", "ErrorMessage": _TOO_BROAD}]
    return []


def _lets_everybody_in(row: dict[str, Any]) -> bool:
    principal = row.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    everybody = "*" in (named if isinstance(named, list) else [named])
    keys = [key.lower() for test in row.get("Condition", {}).values() for key in test]
    return row["Effect"] == "Allow" and everybody and not any(key in _NARROWING for key in keys)
