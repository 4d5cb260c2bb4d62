"""The two messages Amazon writes about a client secret, as sp-api.md 5.4 shows them; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.amazon.records import Application, ClientSecret

NEW_SECRET: Final = "APPLICATION_OAUTH_CLIENT_NEW_SECRET"  # noqa: S105 - a type's name
EXPIRY: Final = "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY"
_VERSION: Final = "2023-11-30"


def new_secret(
    application: Application, now: datetime, *, subscription_id: str, notification_id: str
) -> dict[str, object]:
    """Tell the new client secret; there has to be an old one."""
    new, old = application.secrets[:2]
    payload = {
        "clientId": application.client_id,
        "newClientSecret": new.value,
        "newClientSecretExpiryTime": _time(new.expires_on),
        "oldClientSecretExpiryTime": _time(old.dies_on or old.expires_on),
    }
    fields = {"applicationOAuthClientNewSecret": payload}
    return _message(NEW_SECRET, fields, application, now, subscription_id, notification_id)


def expiry(
    application: Application, secret: ClientSecret, now: datetime, *, subscription_id: str, notification_id: str
) -> dict[str, object]:
    """Tell when a client secret expires."""
    payload = {
        "clientId": application.client_id,
        "clientSecretExpiryTime": _time(secret.expires_on),
        "clientSecretExpiryReason": "PERIODIC_ROTATION",
    }
    fields = {"applicationOAuthClientSecretExpiry": payload}
    return _message(EXPIRY, fields, application, now, subscription_id, notification_id)


def wrapped(text: str, now: datetime, notification_id: str) -> str:
    """Put a message into SNS's envelope, which some queues get theirs in (sp-api.md 5.4, unconfirmed)."""
    return json.dumps({"Type": "Notification", "MessageId": notification_id, "Message": text, "Timestamp": _time(now)})


def _message(  # noqa: PLR0913, PLR0917 - the fields that both messages have
    kind: str,
    payload: Mapping[str, object],
    application: Application,
    now: datetime,
    subscription_id: str,
    notification_id: str,
) -> dict[str, object]:
    return {
        "notificationVersion": "1.0",
        "notificationType": kind,
        "payloadVersion": _VERSION,
        "eventTime": _time(now),
        "payload": payload,
        "notificationMetadata": {
            "applicationId": application.application_id,
            "subscriptionId": subscription_id,
            "publishTime": _time(now),
            "notificationId": notification_id,
        },
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
