"""What Amazon writes to the queues, as Amazon's own sample has it (sp-api.md 5.4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

CLIENT = "amzn1.application-oa2-client.PLACEHOLDER-SHARED"
KYOTO = "amzn1.application-oa2-client.PLACEHOLDER-KYOTO"
OLD = "PLACEHOLDER-SHARED-SECRET"
NEW = "amzn1.oa2-cs.v1.PLACEHOLDER-NEW"
NEWER = "amzn1.oa2-cs.v1.PLACEHOLDER-NEWER"
#: When Amazon made the new client secret.
MADE = datetime(2026, 3, 24, 11, 59, 17, 456000, tzinfo=UTC)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def envelope(payload: dict[str, Any], kind: str, at: datetime = MADE) -> dict[str, Any]:
    """What surrounds a payload."""
    return {
        "notificationVersion": "1.0",
        "notificationType": kind,
        "payloadVersion": "2023-11-30",
        "eventTime": _time(at),
        "payload": payload,
        "notificationMetadata": {
            "applicationId": "amzn1.sp.solution.PLACEHOLDER",
            "subscriptionId": "PLACEHOLDER",
            "publishTime": _time(at + timedelta(seconds=1)),
            "notificationId": "PLACEHOLDER",
        },
    }


def new_secret(secret: str = NEW, client_id: str = CLIENT, made: datetime = MADE, **more: Any) -> str:
    """A new client secret, made at that time: it lives 180 days, the old one 7 more."""
    fields = {
        "clientId": client_id,
        "newClientSecret": secret,
        "newClientSecretExpiryTime": _time(made + timedelta(days=180)),
        "oldClientSecretExpiryTime": _time(made + timedelta(days=7)),
    }
    payload = {"applicationOAuthClientNewSecret": {key: value for key, value in (fields | more).items() if value}}
    return json.dumps(envelope(payload, "APPLICATION_OAUTH_CLIENT_NEW_SECRET", made))


def expiry(expires: datetime, client_id: str = CLIENT, said: datetime = MADE) -> str:
    """A notice of a client secret's expiry."""
    fields = {
        "clientId": client_id,
        "clientSecretExpiryTime": _time(expires),
        "clientSecretExpiryReason": "PERIODIC_ROTATION",
    }
    payload = {"applicationOAuthClientSecretExpiry": fields}
    return json.dumps(envelope(payload, "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY", said))


def through_sns(body: str) -> str:
    """The same message, handed on by a topic."""
    return json.dumps({"Type": "Notification", "MessageId": "PLACEHOLDER", "TopicArn": "arn:x", "Message": body})
