"""How long each version of the app secret lives: written on the version itself, as a staging label, in the same call.

A note beside the value could be lost between two calls; a label cannot. So the order of client secrets, and what is
still to be proven, follow from DescribeSecret alone. Pure functions; standard library and our own words only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provisioning.state import State
from provisioning.store import CURRENT, OFFERED, PREVIOUS

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.store import Secret

#: How long a client secret lives, and how long it outlives its replacement (sp-api.md 5.2).
LIFETIME: Final = timedelta(days=180)
OVERLAP: Final = timedelta(days=7)

_LABEL: Final = "SELLERKEYS_UNTIL_"
_WRITTEN: Final = re.compile(_LABEL + r"(\d{8}T\d{9})Z(?:_OLD_(\d{8}T\d{9})Z)?_(AMAZON|TYPED|ASSUMED|UNTOLD)")


class Source(StrEnum):
    """Who says until when a client secret lives: Amazon, a person, or nobody, so at most so long.

    UNTOLD is nobody, too, of what came into the app secret beside `sellerkeys app set`: people are to be told.
    """

    AMAZON = "AMAZON"
    TYPED = "TYPED"
    ASSUMED = "ASSUMED"
    UNTOLD = "UNTOLD"


@dataclass(frozen=True, slots=True)
class Life:
    """Until when a client secret lives, and until when the one that it replaced does."""

    expires_at: datetime
    source: Source
    old_ends_at: datetime | None = None

    @property
    def label(self) -> str:
        """Write the staging label, of at most 256 characters, that a version of this life carries."""
        old = f"_OLD_{_written(self.old_ends_at)}" if self.old_ends_at else ""
        return f"{_LABEL}{_written(self.expires_at)}{old}_{self.source}"


def life_of(secret: Secret, version: str | None) -> Life | None:
    """Read what a version's labels say of its life, the best word first; None where they say nothing."""
    lives = [life for label in secret.versions.get(version or "", ()) if (life := _read(label))]
    return min(lives, key=lambda life: (list(Source).index(life.source), life.expires_at), default=None)


def known(secret: Secret) -> Life | None:
    """Tell what is known of the current version's life, by its label or else by the state tag; None if nothing is.

    A tag that describes another version tells of a client secret that was in use before.
    """
    current = secret.holder(CURRENT)
    if life := life_of(secret, current):
        return life
    state = State.from_tags(secret.tags)
    day = state.client_secret_expires_on if state.app_version in {None, current} else None
    return Life(datetime.combine(day, time(), UTC), Source.TYPED) if day else None


def arrived(secret: Secret) -> str | None:
    """Name the newest version that is stored and still to be proven; None if nothing newer than AWSCURRENT is."""
    current = known(secret)
    lives = [
        (life.expires_at, version)
        for version, labels in secret.versions.items()
        if not labels & {CURRENT, PREVIOUS, OFFERED}
        and (life := life_of(secret, version))
        and life.source is Source.AMAZON
    ]
    newest = max(lives, default=None)
    return newest[1] if newest and (current is None or newest[0] > current.expires_at) else None


def served(secret: Secret) -> list[tuple[str, str]]:
    """List the labels of lives, with their versions, that no longer say anything: those of what was superseded.

    A version without a label may be deleted, so only what AWSCURRENT has overtaken loses its own.
    """
    current = known(secret)
    keep = {secret.holder(CURRENT), secret.holder(OFFERED)}
    return [
        (label, version)
        for version, labels in secret.versions.items()
        for label in sorted(labels)
        if version not in keep and current and (life := _read(label)) and life.expires_at <= current.expires_at
    ]


def labels_of_life(labels: Collection[str]) -> list[str]:
    """Pick the labels that tell of a life."""
    return [label for label in labels if _read(label)]


def _read(label: str) -> Life | None:
    found = _WRITTEN.fullmatch(label)
    if not found:
        return None
    try:
        expires, old = (_parsed(text) if text else None for text in found.group(1, 2))
    except ValueError:
        return None
    return Life(expires, Source(found[3]), old) if expires else None


def _written(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03}Z"


def _parsed(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
