"""The calendar's part in renewing the client secret: ask Amazon when the end is near enough, and say when it could not.

Notices of Amazon's come 53 to 90 days ahead, so the day is known long before (sp-api.md 5.2); asking early costs
nothing, and leaves weeks to mend whatever keeps the answer out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning.application.asking import NotEnrolled, WouldBeLost
from provisioning.application.lives import Source, known
from provisioning.errors import SecretEmpty, SellerkeysError, Waiting

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from provisioning.application.asking import Asker
    from provisioning.application.keeping import Keeper

#: Who asks, in the request.
BY = "calendar"
_UNTOLD = (
    "the client secret in use was put in beside `sellerkeys app set`, and nobody has said when it ends: "
    "`sellerkeys app set --expires-on`"
)


@dataclass(frozen=True, slots=True)
class Renewed:
    """What came of it; `unasked` where it was time and Amazon could not be asked."""

    outcome: str
    unasked: bool = False


class Renewal:
    """Asks when the client secret in use ends within `ahead`."""

    def __init__(self, keeper: Keeper, asker: Asker, ahead: timedelta) -> None:
        self._keeper = keeper
        self._asker = asker
        self._ahead = ahead

    def run(self, now: datetime) -> Renewed:
        """Ask if it is time; raises nothing that is foreseeable, for the rest of the day's work goes on."""
        try:
            life = known(self._keeper.held().secret)
            if life is None:
                return Renewed(
                    "nobody knows when the client secret ends: `sellerkeys app set --expires-on`", unasked=True
                )
            if now < life.expires_at - self._ahead:
                is_untold = life.source is Source.UNTOLD
                return Renewed(_UNTOLD if is_untold else "not due", unasked=is_untold)
            self._asker.ask(BY)
        except SecretEmpty:
            return Renewed("no application")
        except SellerkeysError as error:
            # Asked already, or changed already: that is no failure, and the watchdog looks after it.
            is_waiting = isinstance(error, Waiting) and not isinstance(error, NotEnrolled | WouldBeLost)
            return Renewed(str(error), unasked=not is_waiting)
        return Renewed("asked")
