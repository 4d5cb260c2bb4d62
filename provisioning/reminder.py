"""When a seller is reminded in Seller Central that his consent ends, and what became of it: pure words and dates.

Standard library and our own words only: this module ships in a function's zip.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from provisioning.state import CONSENT_LIFE

if TYPE_CHECKING:
    from provisioning.state import State

#: The variable that tells the rotation function of the template; without it nobody is reminded.
VARIABLE: Final = "SELLERKEYS_REMINDERS"

#: From how long before the end a seller is reminded; a rotation has to come round within it.
AHEAD: Final = timedelta(days=60)
#: How long after a reminder that Amazon did not take it is tried again, however often the seller is rotated.
_APART: Final = timedelta(days=14)

SENT: Final = "sent"
#: The application may not: it, or this seller's consent, lacks the role Notifications in Seller Central.
DENIED: Final = "denied"
#: Amazon does not know the template, or it has other parameters.
REFUSED: Final = "refused"
#: Nobody knows: it was about to be sent, and no answer that says yes or no came.
UNANSWERED: Final = "unanswered"

_WORDS: Final = {
    SENT: "reminded in Seller Central on {day}",
    DENIED: "not reminded on {day}: the application, or this consent, lacks the role Notifications in Seller Central",
    REFUSED: "not reminded on {day}: Amazon did not take the template",
    UNANSWERED: "reminded in Seller Central on {day}, or not: no answer came",
}


@dataclass(frozen=True, slots=True)
class Template:
    """A notification template that was onboarded at Amazon; `parameter` names the one that takes the day of the end.

    What is sent has to have the template's own parameters (send-an-app-notification); empty: it has none.
    """

    name: str
    parameter: str = ""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what the Pulumi program sets."""
        told = json.loads(text)
        return cls(told["template"], told["parameter"])

    def to_json(self) -> str:
        """Write it for the function's environment."""
        return json.dumps({"template": self.name, "parameter": self.parameter}, ensure_ascii=False)

    def request(self, marketplace_id: str, ends: date) -> dict[str, object]:
        """Write createNotification's body (models, appIntegrations-2024-04-01)."""
        parameters = {self.parameter: ends.isoformat()} if self.parameter else {}
        return {"templateId": self.name, "marketplaceId": marketplace_id, "notificationParameters": parameters}


class Reminder(NamedTuple):
    """What a state tag tells of the last reminder: of which end, what became of it, and when."""

    ends: date
    outcome: str
    on: date

    @classmethod
    def from_text(cls, text: str | None) -> Self | None:
        """Read a tag; None where there is none that can be read."""
        try:
            ends, outcome, on = (text or "").split(" ")
            return cls(date.fromisoformat(ends), outcome, date.fromisoformat(on)) if outcome in _WORDS else None
        except ValueError:
            return None

    def to_text(self) -> str:
        """Write the tag."""
        return f"{self.ends} {self.outcome} {self.on}"

    @property
    def words(self) -> str:
        """Say it to a person."""
        return _WORDS[self.outcome].format(day=self.on)


def due(state: State, today: date) -> date | None:
    """Tell of which end a seller is to be reminded now; None where of none."""
    if state.consented_on is None:
        return None
    ends, before = state.consented_on + CONSENT_LIFE, Reminder.from_text(state.reminded)
    if not today <= ends <= today + AHEAD:
        return None
    if before and before.ends == ends and (before.outcome == SENT or today - before.on < _APART):
        return None
    return ends
