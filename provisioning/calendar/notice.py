"""What people are told when something changed in a fleet; pure text, no value of a secret in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provisioning.causes import find_cause
from provisioning.naming import TAG_SELLER
from provisioning.state import State

if TYPE_CHECKING:
    from provisioning.fleet_health import Findings
    from provisioning.store import Secret

_REAUTHORIZE: Final = "docs/runbooks/reauthorize.md"
_OUTAGE: Final = "docs/runbooks/outage.md"
#: SNS takes 256 KB (botocore Publish); a longer list nobody reads in a mail.
_MOST_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail: its subject, of ASCII and at most 100 characters (botocore Publish), and its text."""

    subject: str
    text: str


def notice(base: str, found: Findings) -> Notice | None:
    """Write the notice of a fleet's changes; None where nothing changed."""
    counts: list[str] = []
    parts: list[str] = []
    if found.outage:
        counts.append("Amazon refused most sellers")
        parts.append(f"{found.outage.sentence}. No seller was marked. See {_OUTAGE}.")
    if found.reauthorize:
        counts.append(f"{len(found.reauthorize)} to reauthorize")
        lines = _shortened([f"- {_name(secret)}: {_why(secret)}" for secret in found.reauthorize])
        parts.append("\n".join([f"These sellers have to authorize the application again. See {_REAUTHORIZE}.", *lines]))
    if found.recovered:
        counts.append(f"{len(found.recovered)} recovered")
        lines = _shortened([f"- {_name(secret)}" for secret in found.recovered])
        parts.append("\n".join(["These sellers work again; nothing is left to do.", *lines]))
    if not parts:
        return None
    return Notice(f"sellerkeys {base}: {', '.join(counts)}", "\n\n".join(parts) + "\n")


def _shortened(lines: list[str]) -> list[str]:
    rest = len(lines) - _MOST_NAMED
    return lines if rest <= 0 else [*lines[:_MOST_NAMED], f"and {rest} more, see `sellerkeys status`"]


def _name(secret: Secret) -> str:
    return secret.tags.get(TAG_SELLER, secret.name)


def _why(secret: Secret) -> str:
    state = State.from_tags(secret.tags)
    since = f", since {state.refused_since:%Y-%m-%d}" if state.refused_since else ""
    return f"{find_cause(state.cause or '').words}{since}"
