"""The charts of a fleet's page, drawn as HTML that says the same to whoever hears it: pure functions."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provisioning.condition import Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provisioning.condition import AppCondition, Condition

#: How many days ahead, or back, counts as soon.
SOON: Final = 30
_MONTHS: Final = 13
_AHEAD: Final = 31
_LEVELS: Final = 4


class Tone(StrEnum):
    """How urgent something is: a class of the style sheet."""

    URGENT = "urgent"
    SOON = "soon"
    NEW = "new"
    WELL = "well"
    PAUSED = "paused"


_TONES: Final = {
    Need.REAUTHORIZE: Tone.URGENT,
    Need.REFUSED: Tone.URGENT,
    Need.LAPSED: Tone.URGENT,
    Need.ROLE: Tone.URGENT,
    Need.DELETED: Tone.URGENT,
    Need.EMPTY: Tone.NEW,
    Need.UNDECLARED: Tone.NEW,
}
_TONE_WORDS: Final = {
    Tone.URGENT: "stand still or will not recover alone",
    Tone.SOON: "work, and want a look",
    Tone.NEW: "not in yet",
    Tone.WELL: "well",
    Tone.PAUSED: "paused",
}


def tone(each: Condition) -> Tone:
    """Tell how urgent a seller is."""
    if each.paused:
        return Tone.PAUSED
    return _TONES.get(each.need, Tone.SOON) if each.need else Tone.WELL


def shares(found: Sequence[Condition]) -> str:
    """Draw how the fleet divides: one bar, and a legend with the numbers."""
    counts = Counter(tone(each) for each in found)
    parts = [(how, counts[how]) for how in Tone if counts[how]]
    bar = "".join(f'<span class="{how}" style="flex:{number}"></span>' for how, number in parts)
    legend = "".join(f'<li class="{how}"><b>{number:,}</b> {_TONE_WORDS[how]}</li>' for how, number in parts)
    return f'<div class="shares" aria-hidden="true">{bar}</div><ul class="legend">{legend}</ul>' if parts else ""


def needs(found: Sequence[Condition]) -> str:
    """Draw what waits for a person, the most urgent first; each bar filters the list."""
    counts = Counter(each.need for each in found if each.need)
    if not counts:
        return ""
    most = max(counts.values())
    bars = "".join(
        f'<li class="{_TONES.get(need, Tone.SOON)}"><button type="button" data-need="{need.name}" aria-pressed="false">'
        f'<span class="name">{need}</span><span class="track" aria-hidden="true">'
        f'<span style="width:{max(100 * counts[need] / most, 0.6):.1f}%"></span></span><b>{counts[need]:,}</b>'
        "</button></li>"
        for need in Need
        if counts[need]
    )
    return (
        '<section aria-labelledby="needs-h"><h2 id="needs-h">What waits for a person</h2>'
        f'<p class="lead">The most urgent first. A bar shows its sellers in the list.</p><ul class="bars">{bars}</ul>'
        "</section>"
    )


def proofs(found: Sequence[Condition], today: date) -> str:
    """Draw how long ago sellers were last proven at Amazon."""
    steps = ((0, "today"), (7, "this week"), (SOON, "this month"), (10**6, "longer ago"))
    counts: Counter[str] = Counter()
    for each in found:
        age = (today - each.proven_at.astimezone(UTC).date()).days if each.proven_at else None
        counts["never" if age is None else next(name for most, name in steps if age <= most)] += 1
    names = [*(name for _, name in steps), "never"]
    most = max(counts.values(), default=1)
    bars = "".join(
        f'<li class="{_AGES[name]}"><span class="name">{name}</span><span class="track" aria-hidden="true">'
        f'<span style="width:{100 * counts[name] / most:.1f}%"></span></span><b>{counts[name]:,}</b></li>'
        for name in names
    )
    return (
        '<section aria-labelledby="proofs-h"><h2 id="proofs-h">Last proven at Amazon</h2>'
        f'<ul class="bars plain">{bars}</ul></section>'
    )


_AGES: Final = {
    "today": Tone.WELL,
    "this week": Tone.WELL,
    "this month": Tone.WELL,
    "longer ago": Tone.SOON,
    "never": Tone.NEW,
}


def rotations(found: Sequence[Condition], today: date) -> str:
    """Draw how many rotations each of the next days has."""
    days = [today + timedelta(days=number) for number in range(_AHEAD)]
    counts = Counter(each.next_rotation.astimezone(UTC).date() for each in found if each.next_rotation)
    most = max((counts[day] for day in days), default=0) or 1
    columns = "".join(
        f'<rect x="{number * 10 + 1}" y="{80 - 76 * counts[day] / most:.1f}" width="8" '
        f'height="{76 * counts[day] / most:.1f}" rx="1.5"><title>{_spelt(day)}: {counts[day]:,}</title></rect>'
        for number, day in enumerate(days)
        if counts[day]
    )
    total = sum(counts[day] for day in days)
    busiest = max(days, key=lambda day: counts[day])
    said = (
        f"{total:,} rotations, most of them on {_spelt(busiest)}: {counts[busiest]:,}."
        if total
        else "None is due in these days."
    )
    return (
        f'<section aria-labelledby="rotations-h"><h2 id="rotations-h">Rotations in the next {_AHEAD} days</h2>'
        f'<svg class="columns" viewBox="0 0 {_AHEAD * 10} 82" role="img" aria-label="{said}" '
        f'preserveAspectRatio="none"><line x1="0" y1="81" x2="{_AHEAD * 10}" y2="81"/>{columns}</svg>'
        f'<p class="ends"><span>{_short(days[0])}</span><span>{_short(days[-1])}</span></p><p class="lead">{said}</p>'
        "</section>"
    )


def calendar(found: Sequence[Condition], application: AppCondition, today: date) -> str:
    """Draw what ends on which day of the next thirteen months; a day shows its sellers in the list."""
    ends = Counter(each.consent_ends_on for each in found if each.consent_ends_on and not each.paused)
    secret = application.client_secret_expires_on
    if not ends and secret is None:
        return ""
    months = list(_months(today))
    most = max((number for day, number in ends.items() if today <= day), default=1)
    what = _Ends(today, ends, secret, most)
    drawn = "".join(_month(year, month, what) for year, month in months)
    over = sum(number for day, number in ends.items() if day < today)
    past = f" {over:,} {'is' if over == 1 else 'are'} over already." if over else ""
    ring = ' <span class="key ring" aria-hidden="true"></span> is the end of the client secret.' if secret else ""
    return (
        '<section aria-labelledby="calendar-h"><h2 id="calendar-h">What ends when</h2>'
        f'<p class="lead">Consents that end, by day: the darker, the more.{past}{ring} A day shows its sellers.</p>'
        f'<div class="months">{drawn}</div></section>'
    )


def _months(today: date) -> Iterable[tuple[int, int]]:
    for number in range(_MONTHS):
        year, month = divmod(today.year * 12 + today.month - 1 + number, 12)
        yield year, month + 1


@dataclass(frozen=True, slots=True)
class _Ends:
    """How many consents end on which day, `most` of them on one, and when the client secret does."""

    today: date
    consents: Counter[date]
    secret: date | None
    most: int


def _month(year: int, month: int, ends: _Ends) -> str:
    weeks = [week for week in Calendar().monthdatescalendar(year, month) if week[-1] >= ends.today]
    cells = "".join(_cell(day, ends) if day.month == month else "<i></i>" for week in weeks for day in week)
    name = f"{date(year, month, 1):%b %Y}"
    total = sum(
        number for day, number in ends.consents.items() if (day.year, day.month) == (year, month) and day >= ends.today
    )
    said = f'<span class="soft">{total:,}</span>' if total else ""
    return f'<div class="month"><h3>{name} {said}</h3><div class="days">{cells}</div></div>'


def _cell(day: date, ends: _Ends) -> str:
    number, is_secret = ends.consents[day], day == ends.secret
    if day < ends.today:
        return f'<span class="gone">{day.day}</span>'
    ring = " ring" if is_secret else ""
    mark = " today" if day == ends.today else ""
    if not number:
        label = f' title="{_spelt(day)}: the client secret ends"' if is_secret else ""
        return f'<span class="day{ring}{mark}"{label}>{day.day}</span>'
    level = 1 + min(_LEVELS - 1, (_LEVELS * (number - 1)) // max(ends.most, 1))
    what = f"{number:,} {'consent ends' if number == 1 else 'consents end'}"
    also = ", and the client secret" if is_secret else ""
    label = f"{_spelt(day)}: {what}{also}"
    return (
        f'<button type="button" class="day l{level}{ring}{mark}" data-day="{day}" aria-pressed="false" '
        f'title="{label}" aria-label="{label}">{day.day}</button>'
    )


def _spelt(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _short(day: date) -> str:
    return f"{day:%-d %b}"
