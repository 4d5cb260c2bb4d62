"""The letter that goes with a link; its texts lie in docs/letters, where whoever writes to sellers can change them."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Final

from provisioning.errors import BadInput
from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.condition import Condition
    from provisioning.inviting import Invited
    from provisioning.settings import Application

INVITATION: Final = "docs/letters/invitation.txt"
RENEWAL: Final = "docs/letters/renewal.txt"


def letter(read: Callable[[str], str], application: Application, invited: Invited) -> str:
    """Write a seller's letter; `read` reads a template; raises BadInput where that cannot be used."""
    path, row = (RENEWAL if invited.renews else INVITATION), invited.row
    facts = {
        "account": plain(row.name),
        "application": application.name,
        "contact": application.contact,
        "ends": _ends(invited.consent),
        "link": invited.link or "",
        "marketplaces": ", ".join(market.country for market in row.markets),
        "until": f"{invited.until:%d %B %Y, %H:%M} UTC" if invited.until else "",
    }
    try:
        return Template(read(path)).substitute(facts)
    except (KeyError, ValueError):
        raise BadInput(f"{path}: it may hold {', '.join(f'${name}' for name in facts)}, and $$ for a dollar") from None


def _ends(found: Condition | None) -> str:
    """Say on which day the present permission ends, and how sure that is."""
    if found is None or found.consent_ends_on is None:
        return "on a day that we do not know"
    if found.consent_day_assumed:
        return f"by {found.consent_ends_on:%d %B %Y} (assumed: nobody here knows on which day you gave it)"
    return f"on {found.consent_ends_on:%d %B %Y}"
