"""What a look at the account says about each row of Amazon's policies, and whom to ask where it cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provisioning import schedule
from provisioning.auditing.requirements import REQUIREMENTS
from provisioning.schedule import NoSchedule
from provisioning.state import State
from provisioning.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from provisioning.auditing.access import Access
    from provisioning.auditing.account import Account
    from provisioning.auditing.keys import Key
    from provisioning.auditing.requirements import Requirement

_YEAR: Final = 365
_MONTHS_12: Final = 365
_SHORTEST_PASSWORD: Final = 12
_REMEMBERED: Final = 10


class Verdict(StrEnum):
    """How far a machine can show that a row is kept."""

    SHOWN = "shown"
    PARTLY = "shown in part"
    NOT_MET = "not met"
    ASK = "ask a person"


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement, the verdict, what was seen, and whom to ask for the rest (None: nobody)."""

    requirement: Requirement
    verdict: Verdict
    seen: tuple[str, ...] = ()
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen about a row: `good` in the fleet's favour, `bad` against it; `ask` whom for the rest."""

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    ask: str | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict that follows."""
        if self.bad:
            return Verdict.NOT_MET
        if not self.good:
            return Verdict.ASK
        return Verdict.PARTLY if self.ask else Verdict.SHOWN


def rows(account: Account, access: Access) -> tuple[Row, ...]:
    """Tell of every requirement, in Amazon's order."""
    found = []
    for requirement in REQUIREMENTS:
        look = _LOOKS.get(requirement.id)
        seen = look(account, access) if look else Seen(ask=_PERSONS[requirement.id])
        found.append(Row(requirement, seen.verdict, (*seen.bad, *seen.good), seen.ask))
    return tuple(found)


def _logs(account: Account, _access: Access) -> Seen:
    short = [f"{log.name} keeps {log.days} days" for log in account.logs if log.days and log.days < _MONTHS_12]
    kept = [f"{log.name} keeps {f'{log.days} days' if log.days else 'everything'}" for log in account.logs]
    bad = tuple(short) if account.logs else ("the fleet's functions have no log",)
    good = tuple(line for line in kept if line not in short)
    return Seen(good, bad, "whoever keeps the account's CloudTrail and the ERP's logs: how long?")


def _log_access(_account: Account, access: Access) -> Seen:
    who = ", ".join(access.of_logs) or "nobody of the account's identities"
    return Seen(
        (f"the functions' logs can be read by {who}", "sellerkeys writes names of sellers and causes, never a value"),
        ask="whoever runs the ERP: what do its logs hold?",
    )


def _alerts(account: Account, _access: Access) -> Seen:
    told = sorted(alarm.name for alarm in account.alarms if alarm.tells)
    mute = tuple(f"alarm {alarm.name} tells nobody" for alarm in account.alarms if not alarm.tells)
    if not told:
        return Seen(bad=("no alarm of the fleet tells anybody", *mute))
    heard = [who for who in account.subscribers if who.confirmed]
    nobody = () if heard else ("nobody has confirmed to receive the fleet's alarms",)
    return Seen((f"{len(told)} alarms tell {_people(account)} in real time: {', '.join(told)}",), (*mute, *nobody))


def _rotation(account: Account, _access: Access) -> Seen:
    bad: list[str] = []
    good: list[str] = []
    for seller, held in account.sellers.items():
        secret = held.secret
        if secret.holder(CURRENT) is None:
            continue
        if not secret.rotation_enabled:
            bad.append(f"{seller} has a credential and no rotation")
        elif not _is_yearly(secret.schedule):
            bad.append(f"{seller} rotates by {secret.schedule}, which may be more than a year")
        else:
            good.append(f"{seller} rotates by {secret.schedule}")
        state = State.from_tags(secret.tags)
        if state.is_refused:
            bad.append(f"{seller} was refused by Amazon at its last rotation")
    every = f"{_counted(len(good), 'seller')} with a credential, each proven and recomposed by rotation"
    return Seen((every,) if good else (), tuple(bad), None if good else "nobody yet: no seller has a credential")


