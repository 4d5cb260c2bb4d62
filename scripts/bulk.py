"""Many credentials carried out side by side: what `onboard` and `adopt` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.crowd import Crowd
from provisioning.onboarding import DryRun, Executor, Prover, carried_out
from provisioning.planning import Planner
from provisioning.surveying import Survey
from scripts.declaring import foretold
from scripts.progress import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from provisioning.credentials import HandedIn, Unreadable
    from provisioning.fleet import Fleet
    from provisioning.outcomes import Outcome
    from provisioning.surveying import Refused, Sifted
    from scripts.ledger import Ledger
    from scripts.rates import Rates
    from scripts.session import Session


class Bulk:
    """One run over many sellers of a fleet; `foretells` says in a dry run what `pulumi up` would come before."""

    def __init__(self, session: Session, fleet: Fleet, rates: Rates, *, dry_run: bool, foretells: bool) -> None:
        self._fleet = fleet
        self._store = session.paced_store(rates.writes)
        prover = Prover(fleet, self._store, session.paced_amazon(rates.tokens))
        self._carrier = DryRun(prover) if dry_run else Executor(fleet, self._store, prover, self._store.now)
        self._planner = Planner(fleet, self._store)
        self._foretells = foretells
        self._at_once = rates.at_once

    def run(
        self,
        rows: Callable[[], Iterable[HandedIn | Unreadable]],
        ledger: Ledger,
        known: Iterable[Outcome],
        what: str,
    ) -> None:
        """Go through `rows` twice, first to compare them, then to carry each out, and note what became of each.

        The outcomes `known` before come first.
        """
        survey = Survey(self._fleet, self._store, rows())
        ledger.begin()
        for outcome in known:
            ledger.add(ledger.room(), outcome)
        todo = ((ledger.room(), sifted) for sifted in survey.sift(rows()))
        crowd = Crowd(self._act, self._at_once)
        try:
            for number, outcome in counted(crowd.results(todo), survey.rows, what):
                ledger.add(number, outcome)
        finally:
            # Also after Ctrl-C: what was done is told.
            for number, outcome in crowd.late:
                ledger.add(number, outcome)

    def _act(self, numbered: tuple[int, Sifted | Refused]) -> tuple[int, Outcome]:
        number, sifted = numbered
        planned = self._planner.decide(sifted)
        foretold_of = foretold(planned) if self._foretells else None
        return number, foretold_of or carried_out(planned, self._carrier)
