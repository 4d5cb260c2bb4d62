"""`sellerkeys app status`: both client secrets' ends, how far the sellers are, who may still hold the old one."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from provisioning import naming
from provisioning.application.following import Progress
from provisioning.application.keeping import Keeper
from provisioning.application.pace import Pace
from provisioning.application.request import Request, key
from provisioning.errors import SecretEmpty, SellerkeysError
from provisioning.operating.reads import LATE, LOOK_UPS_A_SECOND, Looked, recent, stale
from provisioning.operating.renewing import Renewal, renewal
from provisioning.state import State
from scripts import report
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.store import Secret

_WAITING: Final = 3
#: In the order of the lines.
_PROGRESS: Final = tuple(each.value for each in Progress)
#: Where a word alone could be misunderstood.
_IN_TEXT: Final = {Progress.PAUSED.value: "paused, not waited for"}
_MOST_NAMED: Final = 20


@click.command()
@click.option(
    "--reads",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many of CloudTrail's newest reads to look at, ninety a second; 0 asks it nothing.",
)
@pass_session
def status(session: Session, *, reads: int) -> int:
    """Show how far the renewal of the client secret is.

    Both client secrets' ends, when Amazon was asked and whether it has ever written, sellers done, behind and failing,
    and who read a seller's secret before it changed and has not since. Exits with 3 where something waits for a person;
    red is who is still behind two days before the old client secret ends.
    """
    fleet, store = session.fleet, session.store
    secret = store.describe(fleet.app_secret)
    sellers = [each for each in store.list(naming.seller_secret_prefix(fleet.base)) if not each.deleted_on]
    found = renewal(secret, sellers, _last(session), session.now())
    looked, why_not = _looked(session, found, sellers, reads)
    if session.as_json:
        report.document(_document(found, looked, why_not))
    else:
        _print(found, looked, why_not)
    return _WAITING if found.needs else 0


def _last(session: Session) -> Request | None:
    """Read the last request to Amazon; the client id it goes by is in the app secret."""
    try:
        held = Keeper(session.store, session.amazon, session.fleet.app_secret, session.now).held()
    except SecretEmpty:
        return None
    item = session.table.get(key(held.app.client_id))
    return Request.read(item.values) if item else None


def _looked(
    session: Session, found: Renewal, sellers: Sequence[Secret], reads: int
) -> tuple[Looked | None, str | None]:
    """Look at who read; where that cannot be told, say why."""
    if found.changed_at is None:
        return None, None
    if not reads:
        return None, "CloudTrail was not asked"
    changes: dict[str, tuple[str, datetime]] = {}
    for secret in sellers:
        state, seller = State.from_tags(secret.tags), secret.tags.get(naming.TAG_SELLER, secret.name)
        # Who has followed was changed when he was proven after the change; nobody can tell of the others.
        if seller in found.sellers.get(Progress.DONE.value, ()) and state.proven_at:
            changes |= dict.fromkeys((secret.name, secret.arn), (seller, max(state.proven_at, found.changed_at)))
    account = sellers[0].account if sellers else ""
    function = naming.function_role_arn(account, session.fleet.base, naming.ROTATION)
    pace = Pace(time.monotonic, time.sleep, LOOK_UPS_A_SECOND)
    try:
        return stale(recent(session.service("cloudtrail"), reads, pace.wait), changes, [function]), None
    except SellerkeysError as error:
        return None, f"CloudTrail gave no answer: {error}"


def _document(found: Renewal, looked: Looked | None, why_not: str | None) -> dict[str, Any]:
    plain = {name: _iso(value) if isinstance(value, datetime) else value for name, value in asdict(found).items()}
    counts = {where: len(found.sellers.get(where, ())) for where in _PROGRESS}
    readers = None
    if looked:
        readers = {
            "stale": [{**asdict(each), "last_read": _iso(each.last_read)} for each in looked.stale],
            "reads": looked.reads,
            "back_to": _iso(looked.back_to) if looked.back_to else None,
            "whole": looked.whole,
        }
    return {"application": plain, "counts": counts, "readers": readers, "readers_unknown": why_not}


def _print(found: Renewal, looked: Looked | None, why_not: str | None) -> None:
    source = {
        "amazon": "as Amazon said",
        "typed": "as typed",
        "assumed": "at the latest; nobody has said",
        "untold": "at the latest; it was put in beside `sellerkeys app set`",
    }
    rows = [
        ("client secret in use ends", _time(found.expires_at), source.get(found.expiry_source or "", "")),
        ("changed", _time(found.changed_at), ""),
        ("the one before ends", _time(found.old_ends_at), ""),
        ("Amazon was asked", _time(found.asked_at), f"{found.request}, by {found.asked_by}" if found.asked_at else ""),
        (
            "Amazon last wrote",
            _time(found.noticed_at),
            "" if found.noticed_at else "never: are the queues subscribed? docs/client-secret-rotation.md",
        ),
    ]
    report.table((found.secret, "when", ""), rows)
    click.echo()
    for where in _PROGRESS:
        names = found.sellers.get(where, [])
        if names or where in {Progress.DONE, Progress.BEHIND, Progress.FAILING}:
            named = f": {_listed(names)}" if names and where != Progress.DONE else ""
            told = _IN_TEXT.get(where, where)
            click.echo(f"{report.counted(len(names), 'seller')} {told}{named}")
    _print_readers(looked, why_not)
    for need in found.needs:
        click.secho(f"\n{need}", fg="red" if found.red else None)


def _print_readers(looked: Looked | None, why_not: str | None) -> None:
    if why_not:
        click.echo(f"\nWho has not read the new client secret yet is not known: {why_not}")
    if looked is None:
        return
    for each in looked.stale:
        click.echo(f"{each.seller}: {each.reader} read before the change, last at {_time(each.last_read)}, not since")
    back = f", back to {_time(looked.back_to)}" if looked.back_to else ""
    rest = "" if looked.whole else "; older ones were not looked at (`--reads`)"
    click.echo(
        f"\n{report.counted(len(looked.stale), 'reader')} may still hold the old client secret, by "
        f"{report.counted(looked.reads, 'read')} that CloudTrail tells of{back}{rest}; "
        f"what was read in the last {LATE.seconds // 60} minutes may not be among them"
    )


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