def _client_secrets(account: Account, _access: Access) -> Seen:
    good: list[str] = []
    unknown: list[str] = []
    for name, tags in _applications(account):
        expires = State.from_tags(tags).client_secret_expires_on
        if expires:
            good.append(f"the client secret of {name} expires on {expires}")
        else:
            unknown.append(name)
    who = "whoever signs in to the developer console"
    ask = f"{who}: the date of {' and of '.join(unknown)} is not known here" if unknown else None
    # A date that nobody told is no breach: a person has to look it up.
    return Seen(tuple(good), (), ask if good or unknown else f"{who}: no application has been set yet")


def _passwords(account: Account, _access: Access) -> Seen:
    logins = account.logins
    ask = "whoever runs your identity provider and your accounts at Seller Central"
    if not logins.users:
        return Seen(("the account has no IAM user, so no password of IAM's",), ask=ask)
    rules = (
        (bool(logins.shortest and logins.shortest >= _SHORTEST_PASSWORD), f"at least {_SHORTEST_PASSWORD} characters"),
        (logins.mixed, "mixed characters"),
        (bool(logins.remembered and logins.remembered >= _REMEMBERED), f"none of the last {_REMEMBERED}"),
        (bool(logins.oldest_days and logins.oldest_days <= _YEAR), f"at most {_YEAR} days old"),
    )
    missing = [rule for kept, rule in rules if not kept]
    lack = (f"IAM's password policy does not ask for: {', '.join(missing)}",) if missing else ()
    return Seen(() if missing else ("IAM's password policy asks for all of it",), lack, ask)


def _second_factor(account: Account, _access: Access) -> Seen:
    ask = "whoever runs your identity provider and your accounts at Seller Central; IAM users one by one"
    if account.logins.root_has_mfa:
        return Seen(("the account's root user has a second factor",), ask=ask)
    return Seen(bad=("the account's root user has no second factor",), ask=ask)


def _review(account: Account, access: Access) -> Seen:
    odd = oddities(access)
    listed = f"the list to review stands in this report: {_counted(len(account.sellers), 'seller')}, who reads each"
    return Seen((listed,), odd, "whoever signs the review, every quarter")


def _at_rest(account: Account, access: Access) -> Seen:
    good, bad = _encryption(account)
    del access
    return Seen(good, bad, "whoever runs the ERP's databases: they hold the buyers' data, sellerkeys holds none")


def _keys_from_amazon(account: Account, access: Access) -> Seen:
    good, bad = _encryption(account)
    odd = oddities(access)
    by_design = () if odd else ("each seller's secret is read by its own reader and the rotation, and by nobody else",)
    return Seen((*good, *by_design), (*bad, *odd))


def _contact(account: Account, _access: Access) -> Seen:
    address = account.fleet.settings.application.contact
    confirmed = any(who.confirmed and who.endpoint == address for who in account.subscribers)
    state = "has confirmed to receive alarms" if confirmed else "has not confirmed AWS's first mail"
    good = (f"{address} {state}",)
    return Seen(good if confirmed else (), () if confirmed else good, "who the person behind the address is (IMPOC)")


def _backups(account: Account, _access: Access) -> Seen:
    copies = sorted({region for held in account.sellers.values() for region in held.secret.replicas})
    ask = "whoever runs the ERP's databases"
    if copies:
        return Seen((f"secrets are copied to {', '.join(copies)}",), ask=ask)
    return Seen(ask=f"{ask}; secrets lie in one region, and a lost one is a seller's new consent")


def _consents(account: Account, _access: Access) -> Seen:
    """Tell of whose consent the day is on record, and of whose it is only assumed; a private application knows none."""
    noted: list[str] = []
    assumed: list[str] = []
    unknown: list[str] = []
    for row in account.fleet.sellers if account.fleet.needs_consent else ():
        held = account.sellers.get(row.seller)
        if row.application == "shared" and held and held.secret.holder(CURRENT):
            state = State.from_tags(held.secret.tags)
            days = noted if state.consented_on and not state.is_day_assumed else assumed
            (days if state.consented_on else unknown).append(row.seller)
    lines = (
        f"the day of consent is on record of {_counted(len(noted), 'seller')}" if noted else "",
        f"it is assumed, from the onboarding, of {', '.join(assumed)}" if assumed else "",
        f"it is not known of {', '.join(unknown)}" if unknown else "",
    )
    return Seen(tuple(filter(None, lines)), ask="whoever handles abuse, and keeps the sellers' authorizations")


