"""What `sellerkeys onboard` was asked to do, checked for options that contradict one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from provisioning.credentials import Batch, hand_in
from provisioning.errors import BadInput, Waiting
from provisioning.roster import records
from scripts.intake import STANDARD_INPUT, source
from scripts.row_options import record_from, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from provisioning.credentials import HandedIn
    from provisioning.roster import Record, Row
    from scripts.intake import BatchFile, Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Credentials from `file`, or for one `seller`; with `up`, new roster rows from `from_roster` or `row`."""

    file: str | None = None
    seller: str | None = None
    from_roster: str | None = None
    dry_run: bool = False
    up: bool = False
    yes: bool = False
    row: Mapping[str, str]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Make it of Click's options; raises BadInput."""
        row, others = split(options)
        return cls(row=row, **others)

    def __post_init__(self) -> None:
        wrong = None
        if (self.file is None) == (self.seller is None):
            wrong = "give either a file (or -) or --seller"
        elif not self.up and (self.yes or self.from_roster or self.row):
            wrong = "--yes, --from-roster and the options of a roster row go with --up"
        elif self.row and (self.from_roster or not self.seller):
            wrong = "the options of a roster row go with --seller, and without --from-roster"
        elif self.file == self.from_roster == STANDARD_INPUT:
            wrong = "standard input can be only one of the two files"
        if wrong:
            raise BadInput(f"{wrong}; nothing was changed")

    def new_rows(self, intake: Intake) -> list[Record]:
        """Read the rows that are to be added to the roster first; raises BadInput."""
        if self.from_roster:
            return list(records(intake.text(self.from_roster), source(self.from_roster)))
        return [record_from(self.seller, self.row)] if self.seller and self.row else []

    def credentials(self, intake: Intake, roster: Iterable[Row]) -> Batch | BatchFile:
        """Read the file, or ask for the seller's credential; raises BadInput, or Waiting for one not in `roster`."""
        if self.file is not None:
            return intake.batch(self.file)
        seller = next((row for row in roster if row.seller == self.seller), None)
        if seller is None:
            raise Waiting(f"{self.seller} is not in the roster: add it with `sellerkeys roster add`, then `pulumi up`")
        return Batch((_asked(intake, seller),))


def _asked(intake: Intake, seller: Row) -> HandedIn:
    instead = "hand a file in, or - for standard input"
    token = intake.ask_hidden("refresh token", instead)
    if seller.application == "shared":
        return hand_in(seller.seller, token)
    client_id = intake.ask("client id", instead)
    return hand_in(seller.seller, token, client_id, intake.ask_hidden("client secret", instead))
