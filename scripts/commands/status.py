"""`sellerkeys status`: the condition of each seller, those first who need a person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from provisioning import naming
from provisioning.condition import AppCondition, Condition, app_condition, by_urgency, condition
from provisioning.crowd import Crowd
from provisioning.errors import BadInput, SecretNotDeclared, Waiting
from provisioning.store import CURRENT
from scripts import report
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret, Store

_WAITING: Final = 3
#: How many secrets that the list omits are looked for at once.
_AT_ONCE: Final = 16
_COLUMNS: Final = ("seller", "state", "proven", "consent ends", "application", "rotation", "to do")


@click.command()
@click.argument("sellers", nargs=-1, metavar="[SELLER]...")
@click.option("--needs-consent", is_flag=True, help="Only those who have to consent again, or will soon.")
@click.option(
    "--html", metavar="FILE", help="Also write a page for a browser: search, calendar and charts in one file."
)
@pass_session
def status(session: Session, sellers: tuple[str, ...], *, needs_consent: bool, html: str | None) -> int:
    """Show each seller's condition, those first who need a person.

    Exits with 3 if one of them, or the shared application, waits for someone. Reads no secret value. What AWS lists
    may be five minutes old.
    """
    fleet, store, today = session.fleet, session.store, session.now().astimezone(UTC).date()
    chosen = _chosen(fleet, sellers)
    app_secret = _described(store, fleet.app_secret)
    newest = app_secret.holder(CURRENT) if app_secret else None
    found = sorted((condition(fleet, *each, newest, today) for each in _secrets(fleet, store, chosen)), key=by_urgency)
    if needs_consent:
        found = [each for each in found if each.needs_consent]
    application = app_condition(fleet, app_secret, today)
    if html:
        _write(session, html, application, found)
    if session.as_json:
        report.document(_document(application, found))
    else:
        _print(application, found)
    return _WAITING if application.advice or any(each.need for each in found) else 0


def _chosen(fleet: Fleet, slugs: Sequence[str]) -> tuple[Row, ...]:
    unknown = sorted(set(slugs) - {row.seller for row in fleet.sellers})
    if unknown:
        raise Waiting(f"{', '.join(unknown)}: not in the roster; `sellerkeys roster list` shows who is")
    return tuple(row for row in fleet.sellers if not slugs or row.seller in slugs)


def _secrets(fleet: Fleet, store: Store, sellers: Sequence[Row]) -> Iterator[tuple[Row, Secret | None]]:
    """Give each seller's secret, None where there is none; the list omits what is being deleted and what is new."""
    listed = {secret.name: secret for secret in store.list(naming.seller_secret_prefix(fleet.base))}
    unlisted = [name for seller in sellers if (name := fleet.secret_of(seller.seller)) not in listed]

    def look(name: str) -> tuple[str, Secret | None]:
        return name, _described(store, name)

    described = Crowd(look, _AT_ONCE).results(unlisted)
    secrets: dict[str, Secret | None] = {**listed, **dict(described)}
    for seller in sellers:
        yield seller, secrets[fleet.secret_of(seller.seller)]


def _described(store: Store, name: str) -> Secret | None:
    try:
        return store.describe(name)
    except SecretNotDeclared:
        return None


def _write(session: Session, file: str, application: AppCondition, found: Sequence[Condition]) -> None:
    from scripts.status_page import page  # noqa: PLC0415  only --html needs it

    fleet = session.fleet
    content = page(fleet.base, session.now(), application, found, {row.seller: row for row in fleet.sellers})
    try:
        Path(file).write_text(content, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file}: cannot be written ({type(error).__name__}); nothing was changed") from None
    report.say(f"{file}: {report.counted(len(found), 'seller')}; open it in a browser")


def _document(application: AppCondition, found: Sequence[Condition]) -> dict[str, Any]:
    needs = [each.need for each in found if each.need]
    return {
        "application": _plain(asdict(application)),
        "sellers": [_plain(asdict(each)) for each in found],
        "summary": {"sellers": len(found), "waiting": len(needs)},
    }


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Write moments and days as ISO 8601, moments in UTC."""
    return {name: _iso(value) if isinstance(value, date) else value for name, value in fields.items()}


def _iso(when: date) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(when, datetime) else when.isoformat()


def _print(application: AppCondition, found: Sequence[Condition]) -> None:
    proven = f", proven {_day(application.proven_at)}" if application.proven_at else ""
    ends = application.client_secret_expires_on
    expires = f", client secret expires {ends}" if ends else ""
    word = application.status or ("filled" if application.has_value else "empty")
    said = f"{word if application.declared else 'undeclared'}{proven}{expires}"
    click.echo(f"application {application.secret}: {said}{f'; {application.advice}' if application.advice else ''}\n")
    report.table(_COLUMNS, [_cells(each) for each in found])
    waiting = sum(each.need is not None for each in found)
    click.echo(f"\n{report.counted(len(found), 'seller')}, {waiting} waiting for someone")


def _cells(found: Condition) -> tuple[str, ...]:
    application = {None: "", True: "newest", False: "behind"}[found.on_newest_app]
    return (
        found.seller,
        _state(found),
        _day(found.proven_at),
        found.consent_end,
        application,
        _rotation(found),
        found.advice or "",
    )


def _state(found: Condition) -> str:
    if found.deleted_on:
        return "being deleted"
    if found.paused:
        return "paused"
    return found.status or ("filled" if found.has_value else "empty" if found.declared else "undeclared")


def _rotation(found: Condition) -> str:
    if not found.rotating:
        return "off" if found.has_value else ""
    said = "under way" if found.rotation_pending else _day(found.next_rotation) or "on"
    return f"{said}, offer outstanding" if found.offer_outstanding else said


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else ""
