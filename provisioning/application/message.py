"""What Amazon writes to the two queues, read by field: a new client secret, or one's coming expiry (sp-api.md 5.4).

Neither version nor type decides, only the field that is there; a message that came through SNS is unwrapped. Nothing
here logs, and no error quotes what was read. Standard library only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from provisioning.errors import SellerkeysError

_NEW_SECRET: Final = "applicationOAuthClientNewSecret"  # noqa: S105  a field's name
_EXPIRY: Final = "applicationOAuthClientSecretExpiry"
#: SNS hands a topic's message on as text in an envelope (SNS developer guide, "HTTP/HTTPS notification JSON format").
_ENVELOPE: Final = "Message"


class Malformed(SellerkeysError):
    """A message is not what Amazon sends; the text names what is missing, never what was found."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A client secret that Amazon has just made, the only copy there is; `old_ends_at` is when the one before dies."""

    client_id: str
    client_secret: str = field(repr=False)
    expires_at: datetime
    old_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExpiryNotice:
    """When the client secret that is in use expires; `said_at` is when Amazon said so."""

    client_id: str
    expires_at: datetime
    said_at: datetime | None


def read(body: str) -> NewSecret | ExpiryNotice:
    """Read a message's body; raises Malformed."""
    document = _object(body)
    if isinstance(wrapped := document.get(_ENVELOPE), str) and "payload" not in document:
        document = _object(wrapped)
    payload = document.get("payload")
    parts = payload if isinstance(payload, dict) else {}
    if isinstance(new := parts.get(_NEW_SECRET), dict):
        return NewSecret(
            client_id=_text(new, "clientId"),
            client_secret=_text(new, "newClientSecret"),
            expires_at=_needed(new, "newClientSecretExpiryTime"),
            old_ends_at=_moment(new, "oldClientSecretExpiryTime"),
        )
    if isinstance(expiry := parts.get(_EXPIRY), dict):
        return ExpiryNotice(
            client_id=_text(expiry, "clientId"),
            expires_at=_needed(expiry, "clientSecretExpiryTime"),
            said_at=_moment(document, "eventTime"),
        )
    raise Malformed("the message's payload is neither a new client secret nor the expiry of one")


def _object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # The decoder's error carries the whole text.
        raise Malformed("the message is not JSON") from None
    if not isinstance(document, dict):
        raise Malformed("the message is not a JSON object")
    return document


def _text(fields: dict[str, Any], name: str) -> str:
    """Read a text that can travel in a form and a header: one line of visible ASCII."""
    found = fields.get(name)
    if not isinstance(found, str) or not re.fullmatch(r"[!-~]+", found):
        raise Malformed(f"the message has no usable {name}")
    return found


def _needed(fields: dict[str, Any], name: str) -> datetime:
    found = _moment(fields, name)
    if found is None:
        raise Malformed(f"the message has no usable {name}")
    return found


def _moment(fields: dict[str, Any], name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(fields[name])
    except (KeyError, TypeError, ValueError):
        return None
    # Whole milliseconds, as Amazon writes them and a label keeps them: the same message twice is the same moment.
    return found.replace(microsecond=found.microsecond // 1000 * 1000) if found.tzinfo else None
