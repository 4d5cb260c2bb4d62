"""`sellerkeys app rotate`: ask Amazon for a new client secret."""

from __future__ import annotations

import getpass
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from provisioning import naming
from provisioning.application.asking import Asker
from provisioning.application.delivery import Clients, Delivery
from provisioning.application.following import WAITED_FOR
from provisioning.application.keeping import Keeper
from provisioning.application.lives import OVERLAP
from provisioning.errors import Waiting
from provisioning.operating.renewing import renewal
from scripts import report
from scripts.session import Session, pass_session

if TYPE_CHECKING:
    from datetime import datetime

#: What an access token outlives the client secret by (sp-api.md 1.3).
_TOKEN: Final = timedelta(hours=1)


@click.command()
@click.option("--leaked", is_flag=True, help="The client secret is out: ask now, though less than 7 days have passed.")
@click.option(
    "--cut-off",
    is_flag=True,
    help="With --leaked: ask although what sellers hold then stops at once, not in 7 days.",
)
@click.option("--dry-run", is_flag=True, help="Look at everything on the way, and ask nothing.")
@pass_session
def rotate(session: Session, *, leaked: bool, cut_off: bool, dry_run: bool) -> int:
    """Ask Amazon to make a new client secret and to send it to the fleet's queue.

    Refused where the answer would be lost, while one is outstanding, and within 7 days of the last change: a second
    request could kill the client secret in use. What arrives is proven, made current and brought to every seller by the
    client-secret function; the old one works for 7 days.

    After a leak the 7 days do not count. Where an earlier answer is overdue, or sellers still hold the client secret
    before, asking stops their calls until the new one has reached them: --cut-off says that this is wanted.
    """
    if cut_off and not leaked:
        raise click.UsageError("--cut-off goes with --leaked")
    asker = _asker(session)
    if leaked and not cut_off:
        _spare_who_is_behind(session)
    if dry_run:
        held = asker.check(leaked=leaked, cut_off=cut_off)
        _tell(session, "would ask", f"{held.secret.name}: nothing is in the way of the answer", ([], []))
        return 0
    request = asker.ask(f"{getpass.getuser()} (sellerkeys app rotate)", leaked=leaked, cut_off=cut_off)
    detail = "Amazon sends the new client secret within minutes; `sellerkeys app status` tells how far it is"
    _tell(session, "asked", detail, _after_a_leak(request.at, cut_off=cut_off) if leaked else ([], []))
    return 0


def _spare_who_is_behind(session: Session) -> None:
    """Refuse where sellers hold the client secret before, which Amazon ends when it makes another; raises Waiting."""
    secret = session.store.describe(session.fleet.app_secret)
    sellers = session.store.list(naming.seller_secret_prefix(session.fleet.base))
    found = renewal(secret, sellers, None, session.now())
    behind = sum(len(found.sellers.get(where.value, ())) for where in WAITED_FOR)
    if behind and found.old_ends_at and session.now() < found.old_ends_at:
        raise Waiting(
            f"the client secret before this one is still held by {report.counted(behind, 'seller')}, and Amazon ends "
            "it when it is asked again: wait until `sellerkeys app status` counts nobody behind, or see "
            "docs/runbooks/client-secret-leaked.md"
        )


def _asker(session: Session) -> Asker:
    fleet, store = session.fleet, session.store
    keeper = Keeper(store, session.amazon, fleet.app_secret, session.now)

    def faults() -> list[str]:
        clients = Clients(*(session.service(name) for name in ("sqs", "kms", "lambda")))
        account = store.describe(fleet.app_secret).account
        return Delivery(clients, session.settings.region, account, fleet.base).faults()

    region = session.settings.client_secret.region
    return Asker(keeper, session.amazon, session.table, faults, session.now, lambda: str(uuid.uuid4()), region)


def _tell(session: Session, result: str, detail: str, leak: tuple[list[str], list[str]]) -> None:
    works, steps = leak
    if session.as_json:
        report.document({"application": {"result": result, "detail": detail}, "still_works": works, "to_do": steps})
        return
    click.echo(f"application {result}: {detail}")
    for title, lines in (("What still works, for whoever has it:", works), ("What to do now:", steps)):
        if lines:
            click.echo(f"\n{title}")
            for line in lines:
                click.echo(f"  - {line}")


def _after_a_leak(asked_at: datetime, *, cut_off: bool) -> tuple[list[str], list[str]]:
    """Say what still works how long, and what is left to do (sp-api.md 3, 5.2, 11)."""
    dies, tokens = asked_at + OVERLAP, asked_at + OVERLAP + _TOKEN
    at_once = [
        (
            "nothing of a client secret before the last one that Amazon made: it stopped with this request, and "
            "sellers who hold it fail until the new one has reached them"
        ),
    ]
    works = [
        *(at_once if cut_off else []),
        (
            f"the leaked client secret: until about {dies:%Y-%m-%d %H:%M} UTC; Amazon ends it 7 days after a change, "
            "not earlier, and sends the exact time with the new one"
        ),
        f"access tokens made with it: an hour each, so until about {tokens:%Y-%m-%d %H:%M} UTC",
        (
            "every seller's refresh token: Amazon binds them to the client id, and a new client secret leaves them "
            "valid; without the client secret they open nothing"
        ),
    ]
    steps = [
        "find where it leaked, and close that first: the new client secret would leak the same way",
        (
            "if refresh tokens leaked with it, have those sellers disable the application in Seller Central and "
            "authorize it again: only a seller can revoke"
        ),
        "report the incident to Amazon within 24 hours: security@amazon.com",
        "watch `sellerkeys app status` until every seller is done, and read who has not fetched the new one",
        "change it in everything else that holds this application's client secret outside sellerkeys",
        "if the leak goes on within the 7 days, ask Amazon's developer support to disable the old one at once",
    ]
    return works, steps