def _encryption(account: Account) -> tuple[tuple[str, ...], tuple[str, ...]]:
    key = account.key
    good, bad = _keys([key])
    held = {account.fleet.app_secret: account.app, **account.sellers}
    others = [name for name, each in held.items() if each.secret.key not in {key.arn, key.arn.rpartition("/")[2]}]
    if others:
        bad.append(f"not encrypted with the fleet's key: {', '.join(others)}")
    else:
        good.append("every secret of the fleet is encrypted with it")
    # What Amazon sends, and what waits for a person, are credentials as well; their keys are told of where they fail.
    _, failing = _keys([each for each in (account.other_keys.queues, account.other_keys.held) if each])
    return tuple(good), (*bad, *failing)


def _keys(keys: Sequence[Key]) -> tuple[list[str], list[str]]:
    """Describe keys, those that are in order apart from the others."""
    good: list[str] = []
    bad: list[str] = []
    for key in keys:
        rotates = f"rotates every {key.rotates_every} days" if key.rotates_every else "does not rotate"
        line = f"key {key.arn}: {key.spec}, managed by the {key.manager.lower()}, {key.state.lower()}, {rotates}"
        (good if key.rotates_every and key.state == "Enabled" else bad).append(line)
    return good, bad


def oddities(access: Access) -> tuple[str, ...]:
    """Say, in a sentence each, who reads what he should not, and who cannot read what he should."""
    found = []
    for name, readership in (("the app secret", access.app), *access.sellers.items()):
        found += [f"{name} can be read by {each.arn}" for each in readership.unexpected]
        found += [f"{name}: its own policy lets {who} in" for who in readership.opened]
        if readership.is_shut_out:
            found.append(f"{name} cannot be read by its reader {readership.needed}")
    found += [f"the key's policy lets {who} decrypt" for who in access.key_opened]
    found += [f"{arn} cannot be judged: {why}" for arn, why in access.undecided.items()]
    return tuple(found)


def _applications(account: Account) -> Iterable[tuple[str, Mapping[str, str]]]:
    if account.app.secret.holder(CURRENT):
        yield "the shared application", account.app.secret.tags
    for row in account.fleet.sellers:
        held = account.sellers.get(row.seller)
        if row.application == "own" and held and held.secret.holder(CURRENT):
            yield f"{row.seller}'s own application", held.secret.tags


def _is_yearly(expression: str | None) -> bool:
    """Whether a schedule comes round at least once a year; a cron always does (aws.md 2.9: its year is `*`)."""
    try:
        days = schedule.days_between(expression or "")
    except NoSchedule:
        return False
    return days <= _YEAR


def _people(account: Account) -> str:
    return ", ".join(who.endpoint for who in account.subscribers if who.confirmed) or "nobody"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


_LOOKS: Final[Mapping[str, Callable[[Account, Access], Seen]]] = {
    "C03": _logs,
    "C04": _log_access,
    "C05": _alerts,
    "C06": _rotation,
    "C07": _client_secrets,
    "C08": _passwords,
    "C10": _second_factor,
    "C11": _review,
    "C13": _at_rest,
    "C14": _keys_from_amazon,
    "C23": _contact,
    "C24": _backups,
    "C27": _consents,
}
#: Rows of which no machine of ours sees anything, each with the person who knows.
_PERSONS: Final = {
    "C01": "the contact for incidents: is the address and the deadline in the plan?",
    "C02": "whoever runs your identity provider: the reading roles below are what a leaver must lose",
    "C09": "whoever runs your identity provider; IAM itself locks nobody out",
    "C12": "whoever runs the ERP: what does it speak to sellers and to its databases?",
    "C15": "whoever owns the repositories: is every commit scanned for secrets?",
    "C16": "the contact for incidents: is replacing it part of the plan?",
    "C17": "whoever runs the ERP's databases",
    "C18": "whoever runs the ERP's databases",
    "C19": "whoever answers Amazon's requests",
    "C20": "whoever is responsible for patches",
    "C21": "whoever is responsible for scans and penetration tests",
    "C22": "the contact for incidents: when was the plan last reviewed?",
    "C25": "whoever keeps contracts and audit records",
    "C26": "whoever signs contracts with subcontractors",
}
