"""Remind a seller in Seller Central, after his rotation has finished, that his consent ends soon.

Best effort: nothing here fails a rotation, and no outage becomes a storm, for the attempt is noted before it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioning.errors import AmazonRefused, SellerkeysError, Unreachable
from provisioning.payload import Credential
from provisioning.reminder import DENIED, REFUSED, SENT, UNANSWERED, Reminder, due
from provisioning.rotation.offers import Offers, difference
from provisioning.state import State
from provisioning.store import CURRENT, OFFERED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from provisioning.amazon import Amazon
    from provisioning.reminder import Template
    from provisioning.store import Secret, Store

#: createNotification, 1 request/s, burst 5 (models, appIntegrations-2024-04-01).
_PATH: Final = "/appIntegrations/2024-04-01/notifications"
#: What an answer means; every other one says neither yes nor no.
_MEANING: Final = {200: SENT, 403: DENIED, 400: REFUSED}


class Reminding:
    """Reminds the sellers of one fleet by a template; `new_version` makes version ids, `now` tells the time."""

    def __init__(
        self,
        store: Store,
        amazon: Amazon,
        template: Template,
        now: Callable[[], datetime],
        new_version: Callable[[], str],
    ) -> None:
        self._store = store
        self._amazon = amazon
        self._template = template
        self._now = now
        self._offers = Offers(store, new_version)

    def remind(self, secret_id: str) -> str | None:
        """Remind a seller if it is time; tells what became of it for the log, None where there was nothing to do.

        Raises only where a refresh token would be lost: one that Amazon sent unasked, and that could not be kept.
        """
        try:
            secret = self._store.describe(secret_id)
            ends = due(State.from_tags(secret.tags), self._now().date())
            # A replacement outstanding may be the renewed consent, whose day is noted after it.
            if ends is None or secret.holder(OFFERED):
                return None
            credential = Credential.from_json(self._store.read(secret.arn, label=CURRENT).text)
            if credential.has_own_application:
                return None
            tokens = self._amazon.refresh(credential.app, credential.refresh_token)
        except SellerkeysError as error:
            return f"not reminded: {error}"
        if tokens.refresh_token not in {None, credential.refresh_token}:
            renewed = difference(credential, credential, tokens.refresh_token or "")
            self._offers.keep(secret, renewed, behind=None)
        try:
            return self._send(secret, credential, tokens.access_token, ends)
        except SellerkeysError as error:
            return f"not reminded: {error}"

    def _send(self, secret: Secret, credential: Credential, access_token: str, ends: date) -> str:
        """Note that it is about to be sent, send it once, note what was answered."""
        today = self._now().date()
        self._note(secret, Reminder(ends, UNANSWERED, today))
        body = self._template.request(credential.marketplace_id, ends)
        try:
            answer = self._amazon.post_once(credential.region, _PATH, access_token, body)
        except (AmazonRefused, Unreachable):
            return UNANSWERED
        outcome = _MEANING.get(answer.status, UNANSWERED)
        if outcome != UNANSWERED:
            self._note(secret, Reminder(ends, outcome, today))
        return outcome

    def _note(self, secret: Secret, reminder: Reminder) -> None:
        self._store.tag(secret.arn, State(reminded=reminder.to_text()).to_tags())
