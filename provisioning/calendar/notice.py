"""What people are told when something changed in a fleet; pure text, no value of a secret in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provisioning.calendar.consents import Consents
from provisioning.causes import find_cause
from provisioning.naming import TAG_SELLER
from provisioning.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from provisioning.calendar.consents import Arrived, Ending, Lacking, Unsure
    from provisioning.fleet_health import Findings
    from provisioning.store import Secret

_REAUTHORIZE: Final = "docs/runbooks/reauthorize.md"
_OUTAGE: Final = "docs/runbooks/outage.md"
_WAITING: Final = "docs/runbooks/approval.md"
_ENDING: Final = "docs/runbooks/consent-ending.md"
_INVITE: Final = "`sellerkeys invite --expiring 60d --format letter`"
_INVITE_NAMED: Final = "`sellerkeys invite SELLER`"
_NOTHING: Final = Consents()
#: In ASCII characters (botocore Publish).
_LONGEST_SUBJECT: Final = 100
#: SNS takes 256 KB (botocore Publish); a longer list nobody reads in a mail.
_MOST_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail: its subject, of ASCII and at most 100 characters (botocore Publish), and its text."""

    subject: str
    text: str


def notice(base: str, found: Findings, consents: Consents = _NOTHING) -> Notice | None:
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
    for count, part in _consents(consents):
        counts.append(count)
        parts.append(part)
    if not parts:
        return None
    return Notice(_subject(base, counts), "\n\n".join(parts) + "\n")


def _subject(base: str, counts: list[str]) -> str:
    """Write a subject; one that would be too long says how much there is to read."""
    told = f"sellerkeys {base}: {', '.join(counts)}"
    return told if len(told) <= _LONGEST_SUBJECT else f"sellerkeys {base}: {counts[0]}, and {len(counts) - 1} more"


def _consents(consents: Consents) -> Iterator[tuple[str, str]]:
    """Tell of consents: how many for the subject, and the text."""
    if consents.awaiting:
        lines = _shortened([f"- {_name(each.secret)}" for each in consents.awaiting])
        head = f"Of these sellers a credential waits for a person: `sellerkeys approve SELLER`. See {_WAITING}."
        yield f"{len(consents.awaiting)} to approve", "\n".join([head, *lines])
    if consents.ending:
        lines = _shortened([f"- {_name(each.secret)}: {_when(each)}" for each in sorted(consents.ending, key=_by_end)])
        head = f"These sellers have to consent again. Send them links: {_INVITE}. See {_ENDING}."
        yield f"{_number(len(consents.ending))} ending", "\n".join([head, *lines])
    if consents.unsure:
        lines = _shortened([f"- {_name(each.secret)}: {_latest(each)}" for each in consents.unsure])
        head = (
            "Nobody said on which day these sellers consented, so when their consent ends is not known: at the latest "
            "on the day named, assumed from their onboarding, and perhaps earlier, without another word. Nor is it "
            "known whether it covers the roles that the application gained last before that. Put the day "
            "into the roster's column consented_on and onboard again, or have them consent anew: "
            f"{_INVITE_NAMED}. See {_ENDING}."
        )
        yield f"{_number(len(consents.unsure))} of unknown age", "\n".join([head, *lines])
    if consents.lacking:
        lines = _shortened([f"- {_name(each.secret)}: {_roles(each)}" for each in consents.lacking])
        head = (
            "These sellers consented before the application gained roles, and have to consent again for them; "
            f"`sellerkeys status --needs-consent` shows who is left. See {_ENDING}."
        )
        yield f"{len(consents.lacking)} without a new role", "\n".join([head, *lines])
    cured = {each.secret.arn for each in consents.renewed}
    if came := [each for each in consents.arrived if each.secret.arn not in cured]:
        lines = _shortened([f"- {_name(each.secret)}: {_in_use(each)}" for each in came])
        head = f"These sellers handed over access by their page. What Amazon refused: see {_ENDING}."
        yield f"{len(came)} by the page", "\n".join([head, *lines])
    if consents.renewed:
        lines = _shortened([f"- {_name(each.secret)}: until {each.ends}" for each in consents.renewed])
        yield (
            f"{_number(len(consents.renewed))} renewed",
            "\n".join(["These sellers have consented again; nothing is left to do.", *lines]),
        )


def _number(consents: int) -> str:
    return "1 consent" if consents == 1 else f"{consents} consents"


def _when(ending: Ending) -> str:
    said = f"ended on {ending.ends}" if not ending.milestone else f"ends on {ending.ends}"
    said += " at the latest (assumed: nobody said when it began)" if ending.is_assumed else ""
    days = {0: "", 1: ", in a day at most"}.get(ending.milestone, f", in {ending.milestone} days at most")
    return said + days


def _in_use(arrived: Arrived) -> str:
    if arrived.is_refused:
        return "refused by Amazon afterwards; the credential before it is in use"
    return f"in use, until {arrived.ends}" if arrived.ends else "in use"


def _roles(lacking: Lacking) -> str:
    perhaps = ", perhaps: nothing tells when the consent began" if lacking.is_unsure else ""
    return ", ".join(lacking.roles) + perhaps


def _latest(unsure: Unsure) -> str:
    return f"{unsure.ends} at the latest" if unsure.ends else "any day, for nothing tells when it began"


def _by_end(ending: Ending) -> tuple[date, str]:
    return ending.ends, ending.secret.name


def _shortened(lines: list[str]) -> list[str]:
    rest = len(lines) - _MOST_NAMED
    return lines if rest <= 0 else [*lines[:_MOST_NAMED], f"and {rest} more, see `sellerkeys status`"]


def _name(secret: Secret) -> str:
    return secret.tags.get(TAG_SELLER, secret.name)


def _why(secret: Secret) -> str:
    state = State.from_tags(secret.tags)
    since = f", since {state.refused_since:%Y-%m-%d}" if state.refused_since else ""
    return f"{find_cause(state.cause or '').words}{since}"
