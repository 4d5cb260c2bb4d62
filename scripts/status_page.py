"""A fleet's condition as one HTML page for a person: search, sort, a calendar, charts; nothing from another host.

Without scripts the page shows everything; its one script filters and sorts what is there. The same findings give the
same page, so it can be kept and compared.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from provisioning.condition import Need
from scripts import status_charts as charts
from scripts.status_charts import Tone, tone
from scripts.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.condition import AppCondition, Condition
    from provisioning.roster import Row

_NONE: Final = '<span class="soft">\N{EN DASH}</span>'
_SIGNS: Final = {Tone.URGENT: "!", Tone.SOON: "\N{BLACK UP-POINTING TRIANGLE}", Tone.NEW: "\N{WHITE CIRCLE}"}
#: Heading, class, and what its button sorts by: text as it stands, or a number.
_COLUMNS: Final = (
    ("Seller", "", "text"),
    ("Region", "wide", "text"),
    ("State", "", "number"),
    ("Last proof", "wide", "text"),
    ("Consent ends", "", "text"),
    ("Client secret", "wide", "text"),
    ("Next rotation", "wide", "text"),
    ("To do", "", "text"),
)


def page(
    base: str, moment: datetime, application: AppCondition, found: Sequence[Condition], rows: Mapping[str, Row]
) -> str:
    """Write the page of a fleet's conditions at a moment; `rows` are the roster's, by seller."""
    today = moment.astimezone(UTC).date()
    style, script = (_read(name) for name in ("status_page.css", "status_page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    title = f"The fleet {base}"
    body = "\n".join(
        (
            _header(base, moment, application, found, today),
            charts.needs(found),
            charts.calendar(found, application, today),
            '<div class="pair">',
            charts.proofs(found, today),
            charts.rotations(found, today),
            "</div>",
            _sellers(found, rows),
            f"<footer><p>{_FOOTER}</p></footer>",
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


_FOOTER: Final = (
    "Written by <code>sellerkeys status --html</code> from what AWS lists: labels, dates and tags, which may be five "
    "minutes old. No secret\N{RIGHT SINGLE QUOTATION MARK}s value was read."
)


def _read(name: str) -> str:
    return files("scripts").joinpath(name).read_text(encoding="utf-8")


def _header(base: str, moment: datetime, application: AppCondition, found: Sequence[Condition], today: date) -> str:
    waiting = sum(each.need is not None for each in found)
    total = f"{len(found):,} {'seller' if len(found) == 1 else 'sellers'}"
    if not found:
        said = "Nobody is in the roster yet."
    elif waiting:
        said = f"{waiting:,} of {total} {'waits' if waiting == 1 else 'wait'} for a person."
    elif len(found) == 1:
        said = "The one seller is well."
    else:
        said = f"All {total} are well."
    when = f"{moment.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    tiles = "".join(_tile(*each) for each in _tiles(application, found, today))
    advice = f'<p class="caveat"><b>The application:</b> {_text(application.advice)}</p>' if application.advice else ""
    return (
        f'<header><p class="kicker">The fleet {escape(base)} \N{MIDDLE DOT} <time>{when}</time></p>'
        f"<h1>{said}</h1>{charts.shares(found)}{advice}"
        f'<ul class="tiles">{tiles}</ul></header>'
    )


def _tiles(application: AppCondition, found: Sequence[Condition], today: date) -> list[tuple[str, str, Tone]]:
    """Tell the four numbers a person asks for first: each with its words and its tone."""
    within = [
        each for each in found if each.consent_ends_on and 0 <= (each.consent_ends_on - today).days <= charts.SOON
    ]
    behind = sum(each.on_newest_app is False for each in found)
    expires = application.client_secret_expires_on
    days = (expires - today).days if expires else None
    proven = sum(
        bool(each.proven_at and (today - each.proven_at.astimezone(UTC).date()).days <= charts.SOON) for each in found
    )
    rows = [
        (f"{proven:,}", f"proven at Amazon within {charts.SOON} days", Tone.WELL),
        (f"{len(within):,}", f"consents end within {charts.SOON} days", Tone.SOON if within else Tone.WELL),
        (f"{behind:,}", "have not got the newest client secret yet", Tone.SOON if behind else Tone.WELL),
    ]
    if days is None:
        return [*rows, ("\N{EN DASH}", "the end of the client secret is not known", Tone.NEW)]
    end = Tone.URGENT if days <= charts.SOON else Tone.WELL
    return [*rows, (f"{max(days, 0):,}", f"days until the client secret ends, on {expires}", end)]


def _tile(number: str, words: str, how: Tone) -> str:
    return f'<li class="{how}"><b>{number}</b> <span>{words}</span></li>'


def _sellers(found: Sequence[Condition], rows: Mapping[str, Row]) -> str:
    heads = "".join(f'<th scope="col" class="{kind}" data-kind="{by}">{name}</th>' for name, kind, by in _COLUMNS)
    body = "\n".join(_seller(place, each, rows.get(each.seller)) for place, each in enumerate(found))
    return (
        '<section id="sellers" aria-labelledby="sellers-h"><h2 id="sellers-h">Every seller</h2>'
        '<div class="tools" hidden><label for="search">Search</label>'
        '<input id="search" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="seller, name, region, what to do">'
        '<button type="button" id="clear" hidden>Show everybody</button>'
        '<p id="count" role="status"></p></div>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="The list"><table><thead><tr>{heads}</tr>'
        f"</thead><tbody>\n{body}\n</tbody></table></div>"
        '<p class="more" hidden><button type="button" id="more">Show more</button></p></section>'
    )


def _seller(place: int, each: Condition, row: Row | None) -> str:
    region = str(row.region) if row else ""
    markets = ", ".join(row.marketplaces) if row else ""
    ends = each.consent_ends_on
    slug = f"<code>{escape(each.seller)}</code>"
    name = f"<b>{_text(each.name)}</b><br>{slug}" if each.name != each.seller else slug
    search = " ".join((each.seller, each.name, region, markets, _state(each), each.advice or "")).lower()
    application = {None: _NONE, True: "newest", False: "behind"}[each.on_newest_app]
    return (
        f'<tr data-t="{_text(search)}" data-need="{each.need.name if each.need else ""}" data-ends="{ends or ""}">'
        f'<td data-v="{escape(each.seller)}">{name}</td>'
        f'<td class="wide">{region} <span class="soft">{escape(markets)}</span></td>'
        f'<td data-v="{place}">{_chip(each)}</td>'
        f'<td class="wide when">{_day(each.proven_at)}</td>'
        f'<td class="when" data-v="{ends or ""}">{escape(each.consent_end) or _NONE}</td>'
        f'<td class="wide">{application}</td>'
        f'<td class="wide when">{_rotation(each)}</td>'
        f'<td class="do">{_advice(each.advice)}</td></tr>'
    )


def _chip(each: Condition) -> str:
    how = tone(each)
    sign = f'<span aria-hidden="true">{_SIGNS[how]}</span> ' if how in _SIGNS else ""
    why = f'<br><span class="soft">{_text(each.cause)}</span>' if each.cause and each.need is Need.REFUSED else ""
    return f'<span class="chip {how}">{sign}{escape(_state(each))}</span>{why}'


def _state(each: Condition) -> str:
    if each.paused:
        return "paused"
    return str(each.need) if each.need else "well"


def _rotation(each: Condition) -> str:
    if each.rotation_pending:
        return "under way"
    if not each.rotating:
        return "off" if each.has_value else _NONE
    return _day(each.next_rotation)


def _advice(advice: str | None) -> str:
    """Write what to do, what stands between backquotes as code."""
    parts = _text(advice or "").split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts)) or _NONE


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else _NONE


def _text(words: str | None) -> str:
    return escape(plain(words or ""))
