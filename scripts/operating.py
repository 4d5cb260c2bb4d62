"""What the commands of whoever is on call share: whom they are for, what they work with, what they tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from provisioning.errors import BadInput, Waiting
from provisioning.offering import Offering
from provisioning.operating.asking import Asking
from scripts import report
from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from provisioning.fleet import Fleet
    from provisioning.operating.reading import Reading
    from provisioning.outcomes import Outcome
    from provisioning.roster import Row
    from provisioning.store import Store
    from scripts.session import Session

sellers_argument = click.argument("sellers", nargs=-1, metavar="[SELLER]...")
all_option = click.option("--all", "everybody", is_flag=True, help="Every seller of the roster that is not paused.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What one command works with; `reading` becomes a seller's reader, and remembers whose."""

    fleet: Fleet
    store: Store
    reading: Reading
    offering: Offering
    asking: Asking


def desk(session: Session, purpose: str) -> Desk:
    """Lay out what the command named `purpose` works with."""
    fleet, store = session.fleet, session.store
    offering = Offering(fleet, store)
    return Desk(fleet, store, session.reading(purpose), offering, Asking(fleet, store, session.amazon, offering))


def chosen(fleet: Fleet, slugs: Sequence[str], *, everybody: bool) -> tuple[Row, ...]:
    """Pick the sellers that were named, or all that are not paused; raises BadInput, or Waiting for an unknown one."""
    if bool(slugs) == everybody:
        raise BadInput("name one or more sellers, or give --all; nothing was changed")
    if everybody:
        return tuple(row for row in fleet.sellers if row.status != "paused")
    unknown = sorted(set(slugs) - {row.seller for row in fleet.sellers})
    if unknown:
        raise Waiting(f"{', '.join(unknown)}: not in the roster; `sellerkeys roster list` shows who is")
    return tuple(row for row in fleet.sellers if row.seller in slugs)


def tell(session: Session, found: Collection[Outcome], reading: Reading | None = None) -> None:
    """Print what became of each seller and, where values were read, as whom."""
    roles = reading.roles if reading else {}
    if not session.as_json:
        for seller, role in sorted(roles.items()):
            report.say(f"{seller}: value read as {role}")
        report.outcomes(found, as_json=False)
        return
    sellers = [
        {name: value for name, value in asdict(outcome).items() if name not in {"row", "cause"}}
        | {"detail": plain(outcome.detail), "read_as": roles.get(outcome.seller)}
        for outcome in found
    ]
    report.document({"sellers": sellers, "summary": dict(Counter(outcome.result for outcome in found))})
