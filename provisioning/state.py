"""What the state tags of a secret say: who is active, proven or refused when, composed from which client secret.

The command line and the functions write them; the Pulumi provider ignores them by their prefix (design.md 4). No value
of a secret stands in a tag. Standard library only: this module ships in every function's zip.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: How long a seller's consent to a public application holds (sp-api.md 3).
CONSENT_LIFE: Final = timedelta(days=365)

PREFIX: Final = "sellerkeys-state:"

ACTIVE: Final = "active"
#: The last rotation found that Amazon does not take the credential any more.
REFUSED: Final = "refused"
#: An offered replacement was refused; the credential before it is untouched.
OFFER_REFUSED: Final = "offer-refused"
#: The seller has to authorize the application again; decided over the whole fleet (fleet_health.py).
REAUTHORIZE: Final = "reauthorize"
#: The secret is empty, and a credential for it lies in the fleet's table until a person has approved it.
HELD: Final = "held"
#: Nobody said on which day a seller consented: the day noted is the latest that it can have been.
ASSUMED: Final = "assumed"
#: The same, and people were told so.
ASSUMED_TOLD: Final = "assumed-told"

_NAMES: Final = {
    "status": "status",
    "cause": "cause",
    "consented_on": "consented",
    "consent_day": "consent-day",
    "consent_before": "consent-before",
    "waiting_consent": "waiting-consent",
    "reminded": "reminded",
    "proven_at": "proven",
    "refused_since": "refused-since",
    "refused_at": "refused",
    "told": "told",
    "app_version": "app",
    "fingerprint": "fingerprint",
    "partner": "partner",
    "stores": "stores",
    "client_secret_expires_on": "client-secret-expires",
    "changed_at": "client-secret-changed",
    "old_client_secret_ends_at": "old-client-secret-ends",
    "noticed_at": "noticed",
    "client": "client",
    "told_expiry": "told-expiry",
    "told_consent": "told-consent",
    "told_role": "told-role",
    "told_waiting": "told-waiting",
    "arrived_at": "arrived",
    "told_arrived": "told-arrived",
}
_BY_TAG: Final = {PREFIX + tag: name for name, tag in _NAMES.items()}


@dataclass(frozen=True, slots=True)
class State:
    """The state tags of one secret; None is a tag that is not there.

    `app_version` is the version of the app secret that AWSCURRENT was composed from (or `own`); `fingerprint` is that
    of the credential last handed in, `partner` and `stores` of the selling partner id and the stores that Amazon named
    then, see fingerprint.py; `cause` is a code of causes.py. `consent_day` is ASSUMED or ASSUMED_TOLD where
    `consented_on` is only the latest day that the consent can be of; both are of the consent in use, `consent_before`
    of the one that it replaced, see consented.py. `waiting_consent` is the day of a consent that is held while the
    secret is empty, `reminded` what reminder.py knows of the last reminder. `refused_since` and `refused_at` are
    the first and the last of the refusals that came for one cause without a proof between them; they stay after a
    proof, which is then later. `told` is the status that people were last told of, `told_expiry` the end of a client
    secret that they were, `told_consent`, `told_role` and `told_waiting` what they know of a consent, `told_arrived` of
    which `arrived_at`, see calendar/consents.py: when a seller last handed over by his page what was not left waiting.

    On the app secret, `app_version` is the version that the other tags describe, `changed_at` when it became current,
    `noticed_at` when Amazon last wrote to our queues. `client` recognises a seller's own application, see
    fingerprint.py.
    """

    status: str | None = None
    cause: str | None = None
    consented_on: date | None = None
    consent_day: str | None = None
    consent_before: str | None = None
    waiting_consent: date | None = None
    reminded: str | None = None
    proven_at: datetime | None = None
    refused_since: datetime | None = None
    refused_at: datetime | None = None
    told: str | None = None
    app_version: str | None = None
    fingerprint: str | None = None
    partner: str | None = None
    stores: str | None = None
    client_secret_expires_on: date | None = None
    changed_at: datetime | None = None
    old_client_secret_ends_at: datetime | None = None
    noticed_at: datetime | None = None
    client: str | None = None
    told_expiry: str | None = None
    told_consent: str | None = None
    told_role: str | None = None
    told_waiting: str | None = None
    arrived_at: datetime | None = None
    told_arrived: datetime | None = None

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> Self:
        """Read the state out of a secret's tags; a date that cannot be read counts as not there."""
        # Every look at a fleet comes by here for each seller, so only what is there is gone through.
        found: dict[str, Any] = {}
        for tag, text in tags.items():
            if text and (name := _BY_TAG.get(tag)):
                found[name] = _READ[name](text) if name in _READ else text
        return cls(**found)

    @property
    def is_day_assumed(self) -> bool:
        """Whether `consented_on` is only the latest day that the consent can be of."""
        return self.consented_on is not None and self.consent_day in {ASSUMED, ASSUMED_TOLD}

    @property
    def is_refused(self) -> bool:
        """Whether Amazon refused the credential and nothing has proven it since."""
        return self.refused_at is not None and (self.proven_at is None or self.proven_at <= self.refused_at)

    def to_tags(self) -> dict[str, str]:
        """Write the tags of what is set; the others are left as they are."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {PREFIX + _NAMES[name]: _text(value) for name, value in values.items() if value is not None}


def refusal_noted(before: State, status: str, cause: str, now: datetime) -> State:
    """Compute what a refusal changes: `status` is REFUSED or OFFER_REFUSED, `cause` a code of causes.py.

    A refused offer says nothing about the credential in use, so only REFUSED counts for `refused_since`. A seller who
    has to authorize again goes on having to until a proof.
    """
    kept = REAUTHORIZE if before.status == REAUTHORIZE else status
    if status != REFUSED:
        return State(status=kept, cause=cause)
    goes_on = before.is_refused and before.cause == cause
    since = before.refused_since if goes_on else None
    return State(status=kept, cause=cause, refused_since=since or now, refused_at=now)


def _text(value: str | date | datetime) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


#: What takes the day off of a consent that waits no more.
DAY_SERVED: Final = {f"{PREFIX}waiting-consent": ""}

#: How the tags are read that hold no mere text.
_READ: Final[dict[str, Callable[[str], date | datetime | None]]] = {
    **dict.fromkeys(("consented_on", "waiting_consent", "client_secret_expires_on"), _date),
    **dict.fromkeys(
        (
            "proven_at",
            "refused_since",
            "refused_at",
            "changed_at",
            "old_client_secret_ends_at",
            "noticed_at",
            "arrived_at",
            "told_arrived",
        ),
        _moment,
    ),
}
