"""createNotification: what an application tells a seller in Seller Central (models, appIntegrations-2024-04-01)."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from local.amazon import refusals
from local.amazon.messages import read_json_object
from local.amazon.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.amazon.messages import Request
    from local.amazon.records import Application, Seller


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification, as a seller finds it in Seller Central."""

    at: datetime
    client_id: str
    selling_partner_id: str
    template: str
    parameters: Mapping[str, Any]


class Notices:
    """The notifications so far, oldest first; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._notices: list[Notice] = []

    def create(self, application: Application, seller: Seller, request: Request, at: datetime) -> None:
        """Take a notification; raises Refused for a body or template that Amazon would not take."""
        body = read_json_object(request.body)
        if body is None or not isinstance(body.get("notificationParameters"), dict) or "templateId" not in body:
            raise Refused(refusals.NOTIFICATION_INVALID)
        if body["templateId"] not in application.registration.templates:
            raise Refused(refusals.TEMPLATE_INVALID)
        notice = Notice(
            at,
            application.client_id,
            seller.selling_partner_id,
            body["templateId"],
            body["notificationParameters"],
        )
        with self._lock:
            self._notices.append(notice)

    def all(self) -> tuple[Notice, ...]:
        """List the notifications so far."""
        with self._lock:
            return tuple(self._notices)
