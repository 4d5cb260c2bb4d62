"""What condition a seller is in, and what a person has to do about it: pure functions over what AWS tells.

Reads tags, labels and dates only, never a value, so whoever may list secrets may ask. No more than the standard
library and our own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from provisioning.causes import find_cause
from provisioning.consented import is_of
from provisioning.fleet_health import is_overdue
from provisioning.payload import OWN
from provisioning.reminder import Reminder
from provisioning.state import CONSENT_LIFE, HELD, OFFER_REFUSED, REAUTHORIZE, REFUSED, State
from provisioning.store import CURRENT, OFFERED, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.fleet import Fleet
    from provisioning.roster import Row
    from provisioning.store import Secret

#: How long before an end a person is told.
NOTICE: Final = timedelta(days=30)


class Need(StrEnum):
    """What waits for a person, the most urgent first."""

    REAUTHORIZE = "has to authorize again"
    REFUSED = "refused"
    LAPSED = "consent lapsed"
    ROLE = "role added"
    DELETED = "being deleted"
    OFFER_REFUSED = "offer refused"
    APPROVAL = "waiting for approval"
    INTERRUPTED = "interrupted"
    NOT_ROTATING = "not rotating"
    OVERDUE = "rotation overdue"
    ENDING = "consent ending"
    EMPTY = "empty"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One seller's condition. `need` and `advice` are None where nobody has to do anything.

    `status` is the state tag's; `cause` says in words why Amazon refused; `on_newest_app` is None where there is no
    shared application to compare with; `consent_ends_on` where consent does not end. `missing_roles` are roles that the
    application gained after the seller consented. Where `consent_day_assumed`, nobody said on which day that was: both
    dates are the latest possible; where `consent_day_unknown`, nothing tells when a consent that ends was given.
    `reminder` says whether Amazon took a reminder of this end.
    """

    seller: str
    name: str
    paused: bool = False
    need: Need | None = None
    advice: str | None = None
    declared: bool = False
    has_value: bool = False
    status: str | None = None
    cause: str | None = None
    proven_at: datetime | None = None
    consented_on: date | None = None
    consent_ends_on: date | None = None
    consent_day_assumed: bool = False
    consent_day_unknown: bool = False
    reminder: str | None = None
    missing_roles: tuple[str, ...] = ()
    on_newest_app: bool | None = None
    rotating: bool = False
    next_rotation: datetime | None = None
    rotation_pending: bool = False
    offer_outstanding: bool = False
    deleted_on: datetime | None = None

    @property
    def needs_consent(self) -> bool:
        """Whether only the seller's consent mends something, or will soon."""
        return self.need in {Need.REAUTHORIZE, Need.LAPSED, Need.ROLE, Need.ENDING} or bool(self.missing_roles)

    @property
    def consent_end(self) -> str:
        """Say in words when the consent ends; empty where it does not."""
        if self.consent_day_unknown:
            return "not known"
        if self.consent_ends_on is None:
            return ""
        return f"by {self.consent_ends_on} (assumed)" if self.consent_day_assumed else str(self.consent_ends_on)

    def has_to_consent_by(self, day: date) -> bool:
        """Whether the seller has to consent again by that day."""
        ends = self.consent_ends_on
        return self.needs_consent or (ends is not None and ends <= day)


