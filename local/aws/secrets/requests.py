"""What Secrets Manager checks in a request before it looks at the secret; pure."""

from __future__ import annotations

import base64
import re

from local.aws.secrets.refusal import Refused, invalid_parameter
from local.aws.secrets.versions import MOST_LABELS, Value

LARGEST_VALUE = 65_536  # bytes, aws.md 5.1
_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,256}")
_TOKEN_LENGTHS = range(32, 65)
_LABEL_LENGTHS = range(1, 257)


def checked_value(text: str | None, binary: str | None) -> Value | None:
    """Take a value as sent, None where there is none; raises Refused on both at once or above 65,536 bytes."""
    if text is not None and binary is not None:
        raise invalid_parameter("You can't specify both a binary value and a string value in the same call.")
    if text is None and binary is None:
        return None
    size = len(text.encode()) if text is not None else len(base64.b64decode(binary or ""))
    if not 1 <= size <= LARGEST_VALUE:
        raise Refused(
            "ValidationException",
            "1 validation error detected: the secret value failed to satisfy constraint: "
            f"Member must have length less than or equal to {LARGEST_VALUE} and greater than or equal to 1",
        )
    return Value(text, binary)


def checked_name(name: str) -> str:
    """Take a new secret's name: letters, digits and `/_+=.@-`, at most 256 of them (aws.md 5.1)."""
    if not _NAME.fullmatch(name):
        raise Refused(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        )
    return name


def checked_token(token: str) -> str:
    """Take a ClientRequestToken: 32 to 64 characters (botocore ClientRequestTokenType)."""
    if len(token) not in _TOKEN_LENGTHS:
        raise invalid_parameter("ClientRequestToken must be 32-64 characters long.")
    return token


def checked_labels(labels: list[str]) -> frozenset[str]:
    """Take staging labels: 1 to 20 of 1 to 256 characters (botocore SecretVersionStagesType)."""
    if not 1 <= len(labels) <= MOST_LABELS or any(len(label) not in _LABEL_LENGTHS for label in labels):
        raise invalid_parameter(f"VersionStages must be 1 to {MOST_LABELS} labels of 1 to 256 characters.")
    return frozenset(labels)
