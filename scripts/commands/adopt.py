"""`sellerkeys adopt`: take over the credentials that other tools hold, and leave those as they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provisioning.adopting import NOTIFICATIONS, Old, accounts, find_out, from_env, from_secret, suggested
from provisioning.credentials import HandedIn
from provisioning.crowd import Crowd
from provisioning.errors import BadInput, SecretEmpty, SecretNotDeclared, SellerkeysError, Waiting
from provisioning.outcomes import Outcome, failure
from provisioning.payload import App
from provisioning.store import Store
from scripts import report
from scripts.bulk import Bulk
from scripts.intake import decoded
from scripts.ledger import Ledger, report_option
from scripts.progress import counted
from scripts.rates import Rates, rate_options
from scripts.roster_file import RosterFile
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from provisioning.amazon import Amazon
    from provisioning.roster import Record, Row


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is to become of one old credential: the seller it is for, and whether he is new in the roster."""

    old: Old
    row: Row
    is_new: bool

    @property
    def handed_in(self) -> HandedIn:
        """The credential as onboarding takes it."""
        own = (self.old.client_id, self.old.client_secret) if self.row.application == "own" else (None, None)
        return HandedIn(self.row.seller, self.old.refresh_token, *own)


@click.command()
@click.option("--notifications", is_flag=True, help=f"Every secret of Amazon's notifications sample: {NOTIFICATIONS}*.")
@click.option("--secret", "secrets", multiple=True, metavar="NAME", help="A secret that python-amazon-sp-api reads.")
@click.option("--env", "paths", multiple=True, metavar="PATH", help="A .env file, or a folder of them.")
@click.option("--from-profile", metavar="PROFILE", help="AWS profile that may read the old secrets.")
@click.option("--dry-run", is_flag=True, help="Show the plan, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask after the plan.")
@report_option
@rate_options
@pass_session
def adopt(session: Session, /, reports: Sequence[str], **options: Any) -> int:  # noqa: ANN401  Click's
    """Take over the credentials that other tools hold.

    Adds roster rows and fills secrets of ours from old secrets and .env files. Shows a plan first. Each credential is
    proven before it is put; where no secret is declared yet, the rows are added, and `pulumi up` and the same command
    again finish it. The old ones stay as they are, and are listed for when your consumers read the new ones. Which
    seller uses the shared application is told by its client id.
    """
    rates = Rates.of(options)
    dry_run = options["dry_run"]
    if not (dry_run or options["yes"] or session.intake.has_person):
        raise BadInput("adopt asks before it changes anything, and there is no terminal to ask on: add --yes")
    places = list(_places(session, options))
    if not places:
        raise BadInput("nothing was found to adopt: give --notifications, --secret or --env; nothing was changed")
    plan, failures = _planned(session, places, rates)
    told = _told(plan)
    if plan:
        _show(told, apart=session.as_json)
    if not dry_run and not options["yes"] and plan and not click.confirm("Take these over?", err=True):
        raise Waiting("nothing was taken over, and nothing was changed")
    with Ledger(reports, (), as_json=session.as_json, also={"plan": told}) as ledger:
        records = [_record(each.row) for each in plan if each.is_new]
        added = RosterFile(session.roster_path).add(records, dry_run=dry_run)
        refused = [outcome for outcome in added.outcomes if outcome.exit_code]
        without_row = {outcome.seller for outcome in refused}
        taken = [each.handed_in for each in plan if each.row.seller not in without_row]
        bulk = Bulk(session, session.fleet_of(added.rows), rates, dry_run=dry_run, foretells=dry_run)
        bulk.run(lambda: iter(taken), ledger, [*failures, *refused], "taking over")
    if plan and not dry_run:
        report.say("left as they are; remove them once your consumers read the new ones:")
        for each in plan:
            report.say(f"  {each.old.origin}")
    return ledger.exit_code


def _places(session: Session, options: dict[str, Any]) -> Iterator[tuple[str, Callable[[], Old]]]:
    """Name every place that was pointed at, with what reads it."""
    names = list(options["secrets"])
    store = Store(session.secrets_of(options["from_profile"])) if names or options["notifications"] else session.store
    if options["notifications"]:
        names += sorted(secret.name for secret in store.list(NOTIFICATIONS))
    for name in dict.fromkeys(names):
        yield f"secret {name}", partial(_from_secret, store, name)
    for path in options["paths"]:
        for file in _env_files(Path(path)):
            yield from _in_file(file)


