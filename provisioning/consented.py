"""On which day the consent behind an offer was given: a label travels with the offer until the rotation takes it up.

The day may be noted as that of the consent in use only once the offer *is* in use: Amazon may refuse it, and the end of
the one before must then still be announced in time. A label is put in the same call as the value, moves to the pending
version in the same call as that one's value, and names its offer, so no crash separates a day from its consent.
Standard library and our own words only: this module ships in the functions' zips.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from provisioning.state import ASSUMED, State
from provisioning.store import CURRENT, OFFERED, PENDING, PREVIOUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provisioning.store import Secret

_PREFIX: Final = "SELLERKEYS_CONSENT_"
_ASSUMED: Final = "ASSUMED"


class Consent(NamedTuple):
    """The day of a consent; where it `is_assumed`, the latest day that it can be of."""

    day: date
    is_assumed: bool = False

    def label(self, offer: str) -> str:
        """Name the staging label that says it of the offer of version `offer`."""
        return _PREFIX + "_".join([self.day.isoformat(), *([_ASSUMED] if self.is_assumed else []), offer])

    @classmethod
    def from_words(cls, day: str, assumed: str) -> Self | None:
        """Read a day and the word beside it, which is empty where the day is certain; None where they say nothing."""
        try:
            return cls(date.fromisoformat(day), bool(assumed)) if assumed in {"", _ASSUMED} else None
        except ValueError:
            return None


def is_consent(label: str) -> bool:
    """Whether a staging label tells the day of a consent."""
    return label.startswith(_PREFIX)


def offer_of(label: str) -> str:
    """Name the version of the offer whose day a label tells."""
    return label.rpartition("_")[2]


def consent_of(secret: Secret, offer: str) -> Consent | None:
    """Tell of which day the consent is that the offer of version `offer` brings; None where nobody said."""
    labels = (label for version in secret.versions.values() for label in version)
    return _best(label for label in labels if is_consent(label) and offer_of(label) == offer)


def consent_on(secret: Secret, version: str) -> Consent | None:
    """Tell the day of the consent that a version brings which was composed from an offer; None where it brings none."""
    return _best(filter(is_consent, secret.versions.get(version, ())))


def is_on_its_way(secret: Secret) -> bool:
    """Whether a rotation is still to note the day of a consent that is on offer, pending or in use already."""
    offered = secret.holder(OFFERED)
    versions = [version for label in (PENDING, CURRENT) if (version := secret.holder(label))]
    is_offered = offered is not None and consent_of(secret, offered) is not None
    return is_offered or any(consent_on(secret, version) for version in versions)


def is_of(said: date, state: State) -> bool:
    """Whether a day that somebody says can be that of the consent in use, whose day was assumed.

    An assumed day is the latest possible, give or take a time zone: a later one is that of a newer consent.
    """
    return state.consented_on is None or said <= state.consented_on + timedelta(days=1)


def taken_into_use(secret: Secret, version: str) -> State:
    """Write what the state tags are to say once `version` is in use; nothing where it brings no other consent."""
    consent, before = consent_on(secret, version), State.from_tags(secret.tags)
    if consent is None or (before.consented_on, before.is_day_assumed) == consent:
        return State()
    holder = secret.holder(CURRENT)
    replaced = secret.holder(PREVIOUS) if holder == version else holder
    known = Consent(before.consented_on, before.is_day_assumed) if before.consented_on else None
    return State(
        consented_on=consent.day,
        consent_day=ASSUMED if consent.is_assumed else "",
        consent_before=f"{replaced} {known.day} {_ASSUMED if known.is_assumed else ''}".strip() if known else "",
    )


def gone_back_to(secret: Secret) -> Consent | None:
    """Tell the consent that AWSPREVIOUS rests on, where it is another; no later than the one in use, for it was before.

    None where nobody knows a day.
    """
    state = State.from_tags(secret.tags)
    version, _, told = (state.consent_before or "").partition(" ")
    day, _, assumed = told.partition(" ")
    if version == secret.holder(PREVIOUS) and (consent := Consent.from_words(day, assumed)):
        return consent
    return Consent(state.consented_on, is_assumed=True) if state.consented_on else None


def _best(labels: Iterable[str]) -> Consent | None:
    """Choose the surest day, then the earliest: the same token handed in twice is one consent."""
    found = (Consent.from_words(*_words(label)) for label in labels)
    return min((each for each in found if each), key=lambda each: (each.is_assumed, each.day), default=None)


def _words(label: str) -> tuple[str, str]:
    day, _, assumed = label.removeprefix(_PREFIX).rpartition("_")[0].partition("_")
    return day, assumed
