"""How far the renewal of the client secret is: both client secrets' ends, sellers by progress, what waits for a person.

Pure, over what AWS tells; no value is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from provisioning.application.following import WAITED_FOR, Newest, progress
from provisioning.application.following import name as seller_of
from provisioning.application.lives import OVERLAP, Source, arrived, known
from provisioning.application.request import Stage
from provisioning.application.tick import LATE
from provisioning.causes import find_cause
from provisioning.state import OFFER_REFUSED, State
from provisioning.store import CURRENT, OFFERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from provisioning.application.request import Request
    from provisioning.store import Secret

_SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The whole picture; `needs` lists what waits for a person, `red` where the old client secret ends for somebody."""

    secret: str
    expires_at: datetime | None
    expiry_source: str | None
    changed_at: datetime | None
    old_ends_at: datetime | None
    noticed_at: datetime | None
    asked_at: datetime | None
    asked_by: str | None
    request: str | None
    sellers: dict[str, list[str]] = field(default_factory=dict)
    red: bool = False
    needs: tuple[str, ...] = ()


def renewal(secret: Secret, sellers: Iterable[Secret], last: Request | None, now: datetime) -> Renewal:
    """Put the picture together; `last` is the last request to Amazon, if there was one."""
    state, life, version = State.from_tags(secret.tags), known(secret), secret.holder(CURRENT)
    changed_at = state.changed_at if state.app_version == version else None
    by_progress: dict[str, list[str]] = {}
    for each in sellers:
        if found := progress(each, Newest(version or "", changed_at)):
            by_progress.setdefault(found.value, []).append(seller_of(each))
    ends = (state.old_client_secret_ends_at or changed_at + OVERLAP) if changed_at else None
    behind = [name for where in WAITED_FOR for name in by_progress.get(where, [])]
    red = bool(behind and ends and now >= ends - LATE)
    needs = _needs(secret, state, last, now)
    if red:
        needs = [f"{len(behind)} sellers hold the old client secret, which ends on {ends:%Y-%m-%d %H:%M} UTC", *needs]
    return Renewal(
        secret=secret.name,
        expires_at=life.expires_at if life else None,
        expiry_source=life.source.value.lower() if life else None,
        changed_at=changed_at,
        old_ends_at=ends,
        noticed_at=state.noticed_at,
        asked_at=last.at if last else None,
        asked_by=last.by if last else None,
        request=_request(secret, last, version, now),
        sellers=by_progress,
        red=red,
        needs=tuple(needs),
    )


def _request(secret: Secret, last: Request | None, version: str | None, now: datetime) -> str | None:
    """Say in a word where the last request stands."""
    if last is None:
        return None
    if last.stage is Stage.REFUSED:
        return "refused"
    if not last.is_open(version or ""):
        return "answered"
    if arrived(secret):
        return "arrived"
    return "unanswered" if last.is_unanswered(version or "", now) else "outstanding"


def _needs(secret: Secret, state: State, last: Request | None, now: datetime) -> list[str]:
    return list(_all_needs(secret, state, last, now))


def _all_needs(secret: Secret, state: State, last: Request | None, now: datetime) -> Iterator[str]:
    version, life = secret.holder(CURRENT), known(secret)
    if version is None:
        yield "nobody has set the application: `sellerkeys app set`"
        return
    if state.status == OFFER_REFUSED:
        why = find_cause(state.cause or "").words
        yield f"a new client secret was refused ({why}): see docs/runbooks/client-secret-refused.md"
    if last and last.is_unanswered(version, now) and not arrived(secret):
        yield "Amazon was asked, and no message came: see docs/runbooks/client-secret-unanswered.md"
    if secret.holder(OFFERED):
        yield "a client secret is on offer, and not taken up yet: wait five minutes, then see the function's log"
    if life is None or life.source in {Source.ASSUMED, Source.UNTOLD}:
        yield "nobody has said when the client secret ends: `sellerkeys app set --expires-on`, as the console says"
    elif life.expires_at - _SOON <= now:
        yield f"the client secret ends on {life.expires_at:%Y-%m-%d}: `sellerkeys app rotate`"
