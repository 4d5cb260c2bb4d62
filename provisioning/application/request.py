"""Whether Amazon may be asked for a new client secret: one request at a time, decided once among all who ask.

The request stands in the fleet's table. It names the version of the app secret that it is to replace, so that it is
answered is derived from the app secret: no second note could be lost. Pure functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from provisioning.errors import Waiting
from provisioning.table import Item

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Amazon takes one request a minute (sp-api.md 5.1).
MINUTE: Final = timedelta(minutes=1)
#: In what time a message comes; after that people are told that none did.
ANSWER: Final = timedelta(hours=1)
#: The old client secret works that long: one more request within it could kill the one that is in use (sp-api.md 5.2).
WEEK: Final = timedelta(days=7)
#: How long a request is remembered.
_REMEMBERED: Final = timedelta(days=400)


class Stage(StrEnum):
    """How far a request got."""

    ASKING = "asking"
    """About to be sent, or sent without an answer: whether Amazon made a new client secret is unknown."""
    ASKED = "asked"
    """Amazon said that the new client secret is on its way."""
    REFUSED = "refused"
    """Amazon said no: nothing was made."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: of whom, when, in place of which version; `mark` tells it from every other."""

    stage: Stage
    at: datetime
    by: str
    version: str
    mark: str
    why: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self | None:
        """Read it from the table; None where it cannot be read."""
        try:
            at = datetime.fromisoformat(values["at"])
            return cls(Stage(values["stage"]), at, values["by"], values["version"], values["mark"], values["why"])
        except (KeyError, ValueError):
            return None

    def values(self) -> dict[str, str]:
        """Write what the table holds of it."""
        return {
            "stage": self.stage.value,
            "at": self.at.isoformat(),
            "by": self.by,
            "version": self.version,
            "mark": self.mark,
            "why": self.why,
        }

    def item(self, client_id: str) -> Item:
        """Write it as an entry of the table."""
        return Item(key(client_id), self.values(), self.at + _REMEMBERED)

    def is_open(self, version: str) -> bool:
        """Whether an answer may still come: it may have reached Amazon, and `version` is current since before it."""
        return self.stage is not Stage.REFUSED and self.version == version

    def is_unanswered(self, version: str, now: datetime) -> bool:
        """Whether the answer should have come by now."""
        return self.is_open(version) and now - self.at >= ANSWER


def key(client_id: str) -> str:
    """Name a client id's request in the table."""
    return f"request#{client_id}"


def refuse(  # noqa: PLR0913  what decides, and what a person has said
    last: Request | None,
    version: str,
    changed_at: datetime | None,
    now: datetime,
    *,
    leaked: bool,
    cut_off: bool = False,
) -> Waiting | None:
    """Say why Amazon may not be asked now for a successor of `version`, current since `changed_at`; None where it may.

    A client secret that leaked goes before the week, but not before an answer that may still come. Where that is
    overdue, Amazon has probably made a new one: asked again it would end the one in use at once (sp-api.md 5.2), so
    `cut_off` has to say that this is wanted.
    """
    is_open = last is not None and last.is_open(version)
    if last and is_open and now - last.at < ANSWER:
        until = last.at + ANSWER
        wait = f", and replaces the one that leaked; if none has come, ask again after {_time(until)}" if leaked else ""
        return Waiting(
            f"Amazon was asked by {last.by} at {_time(last.at)}, and its message may still come{wait}: "
            "`sellerkeys app status` tells when it has"
        )
    if last and now - last.at < MINUTE:
        return Waiting(f"Amazon was asked at {_time(last.at)}, and takes one request a minute")
    if last and is_open and now - last.at < WEEK and not (leaked and cut_off):
        return _overdue(last, leaked=leaked)
    if changed_at and now - changed_at < WEEK and not leaked:
        return Waiting(
            f"the client secret was renewed at {_time(changed_at)}, less than 7 days ago: the one before may still be "
            "in use, and asking again would kill it; `--leaked` asks all the same"
        )
    return None


def _overdue(last: Request, *, leaked: bool) -> Waiting:
    asked = f"Amazon was asked by {last.by} at {_time(last.at)}, and no message came"
    if leaked:
        return Waiting(
            f"{asked}: asking again would end the client secret in use at once, for every seller; hand in the one that "
            "Amazon's console shows instead: `sellerkeys app set`; see docs/runbooks/client-secret-leaked.md"
        )
    return Waiting(
        f"{asked}: asking again could kill the client secret in use; see docs/runbooks/client-secret-unanswered.md"
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
