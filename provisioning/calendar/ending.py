"""Client secrets of sellers' own applications that end soon: nobody but their owners can renew them.

Their end is known where the owner subscribed our queue, or somebody typed it. People are told 30 and 7 days before;
what they were told stands on the secret, so a crash repeats a notice and never loses one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioning.calendar.notice import Notice
from provisioning.naming import TAG_APPLICATION, TAG_PAUSED, TAG_SELLER, seller_secret_prefix
from provisioning.payload import OWN
from provisioning.state import State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from provisioning.store import Secret, Store

#: How many days before the end people are told, the last time first.
STAGES: Final = (7, 30)
_PAGE: Final = "docs/runbooks/own-client-secret.md"


def stage(secret: Secret, today: date) -> str | None:
    """Name what people are to be told of a seller's client secret; None where there is nothing, or they know it.

    Nobody is told of who is paused; once he is not, what is reached by then is news.
    """
    state = State.from_tags(secret.tags)
    ends = state.client_secret_expires_on
    if (
        TAG_PAUSED in secret.tags
        or secret.tags.get(TAG_APPLICATION) != OWN
        or ends is None
        or not secret.holder(CURRENT)
        or secret.deleted_on
    ):
        return None
    reached = next((days for days in STAGES if (ends - today).days <= days), None)
    told = f"{ends}/{reached}"
    return told if reached is not None and told != state.told_expiry else None


class Ending:
    """Tells of the fleet `base` by `publish`."""

    def __init__(self, base: str, store: Store, publish: Callable[[Notice], None]) -> None:
        self._base = base
        self._store = store
        self._publish = publish

    def run(self, today: date) -> list[str]:
        """Tell of those whose stage has come; names them."""
        listed = [secret for secret in self._store.list(seller_secret_prefix(self._base)) if stage(secret, today)]
        described = [self._store.describe(secret.arn) for secret in listed]
        due = [(secret, told) for secret in described if (told := stage(secret, today))]
        if due:
            self._publish(_notice(self._base, [secret for secret, _ in due]))
        for secret, told in due:
            self._store.tag(secret.arn, State(told_expiry=told).to_tags())
        return [_seller(secret) for secret, _ in due]


def _notice(base: str, secrets: list[Secret]) -> Notice:
    lines = [
        f"- {_seller(secret)}: on {State.from_tags(secret.tags).client_secret_expires_on}, "
        f"letter: `sellerkeys app letter {_seller(secret)}`"
        for secret in secrets
    ]
    first = f"The client secrets of these sellers' own applications end; only the owners can renew them. See {_PAGE}."
    return Notice(f"sellerkeys {base}: {len(secrets)} own client secrets end", "\n".join([first, *lines]) + "\n")


def _seller(secret: Secret) -> str:
    return secret.tags.get(TAG_SELLER, secret.name)
