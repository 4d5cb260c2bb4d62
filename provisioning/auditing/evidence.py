"""The evidence as one document: the same bytes for the same state, so no moment of writing stands in it.

Everything that is measured in time is measured against the newest moment that the fleet itself noted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from provisioning import naming
from provisioning.auditing.requirements import CAVEAT, EFFECTIVE
from provisioning.auditing.rows import Verdict, rows
from provisioning.causes import find_cause
from provisioning.condition import condition
from provisioning.state import State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from provisioning.auditing.access import Access, Readership
    from provisioning.auditing.account import Account, Held
    from provisioning.roster import Row


#: The days of a consent are the same whenever one asks, and no day of asking may stand in the document.
_ANY_DAY: Final = date(2000, 1, 1)


def evidence(account: Account, access: Access) -> dict[str, Any]:
    """Write everything down, in texts, numbers and lists."""
    fleet, told = account.fleet, rows(account, access)
    moments = [moment for held in (account.app, *account.sellers.values()) for moment in _moments(held)]
    return {
        "policy": {"effective": EFFECTIVE, "caveat": CAVEAT},
        "fleet": {
            "base": fleet.base,
            "account": account.number,
            "region": fleet.settings.region,
            "isolation": fleet.settings.isolation,
            "application": fleet.settings.application.name,
            "sellers": len(fleet.sellers),
            "undeclared": list(account.undeclared),
            "newest_moment": _moment(max(moments, default=None)),
        },
        "summary": {str(verdict): sum(row.verdict is verdict for row in told) for verdict in Verdict},
        "rows": [
            {
                "id": row.requirement.id,
                "asks": row.requirement.asks,
                "source": row.requirement.source,
                "verdict": str(row.verdict),
                "seen": list(row.seen),
                "ask": row.ask,
            }
            for row in told
        ],
        "key": _key(account),
        "sellers": [_seller(account, access, slug) for slug in account.sellers],
        "app_secret": {"name": fleet.app_secret, **_state(account.app), **_readers(access.app)},
        "review": _review(account, access),
        "logs": [{"name": log.name, "days": log.days} for log in account.logs],
        "log_readers": list(access.of_logs),
        "undecided": [{"who": arn, "why": why} for arn, why in access.undecided.items()],
        "contact": {
            "address": fleet.settings.application.contact,
            "alarms": [{"name": alarm.name, "tells": bool(alarm.tells)} for alarm in account.alarms],
            "receives": [
                {"protocol": who.protocol, "address": who.endpoint, "confirmed": who.confirmed}
                for who in account.subscribers
            ],
        },
    }


def _key(account: Account) -> dict[str, Any]:
    key = account.key
    return {
        "alias": naming.key_alias(account.fleet.base),
        "arn": key.arn,
        "spec": key.spec,
        "manager": key.manager,
        "origin": key.origin,
        "state": key.state,
        "rotates_every_days": key.rotates_every,
        "granted_to": list(key.grantees),
    }


def _seller(account: Account, access: Access, slug: str) -> dict[str, Any]:
    row = next(row for row in account.fleet.sellers if row.seller == slug)
    held = account.sellers[slug]
    return {
        "seller": slug,
        "name": row.name,
        "region": row.region,
        "application": row.application,
        **_state(held),
        **_consent(account, row, held),
        "rotation": held.secret.schedule if held.secret.rotation_enabled else None,
        "last_rotated": _moment(held.secret.last_rotated),
        "next_rotation": _moment(held.secret.next_rotation),
        **_readers(access.sellers[slug]),
    }


def _state(held: Held) -> dict[str, Any]:
    state = State.from_tags(held.secret.tags)
    return {
        "has_value": held.secret.holder(CURRENT) is not None,
        "status": state.status,
        "cause": find_cause(state.cause).words if state.cause else None,
        "proven": _moment(state.proven_at),
        "client_secret_expires_on": state.client_secret_expires_on and state.client_secret_expires_on.isoformat(),
    }


def _consent(account: Account, row: Row, held: Held) -> dict[str, Any]:
    """Say when a seller consented and how sure that is; an application without a stated end has neither."""
    found = condition(account.fleet, row, held.secret, None, _ANY_DAY)
    ends = found.consent_ends_on
    return {
        "consented_on": found.consented_on.isoformat() if found.consented_on and ends else None,
        "consent_ends_on": ends.isoformat() if ends else None,
        "consent_day_assumed": found.consent_day_assumed,
        "consent_end": found.consent_end or None,
    }


def _readers(found: Readership) -> dict[str, Any]:
    return {
        "readers": [
            {
                "who": each.arn,
                "by_design": each.arn in found.expected,
                "session_tags": dict(each.tags),
                "only_sometimes": each.sometimes,
                "why": each.why,
            }
            for each in found.reads
        ],
        "by_design_only": not found.unexpected and not found.opened and not found.doubts and not found.is_shut_out,
    }


def _review(account: Account, access: Access) -> list[dict[str, Any]]:
    """List, for whoever signs the quarterly review, every identity that reads anything, and who may become it."""
    read: dict[str, list[str]] = {each.arn: [] for each in access.app.reads}
    for each in access.app.reads:
        read[each.arn].append("the app secret")
    for slug, found in access.sellers.items():
        for each in found.reads:
            read.setdefault(each.arn, []).append(slug)
    return [
        {"who": arn, "reads": _summed(names, account.sellers), "become_by": list(access.become.get(arn, ()))}
        for arn, names in sorted(read.items())
    ]


def _summed(names: list[str], sellers: Collection[str]) -> list[str]:
    """Say `every seller` where it is every one of several."""
    others = [name for name in names if name not in sellers]
    is_every = len(sellers) > 1 and len(names) - len(others) == len(sellers)
    return [*others, "every seller"] if is_every else names


def _moments(held: Held) -> Iterator[datetime]:
    state = State.from_tags(held.secret.tags)
    for moment in (held.secret.last_rotated, state.proven_at, state.refused_at):
        if moment:
            yield moment


def _moment(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
