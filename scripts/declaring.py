"""The first half of `onboard --up`: rows into the roster, then all stacks brought to it, as `sellerkeys up` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provisioning.credentials import HandedIn
from provisioning.errors import BadInput, SecretNotDeclared, Waiting
from provisioning.outcomes import Outcome
from provisioning.surveying import Refused
from scripts.report import say
from scripts.roster_file import RosterFile
from scripts.watching import at_once, watching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from provisioning.credentials import Unreadable
    from provisioning.planning import Planned
    from provisioning.roster import Record, Row
    from scripts.session import Session


class Declaring:
    """Declares the sellers of `records`; a person agrees to Pulumi's preview unless `agreed` says so beforehand.

    `foreseen` is what adding the rows will come to; nothing is changed before `up`.
    """

    def __init__(self, session: Session, records: Sequence[Record], *, dry_run: bool, agreed: bool) -> None:
        if not (dry_run or agreed or session.intake.has_person):
            raise BadInput("--up asks before it changes anything, and there is no terminal to ask on: add --yes")
        self._session = session
        self._records = records
        self._dry_run = dry_run
        self._agreed = agreed
        _ = session.engine
        self._roster = RosterFile(session.roster_path)
        self.foreseen = self._roster.add(records, dry_run=True)

    @property
    def failures(self) -> list[Outcome]:
        """The rows that cannot be added."""
        return [outcome for outcome in self.foreseen.outcomes if outcome.exit_code]

    def without_contradicted(self, batch: Iterable[HandedIn | Unreadable]) -> Iterator[HandedIn | Unreadable]:
        """Leave out the credentials of sellers about whom the roster says something else than their new row."""
        refused = self.foreseen.refused
        for each in batch:
            if not (isinstance(each, HandedIn) and any(each.is_for(row) for row in refused)):
                yield each

    def up(self) -> tuple[Row, ...]:
        """Add the rows and bring all stacks to them; gives the roster's rows.

        Raises Waiting where the person does not agree, or what the first stack that failed did, once all have ended.
        """
        if self._dry_run:
            say("would run `sellerkeys up`")
            return self.foreseen.rows
        rows = self._roster.add(self._records, dry_run=False).rows
        if not self._agreed:
            self._run(rows, preview=True)
            if not click.confirm("Bring the stacks up to date?", err=True):
                raise Waiting("`sellerkeys up` was not run: new rows stay in the roster, no secret was touched")
        self._run(rows, preview=False)
        return rows

    def _run(self, rows: Iterable[Row], *, preview: bool) -> None:
        with watching() as watched:
            ended = list(self._session.bringing(rows, watched).run(at_once(), preview=preview))
        for each in ended:
            if each.error:
                raise each.error


def foretold(entry: Planned | Refused) -> Outcome | None:
    """Tell, in a dry run, of a seller whose secret `pulumi up` would have made; None for any other."""
    if isinstance(entry, Refused) and isinstance(entry.why, SecretNotDeclared):
        return Outcome(entry.seller, "would declare", "and then prove and onboard", row=entry.row)
    return None