def condition(fleet: Fleet, seller: Row, secret: Secret | None, newest_app: str | None, today: date) -> Condition:
    """Tell a seller's condition; `secret` is None before `pulumi up`, `newest_app` the app secret's current version."""
    state = State.from_tags(secret.tags) if secret else State()
    # The roster may know of a newer consent already, whose offer Amazon has not taken yet: what is in use counts.
    said = seller.consented_on
    is_said = said is not None and (state.consented_on is None or (state.is_day_assumed and is_of(said, state)))
    is_assumed = state.is_day_assumed and not is_said
    consented = said if is_said else state.consented_on
    renews = fleet.needs_consent and seller.application == "shared"
    ends = consented + CONSENT_LIFE if consented and renews else None
    roles = missing_roles(fleet, consented, today) if consented and renews else ()
    reminder = Reminder.from_text(state.reminded)
    words = reminder.words if reminder and reminder.ends == ends else None
    has_pages = fleet.settings.consent.pages and (fleet.needs_consent or seller.application == "own")
    due = Due(ends, roles, is_assumed, words, has_pages)
    need, advice = next(_needs(seller.seller, secret, state, due, today), (None, None))
    is_paused = seller.status == "paused"
    is_comparable = bool(state.app_version and newest_app) and state.app_version != OWN
    return Condition(
        seller=seller.seller,
        name=seller.name,
        paused=is_paused,
        need=None if is_paused else need,
        advice=None if is_paused else advice,
        declared=secret is not None,
        has_value=bool(secret and secret.holder(CURRENT)),
        status=state.status,
        cause=find_cause(state.cause).words if state.cause else None,
        proven_at=state.proven_at,
        consented_on=consented,
        consent_ends_on=ends,
        consent_day_assumed=is_assumed,
        consent_day_unknown=bool(renews and consented is None and secret and secret.holder(CURRENT)),
        reminder=due.reminder,
        missing_roles=roles,
        on_newest_app=state.app_version == newest_app if is_comparable else None,
        rotating=bool(secret and secret.rotation_enabled),
        next_rotation=secret.next_rotation if secret else None,
        rotation_pending=bool(secret and secret.is_pending),
        offer_outstanding=bool(secret and secret.holder(OFFERED)),
        deleted_on=secret.deleted_on if secret else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCondition:
    """The shared application's condition; `advice` is None where nobody has to do anything."""

    secret: str
    advice: str | None
    declared: bool
    has_value: bool
    status: str | None
    proven_at: datetime | None
    client_secret_expires_on: date | None


def app_condition(fleet: Fleet, secret: Secret | None, today: date) -> AppCondition:
    """Tell the shared application's condition; one that no seller uses may stay empty."""
    state = State.from_tags(secret.tags) if secret else State()
    has_value = bool(secret and secret.holder(CURRENT))
    expires = state.client_secret_expires_on
    advice = None
    if secret is None:
        advice = "run `pulumi up`"
    elif not has_value and any(seller.application == "shared" for seller in fleet.sellers):
        advice = "put the application in: `sellerkeys app set`"
    elif expires and expires - NOTICE <= today:
        advice = "ask Amazon for a new client secret before this one stops the whole fleet: `sellerkeys app rotate`"
    return AppCondition(
        secret=fleet.app_secret,
        advice=advice,
        declared=secret is not None,
        has_value=has_value,
        status=state.status,
        proven_at=state.proven_at,
        client_secret_expires_on=expires,
    )


class Due(NamedTuple):
    """What a consent lacks: the day on which it ends, or by which, and the roles that came after it.

    `has_pages`: sellers of the fleet can hand over by a page.
    """

    ends: date | None
    roles: tuple[str, ...]
    is_assumed: bool = False
    reminder: str | None = None
    has_pages: bool = False

    @property
    def day(self) -> str:
        """Write the day of the end."""
        return f"{self.ends}{' at the latest' if self.is_assumed else ''}"


def missing_roles(fleet: Fleet, consented: date, today: date) -> tuple[str, ...]:
    """Name the roles that the application has gained since that day; one of the same day is taken for included."""
    return tuple(role.name for role in fleet.settings.consent.roles if consented < role.since <= today)


def by_urgency(found: Condition) -> tuple[int, str]:
    """Sort key: those first who need a person, the most urgent need first, then by name."""
    order = list(Need)
    return (order.index(found.need) if found.need else len(order), found.seller)


def _needs(slug: str, secret: Secret | None, state: State, due: Due, today: date) -> Iterator[tuple[Need, str]]:
    """Tell every need with what to do about it, the most urgent first."""
    if secret is None:
        yield Need.UNDECLARED, "run `pulumi up`"
        return
    if secret.deleted_on:
        yield Need.DELETED, f"bring it back: `aws secretsmanager restore-secret --secret-id {secret.name}`"
    if secret.holder(CURRENT) is None and state.status == HELD:
        yield Need.APPROVAL, f"a credential waits for a person to look at it: `sellerkeys approve {slug}`"
    if secret.holder(CURRENT) is None:
        invited = f", or have the seller do it: `sellerkeys invite {slug}`" if due.has_pages else ""
        yield Need.EMPTY, f"hand its credential in: `sellerkeys onboard`{invited}"
        return
    why = find_cause(state.cause or "").sentence
    yield from _refusals(state.status, why)
    yield from _consents(slug, due, today)
    if state.status == OFFER_REFUSED:
        yield Need.OFFER_REFUSED, f"the replacement handed in was refused, the one before is in use; {why}"
    if secret.holder(WAITING):
        yield Need.APPROVAL, f"a credential waits for a person to look at it: `sellerkeys approve {slug}`"
    if state.fingerprint is None:
        yield Need.INTERRUPTED, "its onboarding was interrupted: run the same `sellerkeys onboard` again"
    yield from _rotations(slug, secret, datetime.combine(today, time(), UTC))
    if due.ends and due.ends - NOTICE <= today:
        reminded = f" ({due.reminder})" if due.reminder else ""
        yield Need.ENDING, f"the consent ends on {due.day}: have the seller authorize the application again{reminded}"


def _consents(slug: str, due: Due, today: date) -> Iterator[tuple[Need, str]]:
    """Tell what is over or missing in a consent."""
    if due.ends and due.ends < today:
        yield Need.LAPSED, f"the consent ended on {due.day}: the seller has to authorize the application again"
    if due.roles:
        yield Need.ROLE, f"consented before the application gained {', '.join(due.roles)}: `sellerkeys invite {slug}`"


def _refusals(status: str | None, why: str) -> Iterator[tuple[Need, str]]:
    """Tell what a refusal of the credential in use asks for; once the fleet says it is the seller, the seller."""
    if status == REAUTHORIZE:
        yield Need.REAUTHORIZE, "have the seller authorize the application again, then `sellerkeys onboard`"
    if status == REFUSED:
        yield Need.REFUSED, why


def _rotations(slug: str, secret: Secret, now: datetime) -> Iterator[tuple[Need, str]]:
    """Tell what keeps a seller from being rotated: off, or on and for too long without success."""
    if not secret.rotation_enabled:
        yield Need.NOT_ROTATING, f"rotation is off: `sellerkeys repair {slug}`"
    if is_overdue(secret, now):
        yield Need.OVERDUE, f"no rotation has succeeded in time: `sellerkeys rotate {slug}`, and see what it says"
