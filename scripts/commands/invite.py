"""`sellerkeys invite`: a link for each seller, to the page on which he hands over access."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

import click

from provisioning import naming, outcomes
from provisioning.condition import condition
from provisioning.errors import BadInput
from provisioning.inviting import LIFE, LONGEST_LIFE, Cap, Invited, Inviter, cap
from scripts import report
from scripts.letters import letter
from scripts.operating import chosen
from scripts.session import Session, pass_session
from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret


class Span(click.ParamType[timedelta]):
    """A number of days, such as 45d."""

    name = "DAYS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        found = re.fullmatch(r"([0-9]{1,3})d", str(value))
        if isinstance(value, timedelta) or not found:
            return (
                value if isinstance(value, timedelta) else self.fail("give a number of days, such as 45d", param, ctx)
            )
        return timedelta(days=int(found[1]))


@click.command()
@click.argument("sellers", nargs=-1, metavar="[SELLER]...")
@click.option("--roster", "everybody", is_flag=True, help="Every seller of the roster who has no access yet.")
@click.option("--expiring", type=Span(), metavar="DAYS", help="Who has to consent again within DAYS, such as 45d.")
@click.option("--days", type=Span(), default=LIFE, show_default="14d", help="How long a link works, 60d at most.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "letter"]), default="text", help="What is printed.")
@click.option("--dry-run", is_flag=True, help="Say who would be invited, and make no link.")
@pass_session
def invite(session: Session, /, sellers: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401  Click's options
    """Make sellers' links to the page on which they hand over access.

    A link is printed once and kept nowhere: send it to the seller, and to nobody else. Each seller's secret has to be
    declared by `pulumi up`. What Amazon limits, and how near that is, is said. The letters' texts are in docs/letters.
    """
    if sum((bool(sellers), options["everybody"], options["expiring"] is not None)) != 1:
        raise BadInput("name one or more sellers, or give --roster, or --expiring DAYS; nothing was changed")
    if not timedelta() < options["days"] <= LONGEST_LIFE:
        raise BadInput(f"--days has to be 1d to {LONGEST_LIFE.days}d; nothing was changed")
    fleet = session.fleet
    if not fleet.settings.consent.pages:
        raise BadInput("there are no pages for sellers: set sellerkeys:consent.pages to true, then `pulumi up`")
    secrets = {secret.name: secret for secret in session.store.list(naming.seller_secret_prefix(fleet.base))}
    today = session.now().astimezone(UTC).date()
    rows = _chosen(fleet, secrets, sellers, options["expiring"], today)
    inviter = Inviter(fleet, session.store, session.table, session.pages_address, options["days"])
    found: list[Invited] = []
    try:
        found.extend(inviter.invite(row, dry_run=options["dry_run"]) for row in rows)
    finally:
        # Also after Ctrl-C: a link that was made and not told would be lost.
        limit = cap(fleet, secrets.values(), found)
        _tell(session, found, limit, options["form"])
    return outcomes.exit_code([each.outcome for each in found])


def _chosen(
    fleet: Fleet, secrets: dict[str, Secret], slugs: Sequence[str], within: timedelta | None, today: date
) -> list[Row]:
    if slugs:
        return list(chosen(fleet, slugs, everybody=False))
    active = [row for row in fleet.sellers if row.status != "paused"]
    if within is None:
        return [row for row in active if not _has_value(secrets.get(fleet.secret_of(row.seller)))]
    conditions = [(row, condition(fleet, row, secrets.get(fleet.secret_of(row.seller)), None, today)) for row in active]
    return [row for row, found in conditions if found.has_to_consent_by(today + within)]


def _has_value(secret: Secret | None) -> bool:
    return secret is not None and bool(secret.holder("AWSCURRENT"))


def _tell(session: Session, found: Collection[Invited], limit: Cap | None, form: str) -> None:
    if limit and limit.warning:
        report.say(limit.warning)
    if session.as_json:
        report.document(_document(found, limit))
    elif form == "csv":
        click.echo(_csv(found), nl=False)
        _say_failures(found)
    elif form == "letter":
        texts = [letter(session.read_template, session.settings.application, each) for each in found if each.link]
        click.echo("\n\f\n".join(texts), nl=False)
        _say_failures(found)
    else:
        report.outcomes([each.outcome for each in found], as_json=False)
        for each in found:
            if each.link:
                click.echo(f"\n{plain(each.row.name)} ({each.row.seller})\n{each.link}")


def _say_failures(found: Collection[Invited]) -> None:
    """Say who got no link; standard output holds links and nothing else."""
    for each in found:
        if not each.link:
            report.say(f"{each.outcome.seller}: {each.outcome.result}: {each.outcome.detail}")


def _csv(found: Collection[Invited]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["seller", "account_name", "link", "until"])
    for each in found:
        if each.link:
            writer.writerow([each.row.seller, _no_formula(each.row.name), each.link, _iso(each)])
    return out.getvalue()


def _no_formula(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def _iso(invited: Invited) -> str | None:
    return f"{invited.until:%Y-%m-%dT%H:%M:%SZ}" if invited.until else None


def _document(found: Collection[Invited], limit: Cap | None) -> dict[str, Any]:
    sellers = [
        {name: value for name, value in asdict(each.outcome).items() if name not in {"row", "cause"}}
        | {"detail": plain(each.outcome.detail), "link": each.link, "until": _iso(each), "renews": each.renews}
        for each in found
    ]
    return {
        "sellers": sellers,
        "limit": {"used": limit.used, "most": limit.most, "warning": limit.warning} if limit else None,
        "summary": dict(Counter(each.outcome.result for each in found)),
    }