def _from_secret(store: Store, name: str) -> Old:
    return from_secret(name, store.read(name).text)


def _in_file(file: Path) -> Iterator[tuple[str, Callable[[], Old]]]:
    """Name every account of a file; one that cannot be read is a place as well, and says so in its turn."""
    try:
        text = decoded(file.read_bytes(), str(file))
    except (OSError, SellerkeysError):
        yield str(file), lambda: from_env(str(file), decoded(file.read_bytes(), str(file)))
        return
    for account in accounts(text):
        yield f"{file}, account {account}" if account else str(file), partial(from_env, str(file), text, account)


def _env_files(path: Path) -> list[Path]:
    if not path.exists():
        raise BadInput(f"{path}: there is no such file or folder; nothing was changed")
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and _is_env(file.name))


def _is_env(name: str) -> bool:
    return name == ".env" or name.startswith(".env.") or name.endswith(".env")


def _planned(
    session: Session, places: Sequence[tuple[str, Callable[[], Old]]], rates: Rates
) -> tuple[list[Adoption], list[Outcome]]:
    amazon = session.paced_amazon(rates.tokens)

    def look(place: tuple[str, Callable[[], Old]]) -> tuple[str, Old | SellerkeysError]:
        origin, read = place
        try:
            return origin, _looked_at(read, amazon)
        except SellerkeysError as error:
            return origin, error

    seen = dict(counted(Crowd(look, rates.at_once).results(places), len(places), "looking"))
    olds = [old for origin, _ in places if isinstance(old := seen[origin], Old)]
    failures = [failure(origin, error) for origin, _ in places if isinstance(error := seen[origin], SellerkeysError)]
    shared, plan = _shared_client(session), []
    clients = Counter(old.client_id for old in olds)
    rows = _rows(session)
    for old in olds:
        try:
            if shared is None and clients[old.client_id] > 1:
                raise Waiting("its application is used by several sellers: put it in first, `sellerkeys app set`")
            plan.append(_adoption(old, rows, "shared" if old.client_id == shared else "own"))
        except SellerkeysError as error:
            failures.append(failure(old.origin, error))
    return plan, failures


def _looked_at(read: Callable[[], Old], amazon: Amazon) -> Old:
    try:
        return find_out(amazon, read())
    except OSError as error:
        raise BadInput(f"cannot be read ({type(error).__name__})") from None


def _shared_client(session: Session) -> str | None:
    try:
        return App.from_json(session.store.read(session.fleet_of(()).app_secret).text).client_id
    except (SecretEmpty, SecretNotDeclared):
        return None


def _rows(session: Session) -> list[Row]:
    return list(session.fleet.sellers) if session.roster_path.exists() else []


def _adoption(old: Old, rows: Sequence[Row], application: str) -> Adoption:
    from provisioning.roster import row_from  # noqa: PLC0415  pydantic is slow to import

    for row in rows:
        if row.seller == old.seller or (
            old.partner and row.selling_partner_id == old.partner and row.region == old.region
        ):
            return Adoption(old, row, is_new=False)
    cells = {
        "seller": suggested(old),
        "application": "" if application == "shared" else application,
        "region": str(old.region or ""),
        "selling_partner_id": old.partner,
        "marketplaces": ";".join(old.marketplaces),
    }
    return Adoption(old, row_from(cells), is_new=True)


def _record(row: Row) -> Record:
    from provisioning.roster import Record  # noqa: PLC0415  pydantic is slow to import

    return Record(None, row)


def _told(plan: Sequence[Adoption]) -> list[dict[str, str]]:
    return [
        {
            "from": each.old.origin,
            "seller": each.row.seller,
            "application": each.row.application,
            "region": str(each.row.region),
            "marketplaces": "; ".join(each.row.marketplaces),
            "roster row": "new" if each.is_new else "there already",
        }
        for each in plan
    ]


def _show(told: Sequence[dict[str, str]], *, apart: bool) -> None:
    """Show the plan; `apart` from the one document that goes to standard output, as lines beside it."""
    if apart:
        for each in told:
            report.say(", ".join(each.values()))
        return
    report.table(tuple(told[0]), [tuple(each.values()) for each in told])
    click.echo()
